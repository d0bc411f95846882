"""The figures that Redwing must reach. One table, so that nobody looks for them elsewhere."""

from .model import Goal

BY_PIPELINE = {1: 0.85, 16: 0.55, 100: 0.42}


def throughput(workload: str, pipeline: int) -> Goal | None:
    """The CPU per request, as a ratio to the reference's."""
    if pipeline not in BY_PIPELINE:
        return None
    if workload == "hgetall" and pipeline == 16:
        return Goal("ratio", 0.45)
    return Goal("ratio", BY_PIPELINE[pipeline])


MEMORY = {
    "string-16-64": Goal("value", 106),
    "string-16-8": Goal("value", 48),
    "string-16-64-ttl": Goal("value", 122),
    "hash-10x16": Goal("value", 320),
    "hash-1m-16-32": Goal("value", 74),
}

TYPE_MEMORY = {
    "zset-1m-17": Goal("value", 60),
    "set-1m-17": Goal("value", 40),
    "list-1m-32": Goal("value", 34),
    "stream-1m": Goal("ratio", 1.0),
}

# CPU of a request of any of the other types, against the best of the peers.
TYPE_REQUESTS = Goal("best", 0.7)

# The longest that another client waits, in milliseconds.
TYPE_FREEING = Goal("value", 5)

SNAPSHOT = {
    "extra-memory": Goal("value", 10),
    "ping-worst-added": Goal("value", 3),
    "duration": Goal("ratio", 1.0),
    "load": Goal("ratio", 0.5),
}

EVICTION_MISSES = Goal("ratio", 1.0)

EVICTION_LOAD = {"ping": Goal("value", 5), "used": Goal("value", 1)}

STARTUP = Goal("value", 30)
