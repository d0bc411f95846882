"""The sections by name, in the order in which they run.

To add one: a module with `run(context) -> list[Row]` (its docstring says what is measured and how),
its goals in `goals.py`, a line here. Tables, JSON, chart and comparison then know it.
"""

from . import eviction, memory, snapshot, startup, throughput, types

SECTIONS = {
    "throughput": throughput.run,
    "memory": memory.run,
    "types": types.run,
    "snapshot": snapshot.run,
    "eviction": eviction.run,
    "startup": startup.run,
}
