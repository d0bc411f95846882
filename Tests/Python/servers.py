"""Starts server processes for the tests: own port, own directory, bounded in time, never shared.

A server dies with the test run, even when that is killed. Only processes started here get signals.
"""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time

HOST = "127.0.0.1"
START_TIMEOUT = 20.0
STOP_TIMEOUT = 20.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def free_port():
    """A port nobody listened on a moment ago; a start that loses the race for it is tried again."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class ServerFailure(Exception):
    """The server did not start, or did not stop; the message ends with what it logged."""


class Server:
    """A server process on a port and in a directory of its own, which both outlive a restart."""

    def __init__(self, binary, directory, *arguments):
        self.binary = pathlib.Path(binary)
        self.directory = pathlib.Path(directory)
        self.arguments = list(arguments)
        self.log = self.directory / "server.log"
        self.port = None
        self.process = None

    @property
    def is_redwing(self):
        return self.binary.name.startswith("redwing")

    @property
    def url(self):
        return f"redis://{HOST}:{self.port}"

    @property
    def snapshot(self):
        """Where the server leaves its snapshot."""
        return self.directory / "dump.snapshot"

    def start(self):
        """Starts the process and waits until it answers PING; -LOADING is waited for, too."""
        for _ in range(3):
            if self.port is None:
                self.port = free_port()
            self._spawn()
            if self._answers():
                return self
            if "Address already in use" not in self.log.read_text(errors="replace"):
                break
            self.port = None
        self.kill()
        raise ServerFailure(f"{self.binary} did not start\n{self.tail()}")

    def _spawn(self):
        command = [
            str(self.binary), "--port", str(self.port), "--bind", HOST, "--save", "",
            "--dir", str(self.directory), "--dbfilename", self.snapshot.name, *self.arguments,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, start_new_session=True, preexec_fn=_die_with_parent)

    def _answers(self):
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask(b"PING\r\n").startswith((b"+PONG", b"-NOAUTH")):
                    return True
            except OSError:
                pass
            time.sleep(0.005)
        return False

    def connect(self, timeout=10.0):
        """A plain socket to the server."""
        return socket.create_connection((HOST, self.port), timeout=timeout)

    def ask(self, request):
        """The first piece of the answer to `request` on a connection of its own."""
        with self.connect(timeout=2.0) as connection:
            connection.sendall(request)
            return connection.recv(4096)

    def kill(self):
        """SIGKILL to the server and to any process that it forked."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(STOP_TIMEOUT)

    def terminate(self):
        """SIGTERM; returns the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailure(f"{self.binary} ignored SIGTERM\n{self.tail()}") from None

    def tail(self):
        """The last lines of the log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
