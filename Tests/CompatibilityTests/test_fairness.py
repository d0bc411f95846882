"""Random picks are fair: a chi-squared test on the server under test alone.

What two servers pick cannot be compared, so the distribution is looked at instead. The limits are
far out: a fair server hardly ever exceeds them, one that prefers some members does at once. (Valkey
does when it pops from a table that has shrunk.)
"""

import collections
import math

import pytest

MEMBERS = 64
DRAWS = 64 * 300
BATCH = 400

ENCODINGS = {
    "intset": [b"SADD k " + b" ".join(b"%d" % number for number in range(MEMBERS))],
    "packed set": [b"SADD k " + b" ".join(b"m%d" % number for number in range(MEMBERS))],
    "large set": [
        b"SADD k " + b" ".join(b"m%d" % number for number in range(1000)),
        b"SREM k " + b" ".join(b"m%d" % number for number in range(MEMBERS, 1000))],
    "packed sorted set": [
        b"ZADD k " + b" ".join(b"%d m%d" % (number, number) for number in range(MEMBERS))],
    "large sorted set": [
        b"ZADD k " + b" ".join(b"%d m%d" % (number, number) for number in range(1000)),
        b"ZREMRANGEBYRANK k %d -1" % MEMBERS],
    "packed hash": [
        b"HSET k " + b" ".join(b"m%d %d" % (number, number) for number in range(MEMBERS))],
    "large hash": [
        b"HSET k " + b" ".join(b"m%d v" % number for number in range(1000)),
        b"HDEL k " + b" ".join(b"m%d" % number for number in range(MEMBERS, 1000))],
}
PICKS = {"set": b"SRANDMEMBER", "sorted set": b"ZRANDMEMBER", "hash": b"HRANDFIELD"}


def pick_command(encoding):
    kind = "set" if encoding == "intset" else encoding.split(" ", 1)[1]
    return PICKS[kind]


def chi_squared(draws, kinds):
    counts = collections.Counter(draws)
    assert len(counts) <= kinds
    expected = len(draws) / kinds
    missing = (kinds - len(counts)) * expected
    return missing + sum((count - expected) ** 2 / expected for count in counts.values())


def limit(kinds):
    """Seven standard deviations above the mean of the distribution."""
    return (kinds - 1) + 7 * math.sqrt(2 * (kinds - 1))


@pytest.fixture
def control(tested):
    if not tested.server.is_redwing:
        pytest.skip("only Redwing's picks are judged")
    tested.begin(2)
    yield tested.control
    tested.end()


def run(control, *commands):
    return control.call_all([command.split(b" ") for command in commands])


def flatten(replies):
    for reply in replies:
        if isinstance(reply.value, tuple):
            yield from flatten(reply.value)
        else:
            yield reply.value


@pytest.mark.parametrize("count", [b"", b" 1", b" 5", b" -5"], ids=["one", "1", "5", "-5"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_picks(encoding, count, control):
    run(control, *ENCODINGS[encoding])
    draws = []
    while len(draws) < DRAWS:
        draws += flatten(run(control, *[pick_command(encoding) + b" k" + count] * BATCH))
    assert chi_squared(draws, MEMBERS) < limit(MEMBERS)


@pytest.mark.parametrize("encoding", ["intset", "packed set", "large set"])
def test_pops(encoding, control):
    draws = []
    while len(draws) < MEMBERS * 30:
        run(control, b"DEL k", *ENCODINGS[encoding])
        draws += flatten(run(control, *[b"SPOP k"] * 5, b"SPOP k 3"))
    assert chi_squared(draws, MEMBERS) < limit(MEMBERS)


def test_random_keys(control):
    run(control, *[b"SET key%d v" % number for number in range(MEMBERS)])
    draws = []
    while len(draws) < DRAWS:
        draws += flatten(run(control, *[b"RANDOMKEY"] * BATCH))
    assert chi_squared(draws, MEMBERS) < limit(MEMBERS)
