"""What "the same reply" means: the same bytes, unless a marker says otherwise.

    ~unordered    elements in any order (of a map: its pairs)
    ~pairs        the same, and a flat array is taken as pairs (HGETALL in RESP2)
    ~nested       elements in any order at every depth
    ~shape        kinds and lengths only: random picks
    ~kind         only the kind of reply; of an error the first word
    ~any          not compared, but an error on one side only still counts
    ~near N       numbers may differ by N: times, idle times
    ~except A,B   fields of a map, or of a flat array of pairs, that are left out
    ~match REGEX  only what the expression finds in the text, for INFO and its like
    ~scan         a whole iteration of a command of the SCAN family; the union of its elements
    ~scan-pairs   the same, for elements that come in pairs
"""

import re

from wire import Reply


def view(reply, markers):
    """What of a reply is compared; `near` is left to `same`."""
    if isinstance(reply, str):  # Not a reply but what happened instead.
        return reply
    if "any" in markers:
        return reply.is_error
    if "kind" in markers:
        return (reply.kind, reply.value.split(b" ")[0] if reply.is_error else None)
    if "shape" in markers:
        return _shape(reply)
    if "match" in markers:
        pattern = markers["match"].encode()
        return (reply.kind, re.findall(pattern, reply.value or b""))
    if "except" in markers:
        reply = _without(reply, set(markers["except"].encode().split(b",")))
    if "pairs" in markers or "scan-pairs" in markers:
        return _unordered(reply, 2 if reply.kind == b"*" and _is_flat(reply) else 1)
    if "unordered" in markers or "scan" in markers:
        return _unordered(reply, 1)
    if "nested" in markers:
        return _nested(reply)
    return reply if "near" in markers or "except" in markers else reply.raw


def same(left, right, markers):
    """Whether two replies are the same for these markers."""
    left, right = view(left, markers), view(right, markers)
    if "near" in markers:
        return _near(left, right, int(markers["near"]))
    if isinstance(left, Reply) and isinstance(right, Reply):
        return _canonical(left) == _canonical(right)
    return left == right


def _is_flat(reply):
    return all(not isinstance(part.value, tuple) for part in reply.value or ())


def _pairs(reply):
    return [reply.value[at:at + 2] for at in range(0, len(reply.value), 2)]


def _unordered(reply, width):
    if not isinstance(reply.value, tuple):
        return reply.raw
    if reply.kind == b"%":
        width = 2
    parts = reply.value
    groups = [
        b"".join(part.raw for part in parts[at:at + width]) for at in range(0, len(parts), width)]
    return (reply.kind, sorted(groups))


def _nested(reply):
    if not isinstance(reply.value, tuple):
        return reply.raw.decode("latin1")
    if reply.kind == b"%":
        parts = [f"{_nested(name)}{_nested(value)}" for name, value in _pairs(reply)]
    else:
        parts = [str(_nested(part)) for part in reply.value]
    return f"{reply.kind}{sorted(parts)}"


def _shape(reply):
    if isinstance(reply.value, tuple):
        return (reply.kind, [_shape(part) for part in reply.value])
    return (reply.kind, reply.value is None)


def _without(reply, names):
    """The reply without the named fields, at any depth."""
    if not isinstance(reply.value, tuple):
        return reply
    parts, at = [], 0
    while at < len(reply.value):
        part = reply.value[at]
        if not isinstance(part.value, tuple) and part.value in names and part.kind in b"$+":
            at += 2
            continue
        parts.append(_without(part, names))
        at += 1
    return Reply(reply.kind, tuple(parts), b"")


def _canonical(reply):
    if isinstance(reply.value, tuple):
        return (reply.kind, [_canonical(part) for part in reply.value])
    return (reply.kind, reply.value)


def _number(reply):
    if reply.kind in b":$," and reply.value and len(reply.value) < 24:
        try:
            return float(reply.value)
        except ValueError:
            return None
    return None


def _near(left, right, tolerance):
    if not (isinstance(left, Reply) and isinstance(right, Reply)):
        return left == right
    if left.kind != right.kind:
        return False
    if isinstance(left.value, tuple) and isinstance(right.value, tuple):
        return len(left.value) == len(right.value) and all(
            _near(one, other, tolerance)
            for one, other in zip(left.value, right.value, strict=True))
    one, other = _number(left), _number(right)
    if one is None or other is None:
        return left.value == right.value
    return abs(one - other) <= tolerance or one == other
