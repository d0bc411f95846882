"""Reads everything that a server keeps, in a form that two servers can be compared by."""

# XINFO STREAM FULL says more than what the stream is: how a server built it, and when.
_OWN_TO_A_SERVER = {b"radix-tree-keys", b"radix-tree-nodes"}
_TIMES = {b"seen-time", b"active-time"}


def keyspace(connection, without=frozenset()):
    """Every key of every database, by `(database, key)`: a text that shows what it is, and its
    lifetime and those of its fields, in seconds. Without the fields of XINFO in `without`."""
    found = {}
    for database in _databases(connection):
        connection.call(b"SELECT", b"%d" % database)
        keys = [key.value for key in connection.call(b"KEYS", b"*").value]
        facts = connection.call_all(
            [command for key in keys
             for command in ((b"TYPE", key), (b"OBJECT", b"ENCODING", key), (b"TTL", key))])
        facts = [[part.value for part in facts[at:at + 3]] for at in range(0, len(facts), 3)]
        contents = connection.call_all(
            [_reader(kind, key) for key, (kind, _, _) in zip(keys, facts, strict=True)])
        for key, (kind, encoding, lifetime), reply in zip(keys, facts, contents, strict=True):
            values = _stream(reply, without) if kind == b"stream" else _values(reply)
            text, lifetimes = _describe(connection, kind, key, values)
            found[(database, key)] = (
                f"{kind.decode()}, {encoding and encoding.decode()}: {text}",
                [int(lifetime), *lifetimes])
    connection.call(b"SELECT", b"0")
    return found


def _databases(connection):
    info = connection.call(b"INFO", b"keyspace").value
    return [int(line[2:line.index(b":")]) for line in info.split(b"\r\n") if line[:2] == b"db"]


def _reader(kind, key):
    """The command that reads a whole value."""
    return {
        b"list": (b"LRANGE", key, b"0", b"-1"),
        b"set": (b"SMEMBERS", key),
        b"zset": (b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"),
        b"hash": (b"HGETALL", key),
        b"stream": (b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"),
    }.get(kind, (b"GET", key))


def _describe(connection, kind, key, contents):
    """The contents in an order of their own, and the lifetimes of fields."""
    if kind == b"set":
        return sorted(contents), []
    if kind == b"hash":
        pairs = sorted(zip(contents[::2], contents[1::2], strict=True))
        names = [name for name, _ in pairs]
        reply = connection.call(b"HTTL", key, b"FIELDS", b"%d" % len(names), *names)
        if reply.is_error:  # The last field went meanwhile.
            return pairs, []
        return pairs, [int(part.value) for part in reply.value]
    return contents, []


def _values(reply):
    """The values of a reply without their kinds."""
    if isinstance(reply.value, tuple):
        return [_values(part) for part in reply.value]
    return reply.value


def _stream(reply, without):
    """What XINFO STREAM FULL says, but for times of delivery, which are the clock's."""
    return _select(_values(reply), _OWN_TO_A_SERVER | _TIMES | without)


def _select(parts, without):
    if not isinstance(parts, list):
        return parts
    out, at = [], 0
    while at < len(parts):
        name = parts[at] if isinstance(parts[at], bytes) else None
        if name in without:
            at += 2
        elif name in (b"pel", b"pending") and isinstance(parts[at + 1], list):
            out += [name, [_delivery(entry) for entry in parts[at + 1]]]
            at += 2
        else:
            out.append(_select(parts[at], without))
            at += 1
    return out


def _delivery(entry):
    """A pending entry without the time of its delivery, which stands before the count."""
    return entry[:-2] + entry[-1:]
