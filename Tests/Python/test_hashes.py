"""redis-py, synchronous: hashes, their fields' own deadlines, and their scans."""

import pytest
import redis


def test_set_get_delete(client):
    assert client.hset("hash", "a", "1") == 1
    assert client.hset("hash", mapping={"a": "2", "b": "3", "c": "4"}) == 2
    assert client.hget("hash", "a") == "2"
    assert client.hget("hash", "none") is None
    assert client.hmget("hash", "a", "none", "c") == ["2", None, "4"]
    assert client.hgetall("hash") == {"a": "2", "b": "3", "c": "4"}
    assert client.hlen("hash") == 3
    assert client.hdel("hash", "a", "none") == 1
    assert sorted(client.hkeys("hash")) == ["b", "c"]
    assert sorted(client.hvals("hash")) == ["3", "4"]
    assert client.hexists("hash", "b") and not client.hexists("hash", "a")
    assert client.hstrlen("hash", "b") == 1
    assert client.hsetnx("hash", "b", "x") == 0
    assert client.hdel("hash", "b", "c") == 2
    assert client.exists("hash") == 0
    assert client.hgetall("hash") == {}


def test_large_hash_is_complete(client):
    pairs = {f"field:{number}": "v" * (number % 90) for number in range(20_000)}
    assert client.hset("hash", mapping=pairs) == len(pairs)
    assert client.hgetall("hash") == pairs
    assert dict(client.hscan_iter("hash", count=500)) == pairs
    assert client.object("encoding", "hash") == "hashtable"


def test_small_hash_is_packed(client):
    client.hset("hash", mapping={"a": "1"})
    assert client.object("encoding", "hash") == "listpack"
    client.hset("hash", "b", "x" * 65)
    assert client.object("encoding", "hash") == "hashtable"


def test_counters(client):
    assert client.hincrby("hash", "n", 5) == 5
    assert client.hincrby("hash", "n", -7) == -2
    assert client.hincrbyfloat("hash", "f", 1.5) == 1.5
    client.hset("hash", "word", "x")
    with pytest.raises(redis.ResponseError, match="hash value is not an integer"):
        client.hincrby("hash", "word")


def test_random_fields(client):
    pairs = {str(number): str(number) for number in range(50)}
    client.hset("hash", mapping=pairs)
    assert client.hrandfield("hash") in pairs
    assert len(set(client.hrandfield("hash", 10))) == 10
    assert sorted(client.hrandfield("hash", 100)) == sorted(pairs)
    assert len(client.hrandfield("hash", -200)) == 200


def test_field_deadlines(client):
    client.hset("hash", mapping={"a": "1", "b": "2", "c": "3"})
    assert client.hexpire("hash", 100, "a", "none") == [1, -2]
    assert client.httl("hash", "a", "b", "none") == [100, -1, -2]
    assert client.hpexpire("hash", 100_000, "b", nx=True) == [1]
    assert client.hpersist("hash", "a", "c") == [1, -1]
    assert client.hpexpire("hash", 1, "c") == [1]
    wait_until_field_is_gone(client)
    assert client.hexpire("hash", 0, "a") == [2]
    assert client.hgetall("hash") == {"b": "2"}


def wait_until_field_is_gone(client):
    for _ in range(2000):
        if not client.hexists("hash", "c"):
            return
    raise AssertionError("the field outlived its deadline")


def test_fields_with_deadline_at_once(client):
    assert client.hsetex("hash", mapping={"a": "1", "b": "2"}, ex=100) == 1
    assert client.httl("hash", "a", "b") == [100, 100]
    assert client.hgetex("hash", "a", persist=True) == ["1"]
    assert client.httl("hash", "a") == [-1]


def test_scan_without_values(client):
    client.hset("hash", mapping={"a": "1", "b": "2"})
    cursor, fields = client.hscan("hash", no_values=True)
    assert (cursor, sorted(fields)) == (0, ["a", "b"])


def test_wrong_type(client):
    client.set("string", "1")
    with pytest.raises(redis.ResponseError, match="wrong kind of value"):
        client.hset("string", "a", "1")
    assert client.get("string") == "1"
