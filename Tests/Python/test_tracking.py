"""Client-side caching: redis-py's own cache, and messages redirected to a subscriber."""

import threading
import time

import pytest
import redis
from redis.cache import CacheConfig

PATIENCE = 10.0


def until(condition):
    """Messages come soon, not at once."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.001)


@pytest.fixture
def cached(server):
    """A client with a cache."""
    if not server.is_redwing:
        pytest.skip("redis-py caches only what comes from a server that says it is redis")
    with redis.Redis(
        port=server.port, protocol=3, cache_config=CacheConfig(), decode_responses=True,
    ) as client:
        yield client


@pytest.fixture
def writer(server):
    with redis.Redis(port=server.port, decode_responses=True) as client:
        yield client


def calls(writer, command):
    return writer.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"]


def test_the_second_read_does_not_ask_the_server(cached, writer):
    writer.set("k", "1")
    writer.hset("h", mapping={"a": "1"})
    assert cached.get("k") == "1"
    assert cached.hgetall("h") == {"a": "1"}
    before = calls(writer, "get"), calls(writer, "hgetall")
    for _ in range(10):
        assert cached.get("k") == "1"
        assert cached.hgetall("h") == {"a": "1"}
    assert (calls(writer, "get"), calls(writer, "hgetall")) == before
    assert writer.info("clients")["tracking_clients"] >= 1
    assert writer.info("stats")["tracking_total_keys"] == 2


@pytest.mark.parametrize(("change", "after"), [
    (lambda writer: writer.set("k", "2"), "2"),
    (lambda writer: writer.append("k", "2"), "12"),
    (lambda writer: writer.delete("k"), None),
    (lambda writer: writer.rename("k", "other"), None),
    (lambda writer: writer.pexpire("k", 20), None),
    (lambda writer: writer.flushall(), None),
    (lambda writer: writer.flushdb(asynchronous=True), None),
    (lambda writer: writer.pipeline().incr("k").incr("k").execute(), "3"),
], ids=["set", "append", "del", "rename", "expiry", "flushall", "flushdb", "transaction"])
def test_what_others_change_leaves_the_cache(cached, writer, change, after):
    writer.set("k", "1")
    assert cached.get("k") == "1"
    change(writer)
    until(lambda: cached.get("k") == after)


def test_what_the_client_changes_itself_leaves_the_cache(cached):
    for value in ("1", "2", "3"):
        cached.set("k", value)
        assert cached.get("k") == value
        assert cached.get("k") == value


def test_a_small_table_forgets_no_message(server, cached, writer):
    limit = writer.config_get("tracking-table-max-keys")["tracking-table-max-keys"]
    writer.config_set("tracking-table-max-keys", 10)
    try:
        names = [f"k{number}" for number in range(100)]
        for turn in ("1", "2", "3"):
            writer.mset(dict.fromkeys(names, turn))
            until(lambda turn=turn: all(cached.get(name) == turn for name in names))
        assert writer.info("stats")["tracking_total_keys"] <= 10
    finally:
        writer.config_set("tracking-table-max-keys", limit)


def test_caches_agree_with_the_server_after_a_storm(server, writer):
    if not server.is_redwing:
        pytest.skip("redis-py caches only what comes from a server that says it is redis")
    names = [f"k{number}" for number in range(20)]
    end = threading.Event()

    def write(seed):
        with redis.Redis(port=server.port) as client:
            number = seed
            while not end.is_set():
                number = number * 1103515245 + 12345 & 0x7FFFFFFF
                client.set(names[number // 65536 % len(names)], number)

    def read(client):
        while not end.is_set():
            for name in names:
                client.get(name)

    readers = [
        redis.Redis(port=server.port, protocol=3, cache_config=CacheConfig(),
                    decode_responses=True, single_connection_client=True)
        for _ in range(3)
    ]
    threads = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2)]
    threads += [threading.Thread(target=read, args=(client,)) for client in readers]
    for thread in threads:
        thread.start()
    time.sleep(1)
    end.set()
    for thread in threads:
        thread.join()
    for client in readers:
        until(lambda client=client: all(client.get(name) == writer.get(name) for name in names))
        client.close()


def test_messages_redirected_to_a_subscriber(server, writer):
    options = {"port": server.port, "protocol": 2, "decode_responses": True}
    with redis.Redis(single_connection_client=True, **options) as reader, \
            redis.Redis(client_name="subscriber", **options) as owner:
        subscriber = owner.pubsub()
        subscriber.subscribe("__redis__:invalidate")
        assert subscriber.get_message(timeout=PATIENCE)["type"] == "subscribe"
        number = next(
            int(entry["id"]) for entry in writer.client_list() if entry["name"] == "subscriber")
        reader.execute_command("CLIENT", "TRACKING", "ON", "REDIRECT", number)
        assert reader.client_getredir() == number
        reader.mget("a", "b")
        writer.set("a", "1")
        assert subscriber.get_message(timeout=PATIENCE)["data"] == ["a"]
        reader.set("b", "1")
        assert subscriber.get_message(timeout=PATIENCE)["data"] == ["b"]
        writer.flushall()
        assert subscriber.get_message(timeout=PATIENCE)["data"] is None
        subscriber.close()
        until(lambda: number not in [int(entry["id"]) for entry in writer.client_list()])
        reader.get("a")
        writer.set("a", "2")
        info = reader.client_trackinginfo()
        assert "broken_redirect" in info[info.index("flags") + 1]


def test_prefixes_are_told_of_once_a_turn(server, writer):
    with redis.Redis(port=server.port, protocol=3, single_connection_client=True) as reader:
        pushes = []
        connection = reader.connection
        connection._parser.set_invalidation_push_handler(pushes.append)
        reader.execute_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "user:")
        writer.mset({"user:2": "1", "user:1": "1", "other": "1"})
        until(lambda: reader.ping() and pushes)
        assert pushes == [[b"invalidate", [b"user:1", b"user:2"]]]
