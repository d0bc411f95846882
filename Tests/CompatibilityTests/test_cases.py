"""Every case of the case files, in both protocols, on the oracle and on the server under test."""

import pathlib

import pytest

from case_file import read_cases
from player import play

FOLDER = pathlib.Path(__file__).parent / "cases"


def parameters(folder, prefix=""):
    return [
        pytest.param(case, protocol, id=f"{prefix}{case.file}: {case.title} [resp{protocol}]")
        for path in sorted(folder.glob("*.cases"))
        for case in read_cases(path)
        for protocol in case.protocols
    ]


# Of a group's lag Redis has a notion of its own; Redwing's is Valkey's.
OF_REDIS_ALONE = frozenset({b"lag"})


def check(case, protocol, oracle, tested, without=frozenset()):
    lacking = [name for name in case.needs if name not in tested.commands]
    if lacking:
        pytest.skip(f"the server under test has no {', '.join(lacking).upper()}")
    differences = play(case, protocol, oracle, tested, without)
    if differences:
        pytest.fail(
            f"{case.file}.cases:{case.line}: {len(differences)} differences\n"
            + "\n".join(differences), pytrace=False)


@pytest.mark.parametrize(("case", "protocol"), parameters(FOLDER))
def test_like_valkey(case, protocol, valkey, tested):
    check(case, protocol, valkey, tested)


@pytest.mark.parametrize(("case", "protocol"), parameters(FOLDER / "redis-8.2", "redis-8.2 "))
def test_like_redis(case, protocol, redis_8, tested):
    if tested.server.binary.name == "valkey-server":
        pytest.skip("Valkey is not measured by what only Redis has")
    check(case, protocol, redis_8, tested, OF_REDIS_ALONE)
