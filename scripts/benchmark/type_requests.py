"""Server CPU per request of the tests of redis-benchmark and of a few more, at pipeline 16.

As in `throughput.py`: servers side by side, short rounds in turn. Values have three bytes, and
random numbers are below a million, so that a key or a member is hardly ever met twice in a row.
Before each round a workload gets the state that it needs: what is pushed to starts out empty, what
is popped from has as many elements as there will be requests.
"""

from dataclasses import dataclass

from . import goals, loader, payload
from .context import Context
from .model import Goal, Row
from .process import RunningServer
from .throughput import Cell, Workload

PIPELINE = 16
RANDOM = 1_000_000
ITEM = "tK3"
SCORES = 1_000_000
PER_REQUEST = 100


@dataclass(frozen=True)
class TypeWorkload(Workload):
    """`fresh` is a key to begin each round without; `fill` is a request that adds PER_REQUEST
    elements to it, a format with a place for each element's number."""

    fresh: str = ""
    fill: bytes = b""


def filling(command: bytes, key: bytes, *element: bytes) -> bytes:
    return payload.template(command, key, *element * PER_REQUEST).replace(b"%s", b"%012d")


LIST_FILL = filling(b"RPUSH", b"list", ITEM.encode())
SET_FILL = filling(b"SADD", b"set", b"%12")
SORTED_SET_FILL = filling(b"ZADD", b"zset", b"%12", b"%12")
MSET = ("MSET", *(part for _ in range(10) for part in ("key:__rand_int__", ITEM)))


def pushing(name: str, label: str, key: str, *command: str) -> TypeWorkload:
    return TypeWorkload(name, label, command, fresh=key)


def popping(name: str, label: str, key: str, fill: bytes) -> TypeWorkload:
    return TypeWorkload(name, label, (label, key), fresh=key, fill=fill)


WORKLOADS = (
    TypeWorkload("ping-inline", "PING inline", ("-t", "ping_inline")),
    TypeWorkload("ping", "PING", ("PING",)),
    TypeWorkload("incr", "INCR", ("INCR", "counter:__rand_int__")),
    TypeWorkload("mset", "MSET of 10", MSET),
    pushing("hset-one", "HSET into one hash", "hash", "HSET", "hash", "field:__rand_int__", ITEM),
    pushing("lpush", "LPUSH", "list", "LPUSH", "list", ITEM),
    pushing("rpush", "RPUSH", "list", "RPUSH", "list", ITEM),
    popping("lpop", "LPOP", "list", LIST_FILL),
    popping("rpop", "RPOP", "list", LIST_FILL),
    TypeWorkload("lrange-100", "LRANGE of 100", ("LRANGE", "range", "0", "99")),
    TypeWorkload("lrange-300", "LRANGE of 300", ("LRANGE", "range", "0", "299")),
    TypeWorkload("lrange-500", "LRANGE of 500", ("LRANGE", "range", "0", "499")),
    TypeWorkload("lrange-600", "LRANGE of 600", ("LRANGE", "range", "0", "599")),
    pushing("sadd", "SADD", "set", "SADD", "set", "member:__rand_int__"),
    popping("spop", "SPOP", "set", SET_FILL),
    pushing("zadd", "ZADD", "zset", "ZADD", "zset", "__rand_int__", "member:__rand_int__"),
    popping("zpopmin", "ZPOPMIN", "zset", SORTED_SET_FILL),
    TypeWorkload(
        "zrange-score", "ZRANGE of 10 by score, of 1 M",
        ("ZRANGE", "scores", "__rand_int__", "inf", "BYSCORE", "LIMIT", "0", "10"),
    ),
    TypeWorkload("zrank", "ZRANK, of 1 M", ("ZRANK", "scores", "membr:__rand_int__")),
    pushing("xadd", "XADD", "stream", "XADD", "stream", "*", "field", ITEM),
)  # fmt: skip


def run(context: Context) -> list[Row]:
    options = context.options
    rounds = options.rounds or (3 if options.quick else 7)
    seconds = 0.1 if options.quick else 0.4
    chosen = [load for load in WORKLOADS if load.name in (options.workloads or names())]
    rows = []
    with context.running_servers("types") as servers:
        fill(servers)
        for workload in chosen:
            cell = TypeCell(context, workload, PIPELINE, RANDOM)
            rows.append(cell.measure(servers, rounds, seconds))
    return rows


def names() -> list[str]:
    return [workload.name for workload in WORKLOADS]


def fill(servers: list[RunningServer]) -> None:
    """What is only read: a list for LRANGE and a sorted set of a million members."""
    form = payload.template(b"RPUSH", b"range", *[ITEM.encode()] * 1000)
    loader.load(servers, [(form, 1)] * 10)
    form = payload.template(b"ZADD", b"scores", b"%12", b"%18")
    form = form.replace(b"%s", b"%012d", 1).replace(b"%s", b"membr:%012d")
    chunks = range(0, SCORES, payload.CHUNK_REQUESTS)
    loader.load(servers, (
        (b"".join([form % (number, number) for number in range(at, at + payload.CHUNK_REQUESTS)]),
         payload.CHUNK_REQUESTS)
        for at in chunks
    ))  # fmt: skip
    for server in servers:
        with server.connect() as connection:
            if connection.call("ZCARD", "scores") != SCORES:
                raise SystemExit(f"bench: {server.name} has lost members")


class TypeCell(Cell):
    """One workload, with its state made anew before each round."""

    section = "type-requests"

    def goal(self) -> Goal | None:
        return goals.TYPE_REQUESTS

    def prepare(self, server: RunningServer, requests: int) -> None:
        workload = self.workload
        if not workload.fresh:
            return
        with server.connect() as connection:
            connection.call("DEL", workload.fresh)
        if workload.fill:
            loader.load([server], elements(workload.fill, requests))


def elements(form: bytes, count: int):
    """Requests that add at least so many different elements, in no order of theirs."""
    places = form.count(b"%012d") // PER_REQUEST
    for start in range(0, count, PER_REQUEST):
        # A multiplier prime to the modulus: every number once, none beside its neighbour.
        numbers = [number * 7_368_787 % 1_000_000_007 for number in
                   range(start, start + PER_REQUEST) for _ in range(places)]  # fmt: skip
        yield form % tuple(numbers), 1
