"""Sends requests in bulk over one connection and sees that each is answered without error."""

import select
import socket
from collections.abc import Iterable

from .process import RunningServer

PIECE = 64 * 1024


def load(servers: list[RunningServer], chunks: Iterable[tuple[bytes, int]]) -> None:
    """Sends every chunk to every server, so that a chunk is made once and memory stays small."""
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for server in servers]
    try:
        for data, requests in chunks:
            for connection in sockets:
                exchange(connection, data, requests)
    finally:
        for connection in sockets:
            connection.close()


def exchange(connection: socket.socket, data: bytes, requests: int) -> None:
    """Sends `data` while reading the one-line replies of its `requests` requests."""
    connection.setblocking(False)
    view = memoryview(data)
    sent = answered = 0
    while answered < requests:
        wanted = [connection] if sent < len(data) else []
        readable, writable, _ = select.select([connection], wanted, [], 60)
        if not readable and not writable:
            raise SystemExit("bench: the server does not answer the loader")
        if writable:
            sent += connection.send(view[sent : sent + PIECE])
        if readable:
            replies = connection.recv(PIECE)
            if not replies:
                raise SystemExit("bench: the server closed the loader's connection")
            if b"-" in replies:
                raise SystemExit(f"bench: the server refused the load: {replies[:200]!r}")
            answered += replies.count(b"\n")
