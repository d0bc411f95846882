"""redis-py, synchronous: keys, databases, expiry and scans."""

import time

import pytest
import redis


def test_delete_exists_type(client):
    client.mset({"a": "1", "b": "2", "c": "3"})
    client.hset("h", "f", "v")
    assert client.exists("a", "b", "a", "none") == 3
    assert client.delete("a", "none") == 1
    assert client.unlink("b", "none") == 1
    assert client.touch("c", "none") == 1
    assert [client.type(key) for key in ("c", "h", "none")] == ["string", "hash", "none"]
    assert client.dbsize() == 2


def test_rename_and_copy(client):
    client.set("a", "1", ex=100)
    assert client.rename("a", "b") is True
    assert client.ttl("b") > 90
    client.set("c", "2")
    assert client.renamenx("b", "c") is False
    assert client.copy("c", "d") is True
    assert client.copy("c", "d") is False
    assert client.copy("b", "d", replace=True) is True
    assert client.get("d") == "1"
    with pytest.raises(redis.ResponseError, match="no such key"):
        client.rename("none", "x")


def test_databases(server, client):
    with redis.Redis(port=server.port, db=9, decode_responses=True) as other:
        client.set("a", "here")
        assert other.get("a") is None
        assert client.move("a", 9) is True
        assert other.get("a") == "here"
        assert client.move("a", 9) is False
        client.set("b", "zero")
        client.swapdb(0, 9)
        assert other.get("b") == "zero"
        assert client.get("a") == "here"
        other.flushdb()
        assert (client.dbsize(), other.dbsize()) == (1, 0)
        with pytest.raises(redis.ResponseError, match="DB index is out of range"):
            other.execute_command("SELECT", 16)


def test_keys_by_pattern(client):
    for key in ("hello", "hallo", "hxllo", "heello", "h[llo"):
        client.set(key, "1")
    assert sorted(client.keys("h?llo")) == ["h[llo", "hallo", "hello", "hxllo"]
    assert sorted(client.keys("h[ae]llo")) == ["hallo", "hello"]
    assert sorted(client.keys("h[^e]llo")) == ["h[llo", "hallo", "hxllo"]
    assert sorted(client.keys("h\\[llo")) == ["h[llo"]
    assert client.randomkey() in client.keys("*")


def test_scan_returns_every_key_that_stays(client):
    """The guarantee of SCAN: what is there from start to end comes, whatever comes and goes."""
    pipe = client.pipeline(transaction=False)
    for number in range(5000):
        pipe.set(f"stays:{number}", "1")
    pipe.execute()
    seen, cursor, turn = set(), None, 0
    while cursor != 0:
        cursor, keys = client.scan(cursor or 0, match="stays:*", count=50)
        seen.update(keys)
        client.mset({f"new:{turn}:{number}": "1" for number in range(300)})
        if turn % 3 == 2:
            client.delete(*[f"new:{turn - 1}:{number}" for number in range(300)])
        turn += 1
    assert len(seen) == 5000


def test_scan_by_type(client):
    client.set("s", "1")
    client.hset("h", "f", "v")
    assert list(client.scan_iter(_type="hash")) == ["h"]
    assert sorted(client.scan_iter(count=1)) == ["h", "s"]


def test_expiry_times_and_conditions(client):
    client.set("a", "1")
    assert client.ttl("a") == -1 and client.ttl("none") == -2
    assert client.expire("none", 10) is False
    assert client.expire("a", 100, xx=True) is False
    assert client.expire("a", 100, nx=True) is True
    assert client.expire("a", 50, gt=True) is False
    assert client.expire("a", 50, lt=True) is True
    at = int(time.time()) + 1000
    assert client.expireat("a", at) is True
    assert client.expiretime("a") == at
    assert client.pexpiretime("a") == at * 1000
    assert client.persist("a") is True
    assert client.persist("a") is False
    assert client.expire("a", -1) is True
    assert client.exists("a") == 0


def test_a_key_goes_on_time(client):
    deadline = time.monotonic() + 0.2
    client.set("a", "1", px=200)
    while client.exists("a"):
        assert time.monotonic() < deadline + 0.2
    assert time.monotonic() > deadline - 0.01


def test_expired_keys_leave_memory_untouched_by_any_client(client):
    pipe = client.pipeline(transaction=False)
    for number in range(1000):
        pipe.set(f"key:{number}", "1", px=100)
    pipe.execute()
    deadline = time.monotonic() + 5
    while client.dbsize():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert client.info("stats")["expired_keys"] >= 1000


def test_object_introspection(client):
    client.mset({"int": "123", "short": "abc", "long": "x" * 1000})
    assert client.object("encoding", "int") == "int"
    assert client.object("encoding", "short") == "embstr"
    assert client.object("encoding", "long") == "raw"
    assert client.object("refcount", "short") == 1
    assert client.object("idletime", "short") in (0, 1)
    assert client.memory_usage("long") > 1000


def test_flush(client):
    for asynchronous in (True, False):
        client.mset({str(number): "1" for number in range(1000)})
        client.flushall(asynchronous=asynchronous)
        assert client.dbsize() == 0
