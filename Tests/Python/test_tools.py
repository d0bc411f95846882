"""The modes of redis-cli that look at a live server, each for a moment."""

import os
import pty
import re
import shutil
import subprocess
import threading
import time

import pytest
import redis

CLI = shutil.which("redis-cli") or shutil.which("valkey-cli")
pytestmark = pytest.mark.skipif(CLI is None, reason="there is no redis-cli")


@pytest.fixture
def filled(server):
    """A server with keys of every type, and with traffic as long as the test runs."""
    with redis.Redis(port=server.port, decode_responses=True) as client:
        for number in range(300):
            client.set(f"string:{number}", "x" * number)
        client.rpush("list:long", *range(500))
        client.sadd("set:long", *range(400))
        client.zadd("zset:long", {str(n): n for n in range(350)})
        client.hset("hash:long", mapping={str(n): n for n in range(250)})
        for number in range(20):
            client.xadd("stream:long", {"number": number})
        stop = threading.Event()

        def load():
            with redis.Redis(port=server.port) as other:
                while not stop.is_set():
                    for _ in range(50):
                        other.incr("counter")
                    time.sleep(0.005)

        thread = threading.Thread(target=load)
        thread.start()
        yield server
        stop.set()
        thread.join()


def cli(server, *arguments, seconds=20):
    """Runs redis-cli to its end and returns what it printed."""
    result = subprocess.run(
        [CLI, "-p", str(server.port), *arguments], capture_output=True, text=True,
        timeout=seconds)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def watch(server, *arguments, until, seconds=15):
    """Runs redis-cli, which goes on for ever, on a terminal until it has printed an expression."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [CLI, "-p", str(server.port), *arguments], stdout=child, stderr=child, close_fds=True)
    os.close(child)
    text = ""
    limit = time.monotonic() + seconds
    try:
        while not re.search(until, text):
            assert time.monotonic() < limit, f"did not print {until}: {text[-2000:]}"
            text += os.read(parent, 4096).decode(errors="replace")
    finally:
        process.kill()
        process.wait()
        os.close(parent)
    return text


def test_stat(filled):
    # keys, memory, clients, blocked, requests, connections
    line = r"30[56]\s+\d+\.\d+[KM]\s+\d+\s+0\s+\d{3,} \(\+\d+\)\s+\d+"
    watch(filled, "--stat", "-i", "0.1", until=line)


def test_latency(filled):
    minimum, maximum, average, samples = cli(filled, "--latency", "-i", "0.3").split()[:4]
    assert 0 <= float(minimum) <= float(average) <= float(maximum) < 10_000
    assert int(samples) > 1
    watch(filled, "--latency-history", "-i", "1", until=r"samples\) -- 1\.\d+ seconds range")


def test_bigkeys(filled):
    text = cli(filled, "--bigkeys")
    for kind in ("list", "set", "zset", "hash", "stream"):
        assert re.search(rf"Biggest\s+{kind} found .+{kind}:long", text), text
    assert re.search(r"Biggest string found .+string:299.+ has 299 bytes", text), text


def test_memkeys(filled):
    text = cli(filled, "--memkeys")
    assert re.search(r"Biggest\s+list found .+list:long.+ has \d+ bytes", text), text


def test_hotkeys(filled):
    with redis.Redis(port=filled.port) as client:
        client.config_set("maxmemory-policy", "allkeys-lfu")
        try:
            for _ in range(300):
                client.get("string:7")
            assert re.search(r'hot key found with counter: \d+\s+keyname: "?string:7"?\s',
                             cli(filled, "--hotkeys"))
        finally:
            client.config_set("maxmemory-policy", "noeviction")


def test_scan(filled):
    keys = cli(filled, "--scan", "--pattern", "string:*").split()
    assert sorted(keys) == sorted(f"string:{n}" for n in range(300))


def test_monitor(filled):
    watch(filled, "monitor", until=r'1\d{9}\.\d{6} \[0 127\.0\.0\.1:\d+\] "INCRBY" "counter"')


def test_latency_events(filled):
    with redis.Redis(port=filled.port) as client:
        client.config_set("latency-monitor-threshold", 20)
        try:
            client.execute_command("DEBUG", "SLEEP", "0.05")
        except redis.ResponseError:
            pytest.skip("DEBUG is locked")
        finally:
            client.config_set("latency-monitor-threshold", 0)
    text = cli(filled, "latency", "latest")
    assert "command" in text
    assert "command - high" in cli(filled, "latency", "graph", "command")
    assert cli(filled, "latency", "doctor")
    assert cli(filled, "latency", "reset").strip() == "1"
