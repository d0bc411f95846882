"""Messages over sockets: client libraries, subscribers that do not read, events on time."""

import select
import socket
import threading
import time

import pytest
import redis

DEADLINE = 20.0


def encode(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


def message(channel, text):
    return encode(b"message", channel, text)


class Subscriber:
    """A raw connection that is subscribed to a channel and reads when it is told to."""

    def __init__(self, server, channel, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.settimeout(DEADLINE)
        self.socket.sendall(encode(b"SUBSCRIBE", channel))
        confirmation = encode(b"subscribe", channel).replace(b"*2", b"*3") + b":1\r\n"
        assert self.read(len(confirmation)) == confirmation

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(min(1 << 20, count - len(data)))
            assert more, "the connection is closed"
            data += more
        return data

    def drain(self):
        """Everything up to the end of the connection."""
        data = b""
        try:
            while more := self.socket.recv(1 << 20):
                data += more
        except ConnectionResetError:
            pass
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def next_message(pubsub):
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if found := pubsub.get_message(timeout=1):
            return found
    raise AssertionError("no message")


def test_channels_and_patterns(client):
    with client.pubsub() as pubsub:
        pubsub.subscribe("news", "other")
        pubsub.psubscribe("n*")
        kinds = [next_message(pubsub)["type"] for _ in range(3)]
        assert kinds == ["subscribe", "subscribe", "psubscribe"]
        assert client.publish("news", "hello") == 2
        assert client.publish("other", "") == 1
        found = [next_message(pubsub) for _ in range(3)]
        found = [(m["type"], m["pattern"], m["channel"], m["data"]) for m in found]
        assert found == [
            ("message", None, "news", "hello"), ("pmessage", "n*", "news", "hello"),
            ("message", None, "other", "")]
        pubsub.unsubscribe("news")
        assert next_message(pubsub)["type"] == "unsubscribe"
        assert client.pubsub_numsub("news")[0][1] == 0
        assert client.pubsub_numpat() == 1


def test_shard_channels(client):
    with client.pubsub() as pubsub:
        pubsub.ssubscribe("s")
        assert next_message(pubsub)["type"] == "ssubscribe"
        assert client.spublish("s", "hello") == 1
        deadline = time.monotonic() + DEADLINE
        found = None
        while not found and time.monotonic() < deadline:
            found = pubsub.get_sharded_message(timeout=1)
        assert found["type"] == "smessage"


def test_threads_of_subscribers_and_publishers(server, client):
    """Each publisher's messages come in its order to each subscriber, none twice, none missing."""
    publishers, subscribers, each = 4, 6, 300
    received = [[] for _ in range(subscribers)]
    ready = threading.Barrier(subscribers + 1)

    def listen(at):
        with redis.Redis(port=server.port) as own, own.pubsub() as pubsub:
            pubsub.subscribe("stream")
            assert next_message(pubsub)["type"] == "subscribe"
            ready.wait(DEADLINE)
            while len(received[at]) < publishers * each:
                received[at].append(next_message(pubsub)["data"])

    def publish(at):
        with redis.Redis(port=server.port) as own:
            for number in range(each):
                own.publish("stream", f"{at} {number} " + "x" * (number % 7 * 1000))

    listeners = [threading.Thread(target=listen, args=(at,)) for at in range(subscribers)]
    for thread in listeners:
        thread.start()
    ready.wait(DEADLINE)
    senders = [threading.Thread(target=publish, args=(at,)) for at in range(publishers)]
    for thread in senders:
        thread.start()
    for thread in senders + listeners:
        thread.join(3 * DEADLINE)
    for messages in received:
        numbers = [[int(part) for part in text.split()[:2]] for text in messages]
        for at in range(publishers):
            assert [number for who, number in numbers if who == at] == list(range(each))


def publish_until(client, size, condition):
    deadline = time.monotonic() + DEADLINE
    text = b"x" * size
    count = 0
    while not condition(count):
        assert time.monotonic() < deadline
        client.publish("a", text)
        count += 1
    return count


@pytest.mark.parametrize("size", [500, 20_000, 300_000])
def test_a_slow_subscriber_is_cut_off_at_the_hard_limit_and_others_get_all(start_server, size):
    server = start_server("--client-output-buffer-limit", "pubsub 1mb 0 0")
    with redis.Redis(port=server.port) as client, \
            Subscriber(server, b"a", 4096) as slow, Subscriber(server, b"a") as other:
        frame = len(message(b"a", b"x" * size))
        expected = [0]

        def follow(count):
            if count:
                other.read(frame)
            expected[0] = count
            return client.pubsub_numsub("a")[0][1] == 1

        publish_until(client, size, follow)
        assert expected[0] * frame > 1 << 20
        data = slow.drain()
        assert len(data) < expected[0] * frame
        client.publish("a", "after")
        assert other.read(len(message(b"a", b"after"))) == message(b"a", b"after")


def test_a_slow_subscriber_is_cut_off_when_it_was_too_long_over_the_soft_limit(start_server):
    server = start_server("--client-output-buffer-limit", "pubsub 0 256kb 1")
    with redis.Redis(port=server.port) as client, Subscriber(server, b"a", 4096) as slow:
        # The kernel takes some megabytes itself.
        publish_until(
            client, 100_000,
            lambda _: int(client.client_list(_type="pubsub")[0]["omem"]) > 300_000)
        began = time.monotonic()
        while client.publish("a", "more") == 1:
            assert time.monotonic() < began + DEADLINE
            time.sleep(0.02)
        assert 0.5 < time.monotonic() - began < 5
        slow.drain()


def test_the_limit_of_other_clients_is_another(start_server):
    server = start_server("--client-output-buffer-limit", "normal 64kb 0 0 pubsub 0 0 0")
    with redis.Redis(port=server.port) as client, Subscriber(server, b"a", 4096) as slow:
        for _ in range(100):
            assert client.publish("a", b"x" * 100_000) == 1
        frame = message(b"a", b"x" * 100_000)
        for _ in range(100):
            assert slow.read(len(frame)) == frame


def test_a_subscriber_is_not_idle(start_server):
    server = start_server("--timeout", "1")
    with Subscriber(server, b"a") as subscriber, \
            socket.create_connection(("127.0.0.1", server.port)) as idle:
        idle.settimeout(DEADLINE)
        assert idle.recv(1) == b""
        with redis.Redis(port=server.port) as client:
            assert client.publish("a", "m") == 1
        assert subscriber.read(len(message(b"a", b"m"))) == message(b"a", b"m")


def test_one_message_for_a_thousand_subscribers(start_server):
    server = start_server()
    subscribers = [Subscriber(server, b"a") for _ in range(1000)]
    try:
        with redis.Redis(port=server.port) as client:
            for text in (b"short", b"x" * 10_000, b"y" * 200_000):
                assert client.publish("a", text) == 1000
                frame = message(b"a", text)
                for subscriber in subscribers:
                    assert subscriber.read(len(frame)) == frame
            for subscriber in subscribers[::2]:
                subscriber.socket.close()
            deadline = time.monotonic() + DEADLINE
            while client.publish("a", b"again") != 500:
                assert time.monotonic() < deadline
    finally:
        for subscriber in subscribers:
            subscriber.socket.close()


def test_expired_events_come_on_time(start_server):
    server = start_server("--notify-keyspace-events", "Ex")
    with redis.Redis(port=server.port) as client, client.pubsub() as pubsub:
        pubsub.psubscribe("__keyevent@*__:expired")
        next_message(pubsub)
        began = {}
        for number in range(50):
            client.set(f"k{number}", "v", px=100 + number * 10)
            began[f"k{number}".encode()] = time.monotonic() + 0.1 + number * 0.01
        for _ in range(50):
            found = next_message(pubsub)
            late = time.monotonic() - began[found["data"]]
            assert -0.02 < late < 0.5


def test_events_of_a_database_that_others_selected(start_server):
    server = start_server("--notify-keyspace-events", "KEA")
    with redis.Redis(port=server.port, db=3) as client, client.pubsub() as pubsub:
        pubsub.psubscribe("__key*@3__:*")
        next_message(pubsub)
        client.set("k", "v")
        found = [next_message(pubsub) for _ in range(2)]
        assert [(m["channel"], m["data"]) for m in found] == [
            (b"__keyspace@3__:k", b"set"), (b"__keyevent@3__:set", b"k")]
        client.config_set("notify-keyspace-events", "")
        client.set("k", "w")
        assert not select.select([pubsub.connection._sock], [], [], 0.1)[0]
