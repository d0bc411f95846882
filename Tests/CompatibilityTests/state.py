"""Reads everything that a server keeps, in a form that two servers can be compared by."""

# XINFO STREAM FULL says more than what the stream is: how a server built it, and when.
_OWN_TO_A_SERVER = {b"radix-tree-keys", b"radix-tree-nodes"}
_TIMES = {b"seen-time", b"active-time"}


def keyspace(connection):
    """Every key of every database, by `(database, key)`: a text that shows what it is, and its
    lifetime and those of its fields, in seconds."""
    found = {}
    for database in _databases(connection):
        connection.call(b"SELECT", b"%d" % database)
        for key in connection.call(b"KEYS", b"*").value:
            found[(database, key.value)] = _describe(connection, key.value)
    connection.call(b"SELECT", b"0")
    return found


def _databases(connection):
    info = connection.call(b"INFO", b"keyspace").value
    return [int(line[2:line.index(b":")]) for line in info.split(b"\r\n") if line[:2] == b"db"]


def _describe(connection, key):
    kind = connection.call(b"TYPE", key).value
    encoding = connection.call(b"OBJECT", b"ENCODING", key).value
    contents = _READERS.get(kind, _string)(connection, key)
    lifetimes = [int(connection.call(b"TTL", key).value)]
    if kind == b"hash":
        lifetimes += _field_lifetimes(connection, key, [name for name, _ in contents])
    return f"{kind.decode()}, {encoding.decode()}: {contents}", lifetimes


def _string(connection, key):
    return connection.call(b"GET", key).value


def _list(connection, key):
    return [part.value for part in connection.call(b"LRANGE", key, b"0", b"-1").value]


def _set(connection, key):
    return sorted(part.value for part in connection.call(b"SMEMBERS", key).value)


def _sorted_set(connection, key):
    reply = connection.call(b"ZRANGE", key, b"0", b"-1", b"WITHSCORES")
    return [part.value for part in reply.value]


def _hash(connection, key):
    parts = [part.value for part in connection.call(b"HGETALL", key).value]
    return sorted(zip(parts[::2], parts[1::2], strict=True))


def _field_lifetimes(connection, key, names):
    reply = connection.call(b"HTTL", key, b"FIELDS", b"%d" % len(names), *names)
    return [int(part.value) for part in reply.value]


def _stream(connection, key):
    reply = connection.call(b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0")
    return _plain(reply)


def _plain(reply):
    """The values alone; times of delivery are left out, for they are the clock's."""
    if not isinstance(reply.value, tuple):
        return reply.value
    parts = [_plain(part) for part in reply.value]
    out, at = [], 0
    while at < len(parts):
        name = parts[at] if isinstance(parts[at], bytes) else None
        if name in _OWN_TO_A_SERVER or name in _TIMES:
            at += 2
        elif name in (b"pel", b"pending") and isinstance(parts[at + 1], list):
            out += [name, [_delivery(entry) for entry in parts[at + 1]]]
            at += 2
        else:
            out.append(parts[at])
            at += 1
    return out


def _delivery(entry):
    """A pending entry without the time of its delivery, which stands before the count."""
    return entry[:-2] + entry[-1:]


_READERS = {
    b"list": _list, b"set": _set, b"zset": _sorted_set, b"hash": _hash, b"stream": _stream,
}
