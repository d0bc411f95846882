"""The server as a service: in the background, under a service manager, with a pid file, and what
signals do while it loads or saves."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest
import redis

from servers import HOST, free_port

TIMEOUT = 20


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.002)
    return found


def is_alive(pid):
    """Whether a process runs; one that has ended and is nobody's to collect yet does not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def redwing(server_binary):
    if not server_binary.name.startswith("redwing"):
        pytest.skip("Redwing's own way")
    return server_binary


@pytest.fixture
def launch(server_binary, tmp_path):
    """Runs the server with `daemonize yes` and ends, after the test, what it left in the
    background."""
    directory = tmp_path / "data"
    directory.mkdir()
    ports = []

    def launch(*arguments, **options):
        ports.append(free_port())
        result = subprocess.run(
            [str(server_binary), "--port", str(ports[-1]), "--bind", HOST, "--save", "",
             "--daemonize", "yes", "--dir", str(directory), *map(str, arguments)],
            cwd=tmp_path, timeout=TIMEOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, **options)
        result.port = ports[-1]
        result.directory = directory
        return result

    yield launch
    for port in ports:
        try:
            redis.Redis(port=port, socket_timeout=5).shutdown(nosave=True)
        except redis.RedisError:
            pass


class Manager:
    """A service manager's socket."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(TIMEOUT)
        self.lines = []

    def wait_for(self, line):
        while line not in self.lines:
            self.lines += self.socket.recv(4096).decode().splitlines()
        return self.lines


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A service manager, and the environment that it gives its services."""
    if request.param == "path":
        name = str(tmp_path / "notify")
        manager, shown = Manager(name), name
    else:
        name = f"redwing-test-{os.getpid()}-{time.monotonic_ns()}"
        manager, shown = Manager("\0" + name), "@" + name
    manager.environment = {**os.environ, "NOTIFY_SOCKET": shown}
    yield manager
    manager.socket.close()


@pytest.fixture
def start_supervised(redwing, tmp_path):
    """Starts the server in the foreground with an environment of the test's."""
    started = []

    def start(environment, *arguments):
        log = (tmp_path / "supervised.log").open("w")
        process = subprocess.Popen(
            [str(redwing), "--port", str(free_port()), "--bind", HOST, "--dir", str(tmp_path),
             *arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        process.log = tmp_path / "supervised.log"
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("mode", ["systemd", "auto"])
def test_systemd_hears_of_the_start_and_the_end(manager, start_supervised, mode):
    process = start_supervised(
        manager.environment, "--supervised", mode, "--save", "", "--daemonize", "yes")
    lines = manager.wait_for("READY=1")
    assert "STATUS=Ready to accept connections" in lines
    assert "STOPPING=1" not in lines
    # Supervised, it stays in the foreground.
    assert process.poll() is None
    process.terminate()
    manager.wait_for("STOPPING=1")
    assert process.wait(TIMEOUT) == 0


def test_ready_means_that_the_data_is_loaded(manager, start_supervised, start_server, tmp_path):
    server = start_server("--enable-debug-command", "yes")
    with redis.Redis(port=server.port) as client:
        client.execute_command("DEBUG", "POPULATE", "50000")
        client.save()
    server.snapshot.rename(tmp_path / "dump.redwing")
    start_supervised(manager.environment, "--supervised", "systemd", "--save", "")
    lines = manager.wait_for("READY=1")
    loading = lines.index("STATUS=Loading the data: 0 %")
    assert loading < lines.index("READY=1")
    assert any(line.startswith("EXTEND_TIMEOUT_USEC=") for line in lines)
    assert "DB loaded from disk" in (tmp_path / "supervised.log").read_text()


@pytest.mark.parametrize("address", ["relative/path", "@", "/" + "x" * 200, "vsock:2:1"])
def test_a_bad_address_of_the_manager_is_told_in_the_log(start_supervised, address):
    process = start_supervised(
        {**os.environ, "NOTIFY_SOCKET": address}, "--supervised", "systemd", "--save", "")
    wait_until(lambda: "Ready to accept" in process.log.read_text(), "no start")
    assert "service manager" in process.log.read_text()


def test_a_manager_that_has_gone_does_no_harm(start_supervised, tmp_path):
    process = start_supervised(
        {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "none")}, "--supervised", "systemd",
        "--save", "")
    wait_until(lambda: "Ready to accept" in process.log.read_text(), "no start")
    process.terminate()
    assert process.wait(TIMEOUT) == 0


def test_upstart_sees_the_server_stop_when_it_is_ready(start_supervised):
    process = start_supervised(
        {**os.environ, "UPSTART_JOB": "redwing"}, "--supervised", "auto", "--save", "")
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert "Ready to accept" in process.log.read_text()
    process.send_signal(signal.SIGCONT)
    process.terminate()
    assert process.wait(TIMEOUT) == 0


def test_without_a_supervisor_the_log_says_so(redwing, launch, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "NOTIFY_SOCKET"}
    result = launch("--supervised", "systemd", "--logfile", "log", env=environment)
    assert result.returncode == 0
    assert "NOTIFY_SOCKET not found" in (result.directory / "log").read_text()
    with redis.Redis(port=result.port) as client:
        assert client.config_get("supervised") == {"supervised": "no"}


def test_a_server_in_the_background(launch, server_binary):
    result = launch("--pidfile", "run.pid", "--logfile", "log")
    assert result.returncode == 0
    is_redwing = server_binary.name.startswith("redwing")
    if is_redwing:
        # Redwing's command has waited for the server.
        assert result.stdout == ""
        assert redis.Redis(port=result.port).ping()
    pid_file = result.directory / "run.pid"
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "no pid file")
    pid = int(pid_file.read_text())
    assert pid_file.read_text() == f"{pid}\n"
    assert pid != os.getpid() and os.getsid(pid) == pid
    for stream in range(3):
        assert os.readlink(f"/proc/{pid}/fd/{stream}") == "/dev/null"
    wait_until(lambda: "eady to accept" in (result.directory / "log").read_text(), "no log")
    with redis.Redis(port=result.port, decode_responses=True) as client:
        client.ping()
        assert client.info("server")["process_id"] == pid
        assert client.config_get("pidfile") == {"pidfile": "run.pid"}
        assert client.config_get("daemonize") == {"daemonize": "yes"}
        assert client.config_get("dir") == {"dir": str(result.directory)}
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not is_alive(pid), "it does not end")
    assert not pid_file.exists()


def test_shutdown_removes_the_pid_file_too(launch):
    result = launch("--pidfile", "run.pid")
    pid_file = result.directory / "run.pid"
    wait_until(pid_file.exists, "no pid file")
    with redis.Redis(port=result.port) as client:
        wait_until(client.ping, "no answer")
        client.shutdown(nosave=True)
    wait_until(lambda: not pid_file.exists(), "the pid file stays")


def test_the_default_pid_file_is_shown(redwing, launch):
    result = launch()
    with redis.Redis(port=result.port, decode_responses=True) as client:
        assert client.config_get("pidfile") == {"pidfile": "/var/run/redwing.pid"}


def test_a_failed_start_in_the_background_is_told(redwing, launch, start_server):
    taken = start_server().port
    result = launch("--port", taken, "--pidfile", "run.pid", "--logfile", "log")
    assert result.returncode == 1
    assert "Address already in use" in result.stdout
    assert "Address already in use" in (result.directory / "log").read_text()
    assert not (result.directory / "run.pid").exists()


def test_a_broken_snapshot_ends_the_start_in_the_background(redwing, launch, tmp_path):
    (tmp_path / "data" / "dump.redwing").write_bytes(b"no snapshot at all" * 10)
    result = launch("--pidfile", "run.pid")
    assert result.returncode == 1
    assert "dump.redwing" in result.stdout
    assert not (result.directory / "run.pid").exists()


def test_what_is_wrong_before_the_fork_is_told_as_ever(launch):
    assert launch("--dir", "/nonexistent").returncode == 1
    assert launch("--logfile", "/nonexistent/log").returncode == 1
    assert launch("--maxclients", "x").returncode == 1


def test_a_server_in_the_foreground_has_the_pid_file_that_it_was_given(start_server):
    server = start_server("--pidfile", "run.pid")
    pid_file = server.directory / "run.pid"
    assert pid_file.read_text() == f"{server.process.pid}\n"
    assert server.terminate() == 0
    assert not pid_file.exists()
    assert "Removing the pid file" in server.log.read_text()


def test_a_killed_server_leaves_its_pid_file_and_starts_again(start_server):
    server = start_server("--pidfile", "run.pid")
    server.kill()
    assert (server.directory / "run.pid").exists()
    server.start()
    assert (server.directory / "run.pid").read_text() == f"{server.process.pid}\n"


def test_a_pid_file_that_cannot_be_written_is_no_obstacle(start_server):
    server = start_server("--pidfile", "/nonexistent/run.pid")
    assert "Failed to write PID file" in server.log.read_text()
    with redis.Redis(port=server.port) as client:
        assert client.config_get("pidfile") == {"pidfile": "/nonexistent/run.pid"}
    assert server.terminate() == 0


def test_relative_paths_start_from_the_directory(server_binary, tmp_path):
    """`dir` counts for what follows, and the configuration file for where the server was
    started."""
    (tmp_path / "data" / "more").mkdir(parents=True)
    (tmp_path / "data" / "more" / "included.conf").write_text("hash-max-listpack-value 77\n")
    (tmp_path / "server.conf").write_text(
        f"port {free_port()}\nbind {HOST}\nsave \"\"\ndir data\ndir more\n"
        "include included.conf\nlogfile log\npidfile run.pid\n")
    process = subprocess.Popen(
        [str(server_binary), "server.conf"], cwd=tmp_path, stdin=subprocess.DEVNULL)
    try:
        port = int((tmp_path / "server.conf").read_text().split()[1])
        client = redis.Redis(port=port, decode_responses=True)
        wait_until(lambda: (tmp_path / "data" / "more" / "run.pid").exists(), "no pid file")
        wait_until(lambda: "eady to accept" in (
            tmp_path / "data" / "more" / "log").read_text(), "no log")
        assert client.config_get("dir") == {"dir": str(tmp_path / "data" / "more")}
        assert client.config_get("hash-max-listpack-value") == {"hash-max-listpack-value": "77"}
        assert client.info("server")["config_file"] == str(tmp_path / "server.conf")
        client.config_set("hash-max-listpack-value", 78)
        assert client.config_rewrite()
        assert "hash-max-listpack-value 78" in (tmp_path / "server.conf").read_text()
    finally:
        process.kill()
        process.wait()


def test_config_set_dir_takes_relative_paths(start_server):
    taken = start_server().port
    server = start_server("--enable-protected-configs", "yes")
    (server.directory / "a" / "b").mkdir(parents=True)
    (server.directory / "file").write_text("")
    with redis.Redis(port=server.port, decode_responses=True) as client:
        def moved(path):
            # In one batch: what is shown must be right at once.
            pipe = client.pipeline(transaction=False)
            pipe.config_set("dir", path)
            pipe.config_get("dir")
            return pipe.execute()[1]["dir"]

        base = server.directory
        assert moved("a") == str(base / "a")
        assert moved("b") == str(base / "a" / "b")
        assert moved("../..//") == str(base)
        assert moved("./a/../a/") == str(base / "a")
        for path, reason in [
                ("none", "No such file or directory"), (str(base / "file"), "Not a directory")]:
            with pytest.raises(redis.ResponseError, match=reason):
                client.config_set("dir", path)
        assert client.config_get("dir")["dir"] == str(base / "a")
        # A change that fails behind it takes it back.
        with pytest.raises(redis.ResponseError):
            client.execute_command("CONFIG", "SET", "dir", "b", "port", taken)
        assert client.config_get("dir")["dir"] == str(base / "a")
        client.set("k", "v")
        client.save()
    assert (server.directory / "a" / server.snapshot.name).exists()


# Signals while the server loads or saves.

def filled(start_server, keys, *arguments):
    """A stopped server with a snapshot of so many keys, and the snapshot's bytes."""
    server = start_server("--enable-debug-command", "yes", *arguments)
    with redis.Redis(port=server.port) as client:
        client.execute_command("DEBUG", "POPULATE", keys)
        client.save()
    return server


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_loading_ends_soon_and_leaves_the_file(start_server, name):
    server = filled(start_server, 1_000_000)
    server.kill()
    before = server.snapshot.read_bytes()
    server.log.write_text("")
    # Even a server that saves at the end must not write half of the data over all of it.
    server.arguments += ["--save", "3600 1"]
    server._spawn()
    wait_until(
        lambda: re.search("Loading (the snapshot|RDB)", server.log.read_text()), "no loading")
    began = time.monotonic()
    os.kill(server.process.pid, getattr(signal, name))
    assert server.process.wait(TIMEOUT) == 0
    assert time.monotonic() - began < 5
    if server.is_redwing:
        assert "DB loaded" not in server.log.read_text()
    assert server.snapshot.read_bytes() == before
    assert [path.name for path in server.directory.iterdir()
            if path.name not in ("server.log", server.snapshot.name)] == []


def test_clients_see_the_end_while_loading(redwing, start_server):
    server = filled(start_server, 1_000_000)
    server.kill()
    server.log.write_text("")
    server._spawn()

    def refused():
        try:
            return server.ask(b"GET k\r\n")
        except OSError:
            return None

    answer = wait_until(refused, "it does not listen")
    if answer.startswith(b"$"):
        pytest.skip("it loads faster than a client connects")
    assert answer.startswith(b"-LOADING")
    with server.connect() as idle:
        server.process.terminate()
        assert idle.recv(100) == b""
    assert server.process.wait(TIMEOUT) == 0


def test_a_second_control_c_gives_the_last_snapshot_up(redwing, start_server):
    server = filled(start_server, 1_000_000, "--save", "3600 1")
    before = server.snapshot.read_bytes()
    with redis.Redis(port=server.port) as client:
        client.set("later", "x")
    server.process.send_signal(signal.SIGINT)
    wait_until(lambda: "Saving the final" in server.log.read_text(), "it does not save")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(TIMEOUT) == 1
    assert server.snapshot.read_bytes() == before
    assert [path.name for path in server.directory.iterdir()
            if path.name not in ("server.log", server.snapshot.name)] == []


def test_a_second_sigterm_does_not(redwing, start_server):
    server = filled(start_server, 1_000_000, "--save", "3600 1")
    with redis.Redis(port=server.port) as client:
        client.set("later", "x")
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "Saving the final" in server.log.read_text(), "it does not save")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(TIMEOUT) == 0
    server.start()
    with redis.Redis(port=server.port) as client:
        assert client.get("later") == b"x"
        assert client.dbsize() == 1_000_001
