"""What every section is given: the options, the servers, the cores and a place to work in."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .model import Row
from .process import RunningServer
from .servers import Server


@dataclass
class Context:
    options: Namespace
    servers: list[Server]
    work: Path
    server_cores: set[int]
    load_cores: set[int]

    @contextmanager
    def running_server(
        self, server: Server, directory: str, flags: tuple = ()
    ) -> Iterator[RunningServer]:
        """One server, started empty in a directory of its own and stopped at the end."""
        running = RunningServer(
            server, self.work / f"{directory}-{server.name}", self.server_cores, flags
        )
        try:
            running.start()
            yield running
        finally:
            running.kill()

    @contextmanager
    def running_servers(self, directory: str) -> Iterator[list[RunningServer]]:
        """All servers side by side."""
        running = [
            RunningServer(server, self.work / f"{directory}-{server.name}", self.server_cores)
            for server in self.servers
        ]
        try:
            for server in running:
                server.start()
            yield running
        finally:
            for server in running:
                server.kill()

    def announce(self, row: Row) -> None:
        """A line on standard error as soon as a row is there, so that a long run shows progress."""
        figures = "  ".join(
            f"{name} {value:.{row.decimals}f}"
            + (f" ({row.ratios[name]:.2f}x)" if name in row.ratios else "")
            for name, value in row.values.items()
        )
        print(f"  {row.label}: {figures} {row.unit}", file=sys.stderr, flush=True)


def choose_cores(server: set[int] | None, load: set[int] | None) -> tuple[set[int], set[int]]:
    """One core for the servers, another for the load, unless the caller wants others."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        print("bench: one core only, server and load disturb each other", file=sys.stderr)
    server = server or {available[0]}
    others = [core for core in available if core not in server] or available
    return server, load or {others[0]}
