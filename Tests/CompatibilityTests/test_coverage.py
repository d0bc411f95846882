"""Every command of the oracle has a case, or a reason for having none."""

import pytest

from case_file import Variable, parse_steps, read_cases
from left_out import ABSENT, GROUPS, LEFT_OUT, OTHER_GROUPS
from test_cases import FOLDER
from test_every_type import lines


def documented(side):
    """The group of each command and subcommand, by name as in `xinfo|stream`."""
    groups = {}
    docs = side.control.call(b"COMMAND", b"DOCS").value
    for name, fields in zip(docs[::2], docs[1::2], strict=True):
        pairs = dict(zip((f.value for f in fields.value[::2]), fields.value[1::2], strict=True))
        group = pairs[b"group"].value.decode()
        subcommands = pairs.get(b"subcommands")
        names = [name.value] if subcommands is None else [
            part.value for part in subcommands.value[::2]]
        groups.update({one.decode(): group for one in names})
    return groups


def used(commands):
    """The commands that the cases send, spelled as the oracle does."""
    steps = [step for path in FOLDER.glob("*.cases")
             for case in read_cases(path) for step in case.steps]
    steps += [step for line in lines() for step in parse_steps(line)]
    found = set()
    for step in steps:
        words = [word.decode("latin1").lower() for word in step.arguments[:2]
                 if not isinstance(word, Variable)]
        if step.action is None and words:
            full = "|".join(words)
            found.add(full if full in commands else words[0])
    return found


def test_every_command_has_a_case(valkey):
    groups = documented(valkey)
    wanted = {name for name, group in groups.items() if group in GROUPS}
    missing = sorted(wanted - used(wanted) - LEFT_OUT.keys())
    assert not missing, "no case for " + ", ".join(missing)


def test_every_group_is_dealt_with(valkey):
    assert set(documented(valkey).values()) == GROUPS | OTHER_GROUPS.keys()


def test_what_is_left_out_has_no_case(valkey):
    groups = documented(valkey)
    assert not LEFT_OUT.keys() - groups.keys(), "unknown to the oracle"
    assert not LEFT_OUT.keys() & used(groups.keys()), "left out, but there is a case"


def arities(side):
    """The arity of each command and subcommand."""
    found = {}
    for entry in side.control.call(b"COMMAND").value:
        fields = entry.value
        for command in [fields, *(sub.value for sub in fields[9].value)]:
            found[command[0].value.decode()] = int(command[1].value)
    return found


def test_wrong_numbers_of_arguments(valkey, tested):
    """One argument too few, and one too many where their number is fixed, for every command."""
    differences = []
    for name, arity in sorted(arities(valkey).items()):
        words = name.encode().split(b"|")
        if name not in tested.commands or name in ("quit", "reset", "sync", "psync", "monitor"):
            continue
        for count in {abs(arity) - 1, arity + 1 if arity > 0 else 0}:
            if count < len(words):
                continue
            command = words + [b"x"] * (count - len(words))
            expected, got = (side.control.call(*command) for side in (valkey, tested))
            if expected.raw != got.raw:
                differences.append(f"{b' '.join(command)}\n    {expected}\n    {got}")
    if differences:
        pytest.fail("\n".join(differences), pytrace=False)


def test_the_server_has_every_command(valkey, tested):
    """Of the groups that are compared; what is left out is somebody else's matter."""
    wanted = {name for name, group in documented(valkey).items() if group in GROUPS}
    missing = sorted(wanted - LEFT_OUT.keys() - ABSENT.keys() - tested.commands)
    assert not missing, "missing: " + ", ".join(missing)
