"""Requests in bulk, ready to be sent, the same bytes to every server.

Keys and values look random and are printable: they neither compress nor are taken for integers. A
fixed seed makes two runs alike.
"""

import base64
import random
from collections.abc import Iterator

CHUNK_REQUESTS = 20_000


class Text:
    """An endless supply of random printable text."""

    def __init__(self, seed: int = 1):
        self.random = random.Random(seed)

    def fields(self, count: int, width: int) -> list[bytes]:
        """`count` texts of `width` bytes each."""
        text = base64.b64encode(self.random.randbytes(count * width * 3 // 4 + 3))
        return [text[at : at + width] for at in range(0, count * width, width)]


def bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


def template(*arguments: bytes) -> bytes:
    """A request in which each `%s` stands for text whose length the argument's own length gives:
    `b"%16"` is a place for 16 bytes, anything else stands for itself."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        if argument.startswith(b"%"):
            parts.append(b"$%d\r\n%%s\r\n" % int(argument[1:]))
        else:
            parts.append(bulk(argument))
    return b"".join(parts)


def widths(arguments: tuple[bytes, ...]) -> list[int]:
    return [int(argument[1:]) for argument in arguments if argument.startswith(b"%")]


def random_requests(count: int, *arguments: bytes, seed: int = 1) -> Iterator[tuple[bytes, int]]:
    """`count` requests by template, in chunks of bytes with their number of requests."""
    text = Text(seed)
    form = template(*arguments)
    places = widths(arguments)
    for start in range(0, count, CHUNK_REQUESTS):
        size = min(CHUNK_REQUESTS, count - start)
        columns = [text.fields(size, width) for width in places]
        yield b"".join([form % row for row in zip(*columns)]), size


def numbered_requests(count: int, form: bytes) -> Iterator[tuple[bytes, int]]:
    """`count` requests whose only variable part is a 12-digit number, as redis-benchmark writes
    its `__rand_int__`."""
    for start in range(0, count, CHUNK_REQUESTS):
        size = min(CHUNK_REQUESTS, count - start)
        yield b"".join([form % number for number in range(start, start + size)]), size
