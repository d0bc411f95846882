"""BGSAVE under a full load of writes, and loading the file.

Three million keys of 200 bytes that do not compress. While 50 clients overwrite them at random, in
turn: a while without a snapshot, to know the worst PING under load alone; BGSAVE with a client that
pings every millisecond; and so on for some rounds. At last BGSAVE once more while memory is
sampled, on its own because reading a process's memory map delays that process. Memory is the sum
over the server and its children with shared pages counted once (PSS). Then the server is killed and
started on the file. Server, children and background threads share one core, as on a busy machine.
"""

import random
import sys
import time
from pathlib import Path
from statistics import median

from . import goals, loader, payload
from .companions import PingProbe, Span, write_load
from .context import Context
from .memory import settled_resident_bytes
from .model import Row
from .process import RunningServer

VALUE_BYTES = 200
FORM = payload.template(b"SET", b"%16", b"%%%d" % VALUE_BYTES).replace(b"%s", b"key:%012d", 1)
LENGTH = len(FORM % (0, b"v" * VALUE_BYTES))
SAVE_TIMEOUT = 300.0


def run(context: Context) -> list[Row]:
    options = context.options
    keys = 500_000 if options.quick else 3_000_000
    rounds = options.rounds or (1 if options.quick else 2)
    order = list(range(keys))
    write_requests(context.work / "load.resp", order)
    random.Random(2).shuffle(order)
    write_requests(context.work / "overwrite.resp", order)
    del order
    figures: dict[str, dict[str, list[float]]] = {}
    for server in context.servers:
        with context.running_server(server, "snapshot") as running:
            for name, values in Trial(context, running, keys, rounds).measure().items():
                figures.setdefault(name, {})[server.name] = values
    return [make_row(context, name, figures[name], keys) for name in LABELS]


LABELS = {
    "extra-memory": ("BGSAVE: extra memory", "%", 1),
    "ping-worst-idle": ("worst PING without BGSAVE", "ms", 2),
    "ping-worst-save": ("worst PING during BGSAVE", "ms", 2),
    "ping-worst-added": ("worst PING: added by BGSAVE", "ms", 2),
    "duration": ("BGSAVE: duration", "s", 2),
    "writes-lost": ("BGSAVE: writes lost meanwhile", "%", 1),
    "file": ("size of the file", "MB", 0),
    "load": ("loading the file", "s", 2),
}


def make_row(context: Context, name: str, rounds: dict[str, list[float]], keys: int) -> Row:
    label, unit, decimals = LABELS[name]
    row = Row.from_rounds(
        rounds,
        section="snapshot",
        id=f"snapshot-{name}",
        label=f"{label}, {keys / 1e6:g} M keys",
        unit=unit,
        goal=goals.SNAPSHOT.get(name),
        decimals=decimals,
    )
    if unit == "%" or name == "ping-worst-added":
        row.ratios = {}  # A ratio of shares or of differences says nothing.
    context.announce(row)
    return row


def write_requests(path: Path, order: list[int]) -> None:
    text = payload.Text(len(order) ^ order[0])
    size = payload.CHUNK_REQUESTS
    with open(path, "wb") as file:
        for start in range(0, len(order), size):
            numbers = order[start : start + size]
            values = text.fields(len(numbers), VALUE_BYTES)
            file.write(b"".join([FORM % pair for pair in zip(numbers, values, strict=True)]))


def read_requests(path: Path):
    with open(path, "rb") as file:
        while data := file.read(LENGTH * payload.CHUNK_REQUESTS):
            yield data, len(data) // LENGTH


class Trial:
    """One server's turn."""

    def __init__(self, context: Context, server: RunningServer, keys: int, rounds: int):
        self.context = context
        self.server = server
        self.keys = keys
        self.rounds = rounds
        self.calm_seconds = 1.5 if context.options.quick else 4.0

    def measure(self) -> dict[str, list[float]]:
        loader.load([self.server], read_requests(self.context.work / "load.resp"))
        settled_resident_bytes(self.server)
        overwrite = self.context.work / "overwrite.resp"
        with write_load(self.server, self.context.load_cores, overwrite, LENGTH) as load:
            time.sleep(1)
            figures = self.measure_latency()
            load.check()
            figures["extra-memory"] = [self.measure_memory()]
            load.check()
        figures["file"] = [self.file_bytes() / 1e6]
        figures["load"] = [self.measure_loading()]
        return figures

    def measure_latency(self) -> dict[str, list[float]]:
        calms, saves, lost = [], [], []
        with PingProbe(self.server, self.context.load_cores) as probe:
            time.sleep(0.5)
            for _ in range(self.rounds):
                before = self.commands_processed()
                cpu = self.server.cpu_nanoseconds()
                with Span() as calm:
                    time.sleep(self.calm_seconds)
                self.check_saturated((self.server.cpu_nanoseconds() - cpu) / 1e9 / calm.seconds)
                between = self.commands_processed()
                with Span() as save:
                    self.save()
                after = self.commands_processed()
                rate = (between - before) / calm.seconds
                lost.append(100 * (1 - (after - between) / save.seconds / rate))
                calms.append(calm)
                saves.append(save)
                time.sleep(0.5)
            probe.check()
            samples = probe.samples()
        idle = [span.worst_milliseconds(samples) for span in calms]
        busy = [span.worst_milliseconds(samples) for span in saves]
        return {
            "duration": [span.seconds for span in saves],
            "ping-worst-idle": idle,
            "ping-worst-save": busy,
            # The worst of one calm span is itself a matter of luck: the median of them is held
            # against each snapshot.
            "ping-worst-added": [worst - median(idle) for worst in busy],
            "writes-lost": lost,
        }

    def check_saturated(self, busy: float) -> None:
        if busy < 0.85:
            print(
                f"bench: {self.server.name} is only {busy:.0%} busy under the load", file=sys.stderr
            )

    def commands_processed(self) -> int:
        with self.server.connect() as connection:
            return int(connection.info("stats")["total_commands_processed"])

    def save(self, meanwhile=lambda: time.sleep(0.02)) -> None:
        """BGSAVE, until INFO says that it is over."""
        limit = time.monotonic() + SAVE_TIMEOUT
        with self.server.connect() as connection:
            connection.call("BGSAVE")
            while connection.info("persistence")["rdb_bgsave_in_progress"] != "0":
                if time.monotonic() > limit:
                    raise SystemExit(f"bench: BGSAVE of {self.server.name} does not end")
                meanwhile()
            status = connection.info("persistence")["rdb_last_bgsave_status"]
        if status != "ok":
            raise SystemExit(f"bench: BGSAVE of {self.server.name}: {status}")

    def measure_memory(self) -> float:
        """The most memory in use during BGSAVE beyond what was in use before it, in percent."""
        before = peak = self.server.proportional_bytes()

        def sample() -> None:
            nonlocal peak
            peak = max(peak, self.server.proportional_bytes())
            time.sleep(0.02)

        self.save(sample)
        return 100 * (peak - before) / before

    def snapshot_file(self) -> Path:
        files = [path for path in self.server.directory.iterdir() if path.suffix != ".log"]
        if not files:
            raise SystemExit(f"bench: {self.server.name} left no snapshot file")
        return max(files, key=lambda path: path.stat().st_size)

    def file_bytes(self) -> int:
        return self.snapshot_file().stat().st_size

    def measure_loading(self) -> float:
        self.server.kill()
        seconds = self.server.start()
        with self.server.connect() as connection:
            keys = connection.call("DBSIZE")
        if keys != self.keys:
            raise SystemExit(f"bench: {self.server.name} loaded {keys} of {self.keys} keys")
        return seconds
