"""Server CPU per request and requests per second, under redis-benchmark.

50 clients, 64-byte values, a million keys drawn at random, at pipeline 1, 16 and 100. All servers
are up and filled alike; each round loads them one after the other, so that what the machine does to
one it does to all. Idle servers cost next to nothing meanwhile.
"""

import csv
import io
import subprocess
import sys
import time
from dataclasses import dataclass

from . import goals, loader, payload
from .context import Context
from .model import Goal, Row
from .process import RunningServer, affinity

CLIENTS = 50
VALUE = b"tK3x" * 16
FIELDS = 10


@dataclass(frozen=True)
class Workload:
    """A command as redis-benchmark takes it; it puts a random number for `__rand_int__`."""

    name: str
    label: str
    command: tuple[str, ...]
    on_hashes: bool = False


WORKLOADS = (
    Workload("get", "GET", ("GET", "key:__rand_int__")),
    Workload("set", "SET", ("SET", "key:__rand_int__", VALUE.decode())),
    Workload(
        "hset", "HSET", ("HSET", "hash:__rand_int__", "field:5", VALUE.decode()), on_hashes=True
    ),
    Workload("hgetall", f"HGETALL of {FIELDS}", ("HGETALL", "hash:__rand_int__"), on_hashes=True),
)
NAMES = tuple(workload.name for workload in WORKLOADS)


def run(context: Context) -> list[Row]:
    options = context.options
    strings = 1_000_000
    hashes = 200_000 if options.quick else 1_000_000
    rounds = options.rounds or (3 if options.quick else 7)
    seconds = 0.25 if options.quick else 0.5
    with context.running_servers("throughput") as servers:
        chosen = [load for load in WORKLOADS if load.name in (options.workloads or NAMES)]
        strings = strings if any(not load.on_hashes for load in chosen) else 0
        hashes = hashes if any(load.on_hashes for load in chosen) else 0
        fill(servers, strings, hashes)
        rows = []
        for pipeline in options.pipelines:
            for workload in chosen:
                keys = hashes if workload.on_hashes else strings
                cell = Cell(context, workload, pipeline, keys)
                rows.append(cell.measure(servers, rounds, seconds))
        check_untouched(servers, strings + hashes)
    return rows


def fill(servers: list[RunningServer], strings: int, hashes: int) -> None:
    begin = time.perf_counter()
    string = payload.template(b"SET", b"%16", VALUE)
    form = string.replace(b"%s", b"key:%012d")
    loader.load(servers, payload.numbered_requests(strings, form))
    pairs = [part for i in range(FIELDS) for part in (b"field:%d" % i, VALUE)]
    form = payload.template(b"HSET", b"%17", *pairs).replace(b"%s", b"hash:%012d")
    loader.load(servers, payload.numbered_requests(hashes, form))
    for server in servers:
        with server.connect() as connection:
            value = connection.call("GET", f"key:{strings - 1:012}") if strings else VALUE
            fields = connection.call("HGETALL", f"hash:{hashes - 1:012}") if hashes else pairs
            if value != VALUE or len(fields) != len(pairs):
                raise SystemExit(f"bench: {server.name} does not give back what it was filled with")
    print(f"filled in {time.perf_counter() - begin:.0f} s", file=sys.stderr)


def check_untouched(servers: list[RunningServer], keys: int) -> None:
    """The workloads hit existing keys only; another count means that something went astray."""
    for server in servers:
        with server.connect() as connection:
            size = connection.call("DBSIZE")
        if size != keys:
            raise SystemExit(f"bench: {server.name} has {size} keys instead of {keys}")


class Cell:
    """One workload at one pipeline length."""

    section = "throughput"

    def __init__(self, context: Context, workload: Workload, pipeline: int, keys: int):
        self.context = context
        self.workload = workload
        self.pipeline = pipeline
        self.keys = keys

    def measure(self, servers: list[RunningServer], rounds: int, seconds: float) -> Row:
        probe = 5_000 * (1 if self.pipeline == 1 else 4)
        slowest = min(self.load_once(server, probe)[1] for server in servers)
        requests = max(probe, int(slowest * seconds))
        cpu = {server.name: [] for server in servers}
        rate = {server.name: [] for server in servers}
        for _ in range(rounds):
            for server in servers:
                microseconds, per_second = self.load_once(server, requests)
                cpu[server.name].append(microseconds)
                rate[server.name].append(per_second)
        row = Row.from_rounds(
            cpu,
            section=self.section,
            id=f"{self.workload.name}-p{self.pipeline}",
            label=f"{self.workload.label}, {pipeline_label(self.pipeline)}",
            unit="CPU µs/request",
            goal=self.goal(),
            decimals=3,
        )
        row.extra["requests_per_second"] = {name: max(figures) for name, figures in rate.items()}
        self.context.announce(row)
        return row

    def goal(self) -> Goal | None:
        return goals.throughput(self.workload.name, self.pipeline)

    def prepare(self, server: RunningServer, requests: int) -> None:
        """What has to be done before so many requests, outside of the measurement."""

    def load_once(self, server: RunningServer, requests: int) -> tuple[float, float]:
        """CPU microseconds of the server per request, and requests per second."""
        self.prepare(server, requests)
        command = [
            "redis-benchmark", "-h", "127.0.0.1", "-p", str(server.port), "-c", str(CLIENTS),
            "-n", str(requests), "-P", str(self.pipeline), "-r", str(self.keys), "--csv",
            *self.workload.command,
        ]  # fmt: skip
        before = server.cpu_nanoseconds()
        with affinity(self.context.load_cores):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        used = server.cpu_nanoseconds() - before
        lines = list(csv.reader(io.StringIO(done.stdout)))
        if done.returncode != 0 or len(lines) < 2 or "rror" in done.stdout + done.stderr:
            raise SystemExit(
                f"bench: redis-benchmark failed against {server.name}:\n{done.stdout}{done.stderr}"
            )
        return used / 1000 / requests, float(lines[-1][1])


def pipeline_label(pipeline: int) -> str:
    return "unpipelined" if pipeline == 1 else f"pipeline {pipeline}"
