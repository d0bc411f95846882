"""Keeps a server busy with writes: `python -m benchmark.write_load PORT FILE LENGTH`.

FILE holds SET requests of LENGTH bytes each, in an order unlike the one in which the keys were
loaded. They are sent round and round over 50 connections, 16 in flight on each, until the process
is told to stop. redis-benchmark would send one and the same value over and over, which compresses.
"""

import mmap
import os
import select
import signal
import socket
import sys

CONNECTIONS = 50
PIPELINE = 16
REPLY = b"+OK\r\n"
# Below the pinging client on the same core, where that client cannot get priority itself.
NICENESS = 10


def main(port: int, path: str, length: int) -> None:
    if os.geteuid() != 0:
        os.nice(NICENESS)
    with open(path, "rb") as file:
        requests = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    batch = length * PIPELINE
    end = len(requests) // batch * batch
    connections, awaited = {}, {}
    poll = select.epoll()
    at = 0
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connections[connection.fileno()] = connection
        awaited[connection.fileno()] = len(REPLY) * PIPELINE
        poll.register(connection.fileno(), select.EPOLLIN)
        connection.sendall(requests[at : at + batch])
        at += batch
    while True:
        for descriptor, _ in poll.poll():
            connection = connections[descriptor]
            replies = connection.recv(4096)
            if not replies or b"-" in replies:
                raise SystemExit(f"bench: the write load was refused: {replies[:200]!r}")
            awaited[descriptor] -= len(replies)
            if awaited[descriptor] == 0:
                connection.sendall(requests[at : at + batch])
                awaited[descriptor] = len(REPLY) * PIPELINE
                at = at + batch if at + 2 * batch <= end else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
