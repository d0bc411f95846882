"""How long other clients wait while a collection of five million members is freed.

A client pings every millisecond; what counts is its longest PING from the moment that the
collection is deleted, or that its time is up, until the memory of the server stands still. Other
work on the machine can only lengthen that, so the figure is the shortest of the rounds. The first
row, the longest PING of a second in which nothing is freed, says how much of it is the machine's.
"""

import time
from statistics import median

from . import goals, loader, payload
from .companions import PingProbe, Span
from .context import Context
from .memory import settled_resident_bytes
from .model import Goal, Row
from .process import RunningServer

MEMBERS_PER_REQUEST = 100
LIFETIME_MILLISECONDS = 200
SET = payload.template(b"SADD", b"large", *[b"%17"] * MEMBERS_PER_REQUEST)
SORTED_SET = payload.template(b"ZADD", b"large", *[b"#6", b"%17"] * MEMBERS_PER_REQUEST)


def delete(server: RunningServer) -> None:
    call(server, "DEL", "large")


def unlink(server: RunningServer) -> None:
    call(server, "UNLINK", "large")


def flush(server: RunningServer) -> None:
    call(server, "FLUSHALL", "ASYNC")


def expire(server: RunningServer) -> None:
    call(server, "PEXPIRE", "large", LIFETIME_MILLISECONDS)
    time.sleep(LIFETIME_MILLISECONDS / 1000)


# Name, label, collection, what is done, whether a goal is set for it.
TRIALS = (
    ("del-set", "DEL of a set", SET, delete, False),
    ("unlink-set", "UNLINK of a set", SET, unlink, True),
    ("expire-set", "a set's time is up", SET, expire, True),
    ("flushall-set", "FLUSHALL ASYNC with a set", SET, flush, True),
    ("unlink-zset", "UNLINK of a sorted set", SORTED_SET, unlink, True),
    ("expire-zset", "a sorted set's time is up", SORTED_SET, expire, True),
)


def call(server: RunningServer, *arguments) -> None:
    with server.connect() as connection:
        connection.call(*arguments)


def run(context: Context) -> list[Row]:
    members = 1_000_000 if context.options.quick else 5_000_000
    rounds = context.options.rounds or (1 if context.options.quick else 2)
    idle = {server.name: [] for server in context.servers}
    rows = []
    for name, label, form, action, has_goal in TRIALS:
        chunks = [members_of(form, start) for start in range(0, members, MEMBERS_PER_REQUEST)]
        figures = {}
        for server in context.servers:
            with context.running_server(server, f"freeing-{name}") as running:
                trials = [measure(context, running, chunks, action) for _ in range(rounds)]
            idle[server.name] += [calm for calm, _ in trials]
            figures[server.name] = [min(busy for _, busy in trials)]
        goal = goals.TYPE_FREEING if has_goal else None
        rows.append(make_row(context, name, f"{label}, {members / 1e6:g} M members", figures, goal))
    calm = {name: [median(longest)] for name, longest in idle.items()}
    return [make_row(context, "idle", "nothing freed", calm, None), *rows]


def make_row(
    context: Context, name: str, label: str, figures: dict[str, list[float]], goal: Goal | None
) -> Row:
    row = Row.from_rounds(
        figures,
        section="type-freeing",
        id=f"freeing-{name}",
        label=label,
        unit="ms, longest PING",
        goal=goal,
        decimals=2,
    )
    row.ratios = {}  # The goal is a time; ratios of luck say nothing.
    context.announce(row)
    return row


def members_of(form: bytes, seed: int) -> tuple[bytes, int]:
    """One request with members of its own."""
    text = payload.Text(seed)
    members = text.fields(MEMBERS_PER_REQUEST, 17)
    if form.count(b"%s") == len(members):
        return form % tuple(members), 1
    scores = text.numbers(MEMBERS_PER_REQUEST, 6)
    return form % tuple(part for pair in zip(scores, members, strict=True) for part in pair), 1


def measure(context: Context, server: RunningServer, chunks, action) -> tuple[float, float]:
    """The longest PING of a second in peace, and of the action with what follows from it."""
    loader.load([server], chunks)
    settled_resident_bytes(server)
    with server.connect() as connection:
        card = "ZCARD" if b"ZADD" in chunks[0][0] else "SCARD"
        if connection.call(card, "large") != len(chunks) * MEMBERS_PER_REQUEST:
            raise SystemExit(f"bench: {server.name} has lost members")
    with PingProbe(server, context.load_cores) as probe:
        time.sleep(0.3)
        with Span() as calm:
            time.sleep(1)
        with Span() as busy:
            action(server)
            settled_resident_bytes(server)
        probe.check()
        samples = probe.samples()
    with server.connect() as connection:
        if connection.call("DBSIZE") != 0:
            raise SystemExit(f"bench: {server.name} still has the key after {action.__name__}")
    return calm.worst_milliseconds(samples), busy.worst_milliseconds(samples)
