"""A process that sends a PING every millisecond: `python -m benchmark.ping_probe PORT`.

It writes, when it is told to stop, pairs of 64-bit numbers to standard output: when a PING left
(nanoseconds of the monotonic clock, which all processes share) and how long its PONG took.
"""

import array
import gc
import os
import signal
import socket
import sys
import time
from contextlib import suppress

INTERVAL = 1_000_000


def run(port: int) -> None:
    # The probe must not wait for the load that shares its core. Without the right, it may.
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    gc.disable()
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    samples = array.array("q")
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    due = time.monotonic_ns()
    while not stopped:
        begin = time.monotonic_ns()
        connection.sendall(b"PING\r\n")
        reply = connection.recv(64)
        end = time.monotonic_ns()
        if reply != b"+PONG\r\n":
            raise SystemExit(f"bench: PING was answered {reply!r}")
        samples.append(begin)
        samples.append(end - begin)
        due = max(due + INTERVAL, end)
        if due > end:
            time.sleep((due - end) / 1e9)
    sys.stdout.buffer.write(samples.tobytes())


if __name__ == "__main__":
    run(int(sys.argv[1]))
