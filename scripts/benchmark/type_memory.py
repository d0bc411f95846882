"""Resident bytes per item of one large collection of each type, measured as in `memory.py`.

A quick run has as many items as any: of fewer, what a server needs at all would be a visible part.
"""

from . import goals, payload
from .context import Context
from .memory import Shape, bytes_per_item
from .model import Row

# What redis-cli would show of an item: `sensor` and `value` are the two small fields of an entry.
SHAPES = (
    Shape("zset-1m-17", "sorted set, member of 17 bytes", 1_000_000,
          b"ZADD", b"large", b"#6", b"%17", keys=1),
    Shape("set-1m-17", "set, member of 17 bytes", 1_000_000, b"SADD", b"large", b"%17", keys=1),
    Shape("list-1m-32", "list, item of 32 bytes", 1_000_000, b"RPUSH", b"large", b"%32", keys=1),
    Shape("stream-1m", "stream, entry of two small fields", 1_000_000,
          b"XADD", b"large", b"*", b"sensor", b"%8", b"value", b"#4", keys=1),
)  # fmt: skip


def run(context: Context) -> list[Row]:
    rows = []
    for shape in SHAPES:
        chunks = list(payload.random_requests(shape.count, *shape.arguments))
        if shape.arguments[0] == b"XADD":
            # The id that XADD answers takes two lines.
            chunks = [(data, 2 * requests) for data, requests in chunks]
        figures = {
            server.name: [bytes_per_item(context, server, shape, chunks)]
            for server in context.servers
        }
        row = Row.from_rounds(
            figures,
            section="type-memory",
            id=shape.id,
            label=f"{shape.label}, {shape.count:,}",
            unit="bytes",
            goal=goals.TYPE_MEMORY[shape.id],
            decimals=1,
        )
        context.announce(row)
        rows.append(row)
    return rows
