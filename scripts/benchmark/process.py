"""One running server: started on its core, asked for its CPU time and memory, stopped for good."""

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from .resp import Connection, ServerError
from .servers import Server

START_TIMEOUT = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def affinity(cores: set[int]):
    """Runs a block on these cores; children started inside inherit them."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class RunningServer:
    """A server process with a directory of its own, which outlives a restart."""

    def __init__(self, server: Server, directory: Path, cores: set[int], flags: tuple = ()):
        self.server = server
        self.name = server.name
        self.directory = directory
        self.cores = cores
        self.flags = flags
        self.process: subprocess.Popen | None = None
        self.port = 0

    def start(self) -> float:
        """Starts the server; returns the seconds from exec to the first PONG, loading included."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        command = [
            str(self.server.binary), "--port", str(self.port), "--bind", "127.0.0.1",
            "--save", "", "--dir", str(self.directory), *self.flags,
        ]  # fmt: skip
        with open(self.directory / "server.log", "ab") as log:
            begin = time.perf_counter()
            with affinity(self.cores):
                self.process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
        self.wait_for_pong(begin + START_TIMEOUT)
        return time.perf_counter() - begin

    def wait_for_pong(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(
                    f"bench: {self.name} ended with {self.process.returncode}:\n{self.log_tail()}"
                )
            try:
                with Connection(self.port) as connection:
                    while time.perf_counter() < deadline:
                        try:
                            if connection.call("PING") == b"PONG":
                                return
                        except ServerError as error:
                            if not str(error).startswith("LOADING"):
                                raise
                            time.sleep(0.002)
            except (ConnectionError, OSError):
                time.sleep(0.0002)
        raise SystemExit(f"bench: {self.name} gives no PONG:\n{self.log_tail()}")

    def log_tail(self) -> str:
        text = (self.directory / "server.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-15:])

    def connect(self) -> Connection:
        return Connection(self.port)

    def stop(self) -> None:
        """Ends the server without a save; a server that does not listen is killed."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def cpu_nanoseconds(self) -> int:
        """CPU time of all threads, ended ones too: the kernel's CPU clock of the process."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2)

    def resident_bytes(self) -> int:
        """Resident memory (RSS) of the server process."""
        return self._memory_field(self.process.pid, "Rss")

    def proportional_bytes(self) -> int:
        """Memory of the server and its children, pages shared between them counted once (PSS)."""
        total = 0
        for pid in (self.process.pid, *self.children()):
            try:
                total += self._memory_field(pid, "Pss")
            except (OSError, ValueError):  # The child ended meanwhile.
                continue
        return total

    def children(self) -> list[int]:
        """Children of any thread of the server: a forking server's snapshot process."""
        pids = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                pids += [int(pid) for pid in (task / "children").read_text().split()]
            except OSError:
                continue
        return pids

    @staticmethod
    def _memory_field(pid: int, field: str) -> int:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        raise ValueError(f"no {field} for process {pid}")
