"""Processes that run beside a server while it is measured: a write load and a pinging client.

They are processes of their own because threads of one Python would wait for each other.
"""

import array
import subprocess
import sys
import time
from pathlib import Path

from .process import RunningServer, affinity


class Companion:
    """A module of this package, run as a process on the load's core until the block ends."""

    def __init__(self, module: str, cores: set[int], *arguments: object):
        self.command = [sys.executable, "-m", f"benchmark.{module}", *map(str, arguments)]
        self.cores = cores
        self.output = b""

    def __enter__(self):
        with affinity(self.cores):
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def check(self) -> None:
        """Ends the run if the companion died: what is measured without it would mean nothing."""
        if self.process.poll() is not None:
            raise SystemExit(f"bench: {self.command[2]} ended early")

    def stop(self) -> bytes:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.output += self.process.communicate(timeout=30)[0] or b""
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        except ValueError:  # Stopped before, the pipe is closed.
            pass
        return self.output


def write_load(server: RunningServer, cores: set[int], requests: Path, length: int) -> Companion:
    return Companion("write_load", cores, server.port, requests, length)


class PingProbe(Companion):
    """The client that pings once a millisecond; afterwards it tells the worst of any span."""

    def __init__(self, server: RunningServer, cores: set[int]):
        super().__init__("ping_probe", cores, server.port)

    def samples(self) -> list[tuple[int, int]]:
        """When each PING left and how long it took, in nanoseconds. Ends the probe."""
        numbers = array.array("q", self.stop())
        return list(zip(numbers[::2], numbers[1::2], strict=True))


class Span:
    """A span of time on the monotonic clock, as a block."""

    def __enter__(self):
        self.begin = time.monotonic_ns()
        return self

    def __exit__(self, *_) -> None:
        self.end = time.monotonic_ns()

    @property
    def seconds(self) -> float:
        return (self.end - self.begin) / 1e9

    def worst_milliseconds(self, samples: list[tuple[int, int]]) -> float:
        """The longest PING under way at any time of the span."""
        inside = [took for left, took in samples if left <= self.end and left + took >= self.begin]
        if not inside:
            raise SystemExit("bench: no PING came through during a measurement")
        return max(inside) / 1e6
