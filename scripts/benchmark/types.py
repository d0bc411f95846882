"""The types beside strings and hashes: memory per item, CPU per request, freeing what is large.

Measured against Valkey and the newest Redis; the goals are against the better of the two.
"""

import dataclasses

from . import type_freeing, type_memory, type_requests
from .context import Context
from .model import REDWING, Row

PEERS = ("valkey", "redis8")


def run(context: Context) -> list[Row]:
    servers = [server for server in context.servers if server.name in (*PEERS, REDWING)]
    context = dataclasses.replace(context, servers=servers)
    return [*type_memory.run(context), *type_requests.run(context), *type_freeing.run(context)]
