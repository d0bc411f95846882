"""MONITOR and CLIENT PAUSE over sockets, with redis-py and with raw connections."""

import socket
import threading
import time

import pytest
import redis


@pytest.fixture
def other(server):
    with redis.Redis(port=server.port, decode_responses=True) as client:
        yield client


def test_redis_py_reads_the_lines(client, other):
    other.ping()
    with client.monitor() as monitor:
        other.set("k", 'a "quoted" \n text')
        other.get("k")
        seen = [monitor.next_command() for _ in range(2)]
    assert seen[0]["command"] == r'SET k a "quoted" \n text'
    assert seen[1]["command"] == "GET k"
    assert seen[0]["client_type"] == "tcp" and seen[0]["db"] == 0
    assert abs(seen[0]["time"] - time.time()) < 60
    assert seen[0]["time"] <= seen[1]["time"]


def test_a_slow_watcher_is_cut_off(server, client, other):
    limit = other.config_get("client-output-buffer-limit")["client-output-buffer-limit"]
    other.config_set("client-output-buffer-limit", "normal 1mb 0 0")
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(b"MONITOR\r\n")
            assert slow.recv(5) == b"+OK\r\n"
            value = "x" * 100_000
            for _ in range(200):
                other.set("k", value)
                if "monitor" not in commands(other):
                    break
            assert "monitor" not in commands(other)
        assert other.ping()
        assert other.info("stats")["client_output_buffer_limit_disconnections"] >= 1
    finally:
        other.config_set("client-output-buffer-limit", limit)


def commands(client):
    """The last command of each client."""
    return {line["cmd"] for line in client.client_list()}


def test_everything_stops_and_goes_on(server, client, other):
    began = time.monotonic()
    assert client.client_pause(300)
    took = []

    def ask():
        with redis.Redis(port=server.port) as late:
            assert late.ping()
            took.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(took) == 5
    assert min(took) >= 0.29


def test_stopped_writes_come_in_order(client, server):
    client.client_pause(60_000, all=False)
    writers = []
    for number in range(20):
        writer = socket.create_connection(("127.0.0.1", server.port))
        # A large argument must outlive the buffer that it came in; what follows waits behind it.
        value = b"%d" % number + b"x" * (100_000 if number % 5 == 0 else 10)
        writer.sendall(b"*3\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n$%d\r\n%s\r\nPING\r\n" % (
            len(value), value))
        writers.append(writer)
        wait_for(lambda: client.info("clients")["blocked_clients"] == number + 1)
    assert client.llen("l") == 0
    assert client.client_unpause()
    for number, writer in enumerate(writers):
        expected = b":%d\r\n+PONG\r\n" % (number + 1)
        writer.settimeout(20)
        got = b""
        while len(got) < len(expected):
            got += writer.recv(100)
        assert got == expected
        writer.close()
    values = client.lrange("l", 0, -1)
    assert [int(v.rstrip("x")) for v in values] == list(range(20))
    assert len(values[0]) > 100_000


def wait_for(condition):
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


def test_scripts_are_shown_with_what_they_run(server, other):
    other.ping()
    with other.monitor() as monitor, redis.Redis(port=server.port) as third:
        third.eval("redis.call('set', KEYS[1], ARGV[1]) redis.pcall('get') return 1", 1, "k", "v")
        third.get("k")
        seen = []
        while not seen or seen[-1]["command"] != "GET k":
            seen.append(monitor.next_command())
    lines = [line for line in seen if line["command"].split()[0] in ("EVAL", "set", "get", "GET")]
    assert [line["command"].split()[0] for line in lines] == ["EVAL", "set", "GET"]
    assert lines[1]["client_type"] == "lua" and lines[1]["command"] == "set k v"
