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

    def numbers(self, count: int, digits: int) -> list[bytes]:
        """`count` decimal numbers of just so many digits."""
        low, high = 10 ** (digits - 1), 10**digits
        return [b"%d" % self.random.randrange(low, high) for _ in range(count)]

    def column(self, place: bytes, count: int) -> list[bytes]:
        """What fills a place of a template in `count` requests."""
        width = int(place[1:])
        return self.fields(count, width) if place[:1] == b"%" else self.numbers(count, width)


def bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


def template(*arguments: bytes) -> bytes:
    """A request as a format: the argument `%16` becomes a place for 16 bytes of text, `#6` one for
    six digits, anything else stands for itself."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        if argument[:1] in b"%#":
            parts.append(b"$%d\r\n%%s\r\n" % int(argument[1:]))
        else:
            parts.append(bulk(argument))
    return b"".join(parts)


def random_requests(count: int, *arguments: bytes, seed: int = 1) -> Iterator[tuple[bytes, int]]:
    """`count` requests by template, in chunks of bytes with their number of requests."""
    text = Text(seed)
    form = template(*arguments)
    places = [argument for argument in arguments if argument[:1] in b"%#"]
    for start in range(0, count, CHUNK_REQUESTS):
        size = min(CHUNK_REQUESTS, count - start)
        columns = [text.column(place, size) for place in places]
        yield b"".join([form % row for row in zip(*columns, strict=True)]), size


def numbered_requests(count: int, form: bytes) -> Iterator[tuple[bytes, int]]:
    """`count` requests whose only variable part is a 12-digit number, as redis-benchmark writes
    its `__rand_int__`."""
    for start in range(0, count, CHUNK_REQUESTS):
        size = min(CHUNK_REQUESTS, count - start)
        yield b"".join([form % number for number in range(start, start + size)]), size
