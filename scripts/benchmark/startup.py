"""From exec to the first PONG of an empty server, in turn over several starts."""

from . import goals
from .context import Context
from .model import Row
from .process import RunningServer


def run(context: Context) -> list[Row]:
    rounds = context.options.rounds or (5 if context.options.quick else 20)
    figures: dict[str, list[float]] = {server.name: [] for server in context.servers}
    for _ in range(rounds):
        for server in context.servers:
            directory = context.work / f"startup-{server.name}"
            running = RunningServer(server, directory, context.server_cores)
            try:
                figures[server.name].append(running.start() * 1000)
            finally:
                running.kill()
    row = Row.from_rounds(
        figures,
        section="startup",
        id="startup",
        label="start to first PONG, empty",
        unit="ms",
        goal=goals.STARTUP,
        decimals=1,
    )
    context.announce(row)
    return [row]
