"""redis-py, synchronous: every kind of string command it wraps, in both protocol versions."""

import pytest
import redis


def test_set_and_get(client):
    assert client.set("key", "value") is True
    assert client.get("key") == "value"
    assert client.get("none") is None
    assert client.strlen("key") == 5


def test_values_are_binary_safe(server, protocol):
    every_byte = bytes(range(256)) * 3
    with redis.Redis(port=server.port, protocol=protocol) as client:
        client.set(every_byte, every_byte)
        assert client.get(every_byte) == every_byte
        assert client.keys() == [every_byte]


@pytest.mark.parametrize("size", [0, 1, 44, 45, 16_384, 65_536, 1_000_003, 20_000_000])
def test_values_of_every_size(client, size):
    value = "x" * size
    client.set("key", value)
    assert client.get("key") == value
    assert client.strlen("key") == size


def test_set_conditions(client):
    assert client.set("key", "1", xx=True) is None
    assert client.set("key", "1", nx=True) is True
    assert client.set("key", "2", nx=True) is None
    assert client.set("key", "3", xx=True) is True
    assert client.set("key", "4", get=True) == "3"
    assert client.set("none", "1", get=True) is None
    assert client.setnx("key", "5") is False
    assert client.get("key") == "4"


def test_set_with_expiry(client):
    client.set("seconds", "1", ex=100)
    client.set("milliseconds", "1", px=100_000)
    assert 99 <= client.ttl("seconds") <= 100
    assert 99_000 < client.pttl("milliseconds") <= 100_000
    client.set("seconds", "2", keepttl=True)
    assert client.ttl("seconds") > 0
    client.set("seconds", "3")
    assert client.ttl("seconds") == -1
    with pytest.raises(redis.ResponseError, match="invalid expire time in 'set' command"):
        client.set("seconds", "4", ex=-1)
    assert client.get("seconds") == "3"


def test_getex_getdel_getset(client):
    client.set("key", "value")
    assert client.getex("key", ex=50) == "value"
    assert client.ttl("key") > 40
    assert client.getex("key", persist=True) == "value"
    assert client.ttl("key") == -1
    assert client.getset("key", "new") == "value"
    assert client.getdel("key") == "new"
    assert client.getdel("key") is None
    assert client.exists("key") == 0


def test_append_and_ranges(client):
    assert client.append("key", "Hello") == 5
    assert client.append("key", " World") == 11
    assert client.getrange("key", -5, -1) == "World"
    assert client.getrange("key", 5, 2) == ""
    assert client.setrange("key", 6, "Redis") == 11
    assert client.setrange("padded", 3, "x") == 4
    assert client.get("padded") == "\0\0\0x"
    with pytest.raises(redis.ResponseError, match="offset is out of range"):
        client.setrange("key", -1, "x")


def test_counters(client):
    assert client.incr("n") == 1
    assert client.incrby("n", 41) == 42
    assert client.decr("n", 2) == 40
    assert client.incrbyfloat("f", 0.1) == 0.1
    assert client.incrbyfloat("f", 0.2) == 0.3
    client.set("n", 2**63 - 1)
    with pytest.raises(redis.ResponseError, match="increment or decrement would overflow"):
        client.incr("n")
    client.set("n", "words")
    with pytest.raises(redis.ResponseError, match="value is not an integer or out of range"):
        client.incr("n")
    assert client.get("n") == "words"


def test_many_keys_at_once(client):
    pairs = {f"key:{number}": str(number) for number in range(1000)}
    assert client.mset(pairs) is True
    assert client.mget(list(pairs)) == list(pairs.values())
    assert client.mget("key:1", "none", "key:2") == ["1", None, "2"]
    assert client.msetnx({"key:1": "x", "fresh": "x"}) is False
    assert client.exists("fresh") == 0


def test_longest_common_subsequence(client):
    client.mset({"a": "ohmytext", "b": "mynewtext"})
    assert client.lcs("a", "b") == "mytext"
    assert client.lcs("a", "b", len=True) == 6


def test_wrong_type_and_arity(client):
    client.hset("hash", "field", "value")
    with pytest.raises(redis.ResponseError) as error:
        client.get("hash")
    assert str(error.value).endswith(
        "Operation against a key holding the wrong kind of value")
    with pytest.raises(redis.ResponseError) as error:
        client.execute_command("GET")
    assert str(error.value) == "wrong number of arguments for 'get' command"
    with pytest.raises(redis.ResponseError) as error:
        client.execute_command("NOSUCH", "a", "b")
    assert str(error.value) == (
        "unknown command 'NOSUCH', with args beginning with: 'a' 'b' ")
