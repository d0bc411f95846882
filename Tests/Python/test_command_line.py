"""The server as a process: options, configuration files, signals, exit codes, the usual tools."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest
import redis

from servers import HOST, free_port


@pytest.fixture
def run_server(server_binary, tmp_path):
    """Runs the server to its end, which has to come soon, with arguments and standard input."""
    def run(*arguments, text=""):
        return subprocess.run(
            [str(server_binary), *map(str, arguments)], input=text, cwd=tmp_path, timeout=20,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    return run


def test_version_and_help(run_server, server_binary):
    version = run_server("--version")
    assert version.returncode == 0
    assert re.search(r"v=?\d+\.\d+\.\d+", version.stdout) or "redwing" in version.stdout
    usage = run_server("--help")
    assert server_binary.name in usage.stdout


def test_a_misspelt_directive_ends_with_its_place(run_server, tmp_path, server_binary):
    path = tmp_path / "server.conf"
    path.write_text("# comment\nport 0\nmaxclient 100\n")
    result = run_server(path)
    assert result.returncode == 1
    assert "maxclient" in result.stdout
    assert "3" in result.stdout
    if server_binary.name.startswith("redwing"):
        assert "server.conf" in result.stdout
        assert "maxclients" in result.stdout


@pytest.mark.parametrize("line", [
    "port many", "port 70000", "port", "port 1 2", "hash-max-listpack-entries x",
    "appendonly maybe", 'dir "unclosed', "maxmemory 10qb",
])
def test_a_bad_value_ends_with_exit_code_1(run_server, line):
    result = run_server("-", text=f"{line}\n")
    assert result.returncode == 1
    assert line.split()[0] in result.stdout


def test_missing_file_and_directory(run_server):
    assert run_server("/nonexistent/server.conf").returncode == 1
    assert run_server("--port", 0, "--dir", "/nonexistent").returncode == 1


def test_configuration_file_include_and_options(start_server, tmp_path):
    included = tmp_path / "included.conf"
    included.write_text('hash-max-listpack-value 77\nrequirepass "pass word"\n')
    path = tmp_path / "server.conf"
    path.write_text(f"include {included}\nHASH-MAX-LISTPACK-ENTRIES 55\ndatabases 3\n")
    server = start_server("--include", str(path), "--databases", "4")
    with redis.Redis(port=server.port, password="pass word") as client:
        assert client.config_get("hash-max-listpack-value") == {"hash-max-listpack-value": "77"}
        assert client.config_get("hash-max-listpack-entries") == {
            "hash-max-listpack-entries": "55"}
        assert client.config_get("databases") == {"databases": "4"}


def test_rewrite_keeps_comments_and_is_read_again(server_binary, start_server, tmp_path):
    path = tmp_path / "server.conf"
    path.write_text("# kept\nhash-max-listpack-entries 55\n")
    server = start_server()
    port = free_port()
    process = subprocess.Popen(
        [str(server_binary), str(path), "--port", str(port), "--bind", HOST, "--save", ""],
        cwd=server.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = connect_when_ready(port)
        client.config_set("hash-max-listpack-entries", 66)
        assert client.config_rewrite()
        client.close()
    finally:
        process.kill()
        process.wait()
    lines = path.read_text().splitlines()
    assert lines[0] == "# kept"
    assert "hash-max-listpack-entries 66" in lines


def connect_when_ready(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            client = redis.Redis(port=port, decode_responses=True)
            client.ping()
            return client
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signals_end_gracefully(start_server, name):
    server = start_server()
    with server.connect() as idle:
        os.kill(server.process.pid, getattr(signal, name))
        assert idle.recv(1) == b""
    assert server.process.wait(20) == 0


def test_sigpipe_and_sighup_are_ignored(start_server):
    server = start_server()
    os.kill(server.process.pid, signal.SIGPIPE)
    os.kill(server.process.pid, signal.SIGHUP)
    time.sleep(0.05)
    assert server.ask(b"PING\r\n") == b"+PONG\r\n"


def test_a_taken_port_ends_with_a_message(run_server, start_server):
    server = start_server()
    result = run_server("--port", server.port, "--bind", HOST)
    assert result.returncode == 1
    assert "Address already in use" in result.stdout


def test_starting_is_quick(start_server):
    server = start_server()
    durations = []
    for _ in range(5):
        server.kill()
        began = time.monotonic()
        server.start()
        durations.append(time.monotonic() - began)
    assert min(durations) < 1.0


def tool(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def test_redis_cli(server):
    def cli(*arguments, text=None):
        return subprocess.run(
            [tool("redis-cli"), "-p", str(server.port), *arguments], input=text, timeout=20,
            stdout=subprocess.PIPE, text=True, check=True).stdout

    assert cli("SET", "a", "1") == "OK\n"
    assert cli("HSET", "h", "f", "v", "g", "w") == "2\n"
    assert cli("HGETALL", "h") == "f\nv\ng\nw\n"
    assert cli("-3", "HGETALL", "h") == "f v\ng w\n"
    assert cli("GET") == "ERR wrong number of arguments for 'get' command\n\n"
    assert cli("--scan") in ("a\nh\n", "h\na\n")
    assert "errors: 0, replies: 1000" in cli(
        "--pipe", text="".join(f"SET key:{number} {number}\r\n" for number in range(1000)))
    assert cli("DBSIZE") == "1002\n"


def test_redis_benchmark(server):
    tests = "ping,set,get,incr,mset,hset"
    for pipeline in ("1", "16"):
        result = subprocess.run(
            [tool("redis-benchmark"), "-p", str(server.port), "-q", "-n", "5000", "-c", "20",
             "-P", pipeline, "-r", "1000", "-t", tests],
            timeout=60, capture_output=True, text=True, check=True)
        assert result.stdout.count("requests per second") == 7
        assert "rror" not in result.stdout + result.stderr
