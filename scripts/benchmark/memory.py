"""Resident bytes per item, for shapes of data that people keep.

Each shape fills a fresh server; the figure is the growth of its resident memory (RSS) over the
number of items, keys included. Keys and values are printable and random-looking, so that no server
gets by with integers or compression.
"""

import time

from . import goals, loader, payload
from .context import Context
from .model import Row
from .process import RunningServer
from .servers import Server

SETTLE_SECONDS = 0.25
SETTLE_LIMIT = 10.0


class Shape:
    """A number of items and the request that makes one. `%16` is a place for 16 bytes of text,
    `#6` for six digits."""

    def __init__(self, id: str, label: str, count: int, *arguments: bytes, keys: int | None = None):
        self.id = id
        self.label = label
        self.count = count
        self.arguments = arguments
        self.keys = keys  # None: as many as items

    def scaled(self, divisor: int) -> "Shape":
        return Shape(self.id, self.label, self.count // divisor, *self.arguments, keys=self.keys)


TEN_FIELDS = tuple(part for i in range(10) for part in (b"field%d" % i, b"%16"))

SHAPES = (
    Shape("string-16-64", "16-byte key, 64-byte value", 2_000_000, b"SET", b"%16", b"%64"),
    Shape("string-16-8", "16-byte key, 8-byte value", 2_000_000, b"SET", b"%16", b"%8"),
    Shape("string-16-64-ttl", "16-byte key, 64-byte value, TTL", 1_000_000,
          b"SET", b"%16", b"%64", b"EX", b"#6"),
    Shape("hash-10x16", "hash of 10 fields of 16 bytes", 200_000, b"HSET", b"%16", *TEN_FIELDS),
    Shape("hash-1m-16-32", "field of a large hash, 16 + 32 bytes", 1_000_000,
          b"HSET", b"large", b"%16", b"%32", keys=1),
)  # fmt: skip


def run(context: Context) -> list[Row]:
    rows = []
    for shape in SHAPES:
        if context.options.quick:
            # Tables that grow by doubling look better or worse by size: an eighth keeps the fill.
            shape = shape.scaled(8)
        chunks = list(payload.random_requests(shape.count, *shape.arguments))
        figures = {
            server.name: [bytes_per_item(context, server, shape, chunks)]
            for server in context.servers
        }
        row = Row.from_rounds(
            figures,
            section="memory",
            id=shape.id,
            label=f"{shape.label}, {shape.count:,}",
            unit="bytes",
            goal=goals.MEMORY[shape.id],
            decimals=1,
        )
        context.announce(row)
        rows.append(row)
    return rows


def bytes_per_item(context: Context, server: Server, shape: Shape, chunks: list) -> float:
    with context.running_server(server, f"memory-{shape.id}") as running:
        before = settled_resident_bytes(running)
        loader.load([running], chunks)
        after = settled_resident_bytes(running)
        with running.connect() as connection:
            keys = connection.call("DBSIZE")
        if keys != (shape.keys or shape.count):
            raise SystemExit(f"bench: {server.name} has {keys} keys after {shape.label}")
        return (after - before) / shape.count


def settled_resident_bytes(running: RunningServer) -> int:
    """The resident memory once it stands still: rehashing goes on after the last reply."""
    limit = time.monotonic() + SETTLE_LIMIT
    time.sleep(SETTLE_SECONDS)
    last = running.resident_bytes()
    while time.monotonic() < limit:
        time.sleep(SETTLE_SECONDS)
        now = running.resident_bytes()
        if now == last:
            break
        last = now
    return last
