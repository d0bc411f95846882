"""Sends requests in bulk over one connection and sees that each is answered without error.

A chunk is its bytes and the number of lines that the replies have: one a request, unless the reply
is a bulk string.
"""

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


def exchange(connection: socket.socket, data: bytes, lines: int) -> None:
    """Sends `data` while reading the replies, which have so many lines in all."""
    connection.setblocking(False)
    view = memoryview(data)
    sent = answered = 0
    last = b"\n"
    while answered < lines:
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
            if b"\n-" in last + replies:
                raise SystemExit(f"bench: the server refused the load: {replies[:200]!r}")
            answered += replies.count(b"\n")
            last = replies[-1:]
