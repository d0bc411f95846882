"""Each line of cases/every-type.txt on a key of every type."""

import pathlib

import pytest

from case_file import Case, parse_steps
from player import play

LIST = pathlib.Path(__file__).parent / "cases" / "every-type.txt"
# Random commands have one element to choose from in the sets.
KINDS = {
    "no key": [],
    "string": ["SET k hello"],
    "integer": ["SET k 10"],
    "list": ["RPUSH k a b c"],
    "set": ["SADD k a"],
    "intset": ["SADD k 1"],
    "large set": ["CONFIG SET set-max-listpack-entries 0", "SADD k a"],
    "sorted set": ["ZADD k 1 a 2 b 3 c"],
    "large sorted set": ["CONFIG SET zset-max-listpack-entries 0", "ZADD k 1 a 2 b 3 c"],
    "hash": ["HSET k a 1"],
    "large hash": ["CONFIG SET hash-max-listpack-entries 0", "HSET k a 1"],
    "stream": [
        "XADD k 1-1 f v", "XGROUP CREATE k g 0", "~kind XREADGROUP GROUP g c STREAMS k >",
    ],
    "HyperLogLog": ["PFADD k a b c"],
    "key with a lifetime": ["SET k hello EXAT 99999999999"],
}
OTHERS = ["SET T hello", "RPUSH L 3 1 2", "SADD S a b", "ZADD Z 1 a 2 b", "HSET H a 1",
          "XADD X 1-1 f v"]


def lines():
    text = [line.strip() for line in LIST.read_text().splitlines()]
    return [line for line in text if line and not line.startswith("#")]


def case(kind, line):
    """The case of one kind of key."""
    made = Case(f"every-type: {kind}", line, 0)
    for text in [*OTHERS, *KINDS[kind], line]:
        made.steps += parse_steps(text)
    return made


@pytest.mark.parametrize("protocol", (2, 3), ids=("resp2", "resp3"))
@pytest.mark.parametrize("line", lines())
def test_like_valkey(line, protocol, valkey, tested):
    differences = []
    for kind in KINDS:
        found = play(case(kind, line), protocol, valkey, tested)
        if found:
            differences.append(f"-- k is: {kind}\n" + "\n".join(found))
    if differences:
        pytest.fail(f"{line}\n" + "\n".join(differences), pytrace=False)
