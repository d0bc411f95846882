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

SNAPSHOT = {
    "extra-memory": Goal("value", 10),
    "ping-worst-added": Goal("value", 3),
    "duration": Goal("ratio", 1.0),
    "load": Goal("ratio", 0.5),
}

STARTUP = Goal("value", 30)
