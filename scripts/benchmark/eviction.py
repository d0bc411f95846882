"""Memory limits: how good a cache a server is, and what it costs those who use it.

Misses: one client asks for keys that are Zipf distributed (exponent 0.99), as a cache is asked, and
sets those that are missing to 100 bytes. The same requests go to each server. The keys that it is
asked for are ten times as many as it has room for. Twice for each policy: with one memory limit for
all, which holds a tenth of the keys in the reference, and with a limit for each server that holds
just as many keys in all of them. The first half of the requests warms up, misses of the rest count.

Load: 50 clients set new keys as fast as they can, 16 requests in flight on each, with a limit of
200 MB. A client pings every millisecond; memory in use and resident memory are sampled as well.
"""

import itertools
import random
import time

from . import goals
from .companions import PingProbe, Span, write_load
from .context import Context
from .model import Row
from .process import RunningServer
from .resp import Connection, encode
from .snapshot import LENGTH, write_requests

EXPONENT = 0.99
VALUE = b"v" * 100
HIT = len(b"$100\r\n") + len(VALUE) + 2
MISS = len(b"$-1\r\n")
BATCH = 64
LIMIT = 200 << 20


def run(context: Context) -> list[Row]:
    keys = 200_000 if context.options.quick else 1_000_000
    weights = [1 / rank**EXPONENT for rank in range(1, keys + 1)]
    draws = random.Random(6379).choices(
        range(keys), cum_weights=list(itertools.accumulate(weights)), k=keys * 3 // 2
    )
    rows = []
    room = {server.name: room_for(context, server, keys // 10) for server in context.servers}
    common = room.get("valkey", min(room.values()))
    for policy in ("allkeys-lru", "allkeys-lfu"):
        for title, limits in (
            ("same memory", dict.fromkeys(room, common)),
            ("same number of keys", room),
        ):
            misses = {
                server.name: [miss_rate(context, server, policy, limits[server.name], draws)]
                for server in context.servers
            }
            rows.append(make_row(f"{policy}: misses, {title}", "%", misses, goals.EVICTION_MISSES))
            context.announce(rows[-1])
    return rows + load(context)


def make_row(label: str, unit: str, figures: dict[str, list[float]], goal=None) -> Row:
    return Row.from_rounds(
        figures, section="eviction", id=label.replace(" ", "-").replace(":", ""), label=label,
        unit=unit, goal=goal,
    )  # fmt: skip


def key(number: int) -> bytes:
    return b"key:%012d" % number


def room_for(context: Context, server, keys: int) -> int:
    """The memory in use of a server that holds so many keys."""
    with context.running_server(server, "eviction") as running, running.connect() as connection:
        for start in range(0, keys, BATCH):
            batch = range(start, min(keys, start + BATCH))
            connection.socket.sendall(b"".join(encode(b"SET", key(n), VALUE) for n in batch))
            for _ in batch:
                connection.read()
        return int(connection.info("memory")["used_memory"])


def miss_rate(context: Context, server, policy: str, limit: int, draws: list[int]) -> float:
    flags = ("--maxmemory", str(limit), "--maxmemory-policy", policy)
    with context.running_server(server, "eviction", flags) as running:
        with running.connect() as connection:
            half = len(draws) // 2
            drive(connection, draws[:half])
            return 100 * drive(connection, draws[half:]) / (len(draws) - half)


def drive(connection: Connection, draws: list[int]) -> int:
    """Asks for keys, sets those that are missing, and returns how many that were."""
    missed = 0
    for start in range(0, len(draws), BATCH):
        batch = draws[start : start + BATCH]
        connection.socket.sendall(
            b"".join(b"*2\r\n$3\r\nGET\r\n$16\r\n%b\r\n" % key(n) for n in batch)
        )
        answers = hits(connection, len(batch))
        missing = [n for n, found in zip(batch, answers, strict=True) if not found]
        missed += len(missing)
        if missing:
            missing = list(dict.fromkeys(missing))
            connection.socket.sendall(b"".join(encode(b"SET", key(n), VALUE) for n in missing))
            expect_ok(connection, len(missing))
    return missed


def hits(connection: Connection, count: int) -> list[bool]:
    found: list[bool] = []
    data, at = b"", 0
    while len(found) < count:
        data, at = data[at:] + connection.socket.recv(1 << 16), 0
        while len(found) < count and at < len(data):
            is_hit = data[at : at + 2] == b"$1"
            length = HIT if is_hit else MISS
            if len(data) - at < length:
                break
            found.append(is_hit)
            at += length
    return found


def expect_ok(connection: Connection, count: int) -> None:
    data = b""
    while len(data) < 5 * count:
        data += connection.socket.recv(1 << 16)
    if data != b"+OK\r\n" * count:
        raise SystemExit(f"bench: SET was answered {data[:100]!r}")


LOAD_LABELS = {
    "ping": ("full load at the limit: worst PING", "ms"),
    "used": ("full load at the limit: memory in use over it", "%"),
    "resident": ("full load at the limit: resident memory over it", "%"),
    "cpu": ("full load at the limit: CPU of a SET", "us"),
}


def load(context: Context) -> list[Row]:
    """Sets new keys at full speed with memory at its limit."""
    keys = 2_000_000
    order = list(range(keys))
    random.Random(2).shuffle(order)
    path = context.work / "evict.resp"
    write_requests(path, order)
    figures: dict[str, dict[str, list[float]]] = {name: {} for name in LOAD_LABELS}
    flags = ("--maxmemory", str(LIMIT), "--maxmemory-policy", "allkeys-lru")
    for server in context.servers:
        with context.running_server(server, "eviction-load", flags) as running:
            for name, value in load_figures(context, running, path).items():
                figures[name][server.name] = [value]
    rows = []
    for name, (label, unit) in LOAD_LABELS.items():
        row = make_row(label, unit, figures[name], goals.EVICTION_LOAD.get(name))
        if unit == "%":
            row.ratios = {}
        context.announce(row)
        rows.append(row)
    return rows


def load_figures(context: Context, running: RunningServer, path) -> dict[str, float]:
    seconds = 3 if context.options.quick else 10
    load = write_load(running, context.load_cores, path, LENGTH)
    with load as writer, running.connect() as asker:
        while int(asker.info("stats")["evicted_keys"]) == 0:
            writer.check()
            time.sleep(0.1)
        with PingProbe(running, context.load_cores) as probe:
            time.sleep(0.5)
            before = running.cpu_nanoseconds(), commands(asker)
            used, resident = [], []
            with Span() as span:
                while time.monotonic_ns() < span.begin + seconds * 1_000_000_000:
                    used.append(int(asker.info("memory")["used_memory"]))
                    resident.append(running.resident_bytes())
                    time.sleep(0.2)
            after = running.cpu_nanoseconds(), commands(asker)
            writer.check()
            worst = span.worst_milliseconds(probe.samples())
    return {
        "ping": worst,
        "used": max(0.0, 100 * (max(used) / LIMIT - 1)),
        "resident": max(0.0, 100 * (max(resident) / LIMIT - 1)),
        "cpu": (after[0] - before[0]) / 1000 / max(1, after[1] - before[1]),
    }


def commands(asker: Connection) -> int:
    return int(asker.info("stats")["total_commands_processed"])
