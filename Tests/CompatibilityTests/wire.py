"""The protocol as the comparison needs it: requests out, replies in with every byte kept."""

import select
import socket
import time
from dataclasses import dataclass

HOST = "127.0.0.1"
REPLY_TIMEOUT = 10.0
_AGGREGATES = {b"*": 1, b"~": 1, b">": 1, b"%": 2, b"|": 2}


LATE = "no reply in time"


class NoReply(Exception):
    """Nothing came in time, or the connection is closed; the message says which."""


@dataclass(frozen=True)
class Reply:
    """One reply: `raw` is what was on the wire, `value` is bytes, a tuple of replies or None."""

    kind: bytes
    value: bytes | tuple | None
    raw: bytes

    @property
    def is_error(self):
        return self.kind in b"-!"

    def __str__(self):
        return repr(self.raw)[2:-1].replace('\\"', '"').replace("\\'", "'")


def encode(arguments):
    return b"*%d\r\n" % len(arguments) + b"".join(
        b"$%d\r\n%s\r\n" % (len(argument), argument) for argument in arguments)


class Connection:
    """A connection of one protocol version. Pushes are kept apart from replies, in `pushes`."""

    def __init__(self, port, protocol=2):
        self.socket = socket.create_connection((HOST, port), timeout=REPLY_TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.position = 0
        self.pushes = []
        self.sent_at = 0.0
        if protocol == 3:
            self.call(b"HELLO", b"3")

    def close(self):
        self.socket.close()

    def send(self, arguments):
        self.send_raw(encode(arguments))

    def send_raw(self, data):
        self.sent_at = time.monotonic()
        try:
            self.socket.sendall(data)
        except OSError:
            raise NoReply("the connection is closed") from None

    def call(self, *arguments):
        self.send(arguments)
        return self.read()

    def call_all(self, commands):
        """The replies to commands that are sent together."""
        self.send_raw(b"".join(encode(command) for command in commands))
        return [self.read() for _ in commands]

    def read(self, timeout=REPLY_TIMEOUT):
        """The next reply that is not a push."""
        deadline = time.monotonic() + timeout
        while True:
            reply = self._one(deadline)
            if reply.kind != b">":
                return reply
            self.pushes.append(reply)

    def read_push(self):
        """The next push; nothing else may come before it."""
        if self.pushes:
            return self.pushes.pop(0)
        reply = self._one(time.monotonic() + REPLY_TIMEOUT)
        if reply.kind != b">":
            raise NoReply(f"{reply} and no push")
        return reply

    def read_through(self, mark):
        """All that comes, in its order and as one text, before a reply that is `mark`."""
        deadline = time.monotonic() + REPLY_TIMEOUT
        parts = []
        while not parts or parts[-1].value != mark:
            parts.append(self._one(deadline))
        return " ".join(str(part) for part in parts[:-1])

    def is_silent(self, seconds):
        """Whether nothing comes for a while."""
        if self.position < len(self.buffer):
            return False
        return not select.select([self.socket], [], [], seconds)[0]

    def unread(self):
        """What has come and nobody has read."""
        while select.select([self.socket], [], [], 0)[0]:
            try:
                data = self.socket.recv(1 << 18)
            except OSError:
                data = b""
            if not data:
                break
            self.buffer += data
        return self.buffer[self.position:]

    def _fill(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.socket], [], [], left)[0]:
            raise NoReply(LATE)
        try:
            data = self.socket.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            raise NoReply("the connection is closed")
        self.buffer = self.buffer[self.position:] + data
        self.position = 0

    def _line(self, deadline):
        while (end := self.buffer.find(b"\r\n", self.position)) < 0:
            self._fill(deadline)
        line = self.buffer[self.position:end]
        self.position = end + 2
        return line

    def _bytes(self, count, deadline):
        while len(self.buffer) - self.position < count:
            self._fill(deadline)
        data = self.buffer[self.position:self.position + count]
        self.position += count
        return data

    def _one(self, deadline):
        line = self._line(deadline)
        kind, rest, raw = line[:1], line[1:], line + b"\r\n"
        if kind in b"+-:,#(_" and kind:
            return Reply(kind, rest, raw)
        if kind and kind in b"$=!":
            if rest == b"-1":
                return Reply(kind, None, raw)
            data = self._bytes(int(rest) + 2, deadline)
            return Reply(kind, data[:-2], raw + data)
        if kind in _AGGREGATES:
            if rest == b"-1":
                return Reply(kind, None, raw)
            parts = tuple(self._one(deadline) for _ in range(int(rest) * _AGGREGATES[kind]))
            return Reply(kind, parts, raw + b"".join(part.raw for part in parts))
        raise NoReply(f"not a reply: {line[:80]!r}")
