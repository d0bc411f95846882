"""Plays a case on two servers and says what differs.

A `Side` is one of the servers with the connections of the running case; `play` goes through a case
on both sides, step by step, and ends with the notifications and the keys that the case left.
"""

import time

from case_file import Variable
from likeness import same
from state import keyspace
from wire import LATE, Connection, NoReply, encode

# A client that is on time is never early; late by so much it may be on a busy machine.
LATE_MILLISECONDS = 1500
SETTLE_SECONDS = 5.0
LIFETIME_SECONDS = 3
LONGEST_BATCH = 100
SHOWN = 240  # characters of a reply in a message
# Commands that change what the next one means, or how its reply is read, or are undone later.
APART = {b"CONFIG", b"CLIENT", b"HELLO", b"RESET", b"QUIT", b"DEBUG", b"SELECT"}
EVENTS_END = b"the end of a case"
WIRE_END = b"the end of the wire"


class Side:
    """One of the two servers, and what a running case has there."""

    def __init__(self, server):
        self.server = server
        self.commands = set()
        self.connections = {}
        self.variables = {}
        self.settings = {}
        self.waiting = False
        self._attach()
        listed = self.control.call(b"COMMAND", b"LIST").value
        self.commands = {name.value.decode() for name in listed}
        self.observes = {"psubscribe", "publish"} <= self.commands
        self._observe()

    def _attach(self):
        self.control = Connection(self.server.port)

    def _observe(self):
        if self.observes:
            self.control.call(b"CONFIG", b"SET", b"notify-keyspace-events", b"KEAnm")
            self.observer = Connection(self.server.port)
            self.observer.call(b"PSUBSCRIBE", b"__key*__:*")
            self.observer.call(b"SUBSCRIBE", EVENTS_END)

    def begin(self, protocol):
        """An empty server, and no connection yet."""
        if self.server.process.poll() is not None:
            self._restart()
        self.protocol = protocol
        try:
            self.control.call(b"FLUSHALL")
            self._remove_users()
            self.events()
        except NoReply:  # A case before left the server hanging.
            self._restart()
        self.variables.clear()
        self.waiting = False

    def _remove_users(self):
        """Leaves the default user alone, who may do everything, and nothing in the log."""
        users = [user.value for user in self.control.call(b"ACL", b"USERS").value]
        if len(users) > 1:
            self.control.call(b"ACL", b"DELUSER", *(name for name in users if name != b"default"))
        self.control.call(
            b"ACL", b"SETUSER", b"default", b"reset", b"on", b"nopass", b"+@all", b"~*", b"&*")
        self.control.call(b"ACL", b"LOG", b"RESET")

    def _restart(self):
        self.server.kill()
        self.server.start()
        self._attach()
        self._observe()

    def end(self):
        """Closes the case's connections, waits until the server has noticed, undoes settings."""
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()
        try:
            if self.waiting:
                self._await(lambda: self.blocked_clients() == 0, "a client still waits")
            for name, value in self.settings.items():
                self.control.call(b"CONFIG", b"SET", name, value)
        except NoReply:
            self.control.close()
            self.server.kill()  # The next case starts it anew.
        self.settings.clear()

    def connection(self, name):
        if name not in self.connections:
            self.connections[name] = Connection(self.server.port, self.protocol)
            if name != "a":
                self.connections[name].id = self.connections[name].call(b"CLIENT", b"ID").value
        return self.connections[name]

    def blocked_clients(self):
        info = self.control.call(b"INFO", b"clients").value
        return int(info.split(b"blocked_clients:")[1].split(b"\r\n")[0])

    def _await(self, condition, otherwise):
        deadline = time.monotonic() + SETTLE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise NoReply(otherwise)
            time.sleep(0.001)

    def events(self):
        """The notifications since the last call."""
        if not self.observes:
            return None
        self.control.call(b"PUBLISH", EVENTS_END, b"")
        events = []
        while True:
            message = [part.value for part in self.observer.read().value]
            if message[1] == EVENTS_END:
                return events
            events.append(b" ".join(message[2:]))

    def perform(self, step):
        """The reply to one step, or a text on what came instead."""
        try:
            return self._perform(step)
        except NoReply as failure:
            return str(failure)
        except OSError as failure:
            return f"the server is gone: {failure}"

    def perform_all(self, steps):
        """The replies to steps that can be sent together."""
        if len(steps) == 1:
            return [self.perform(steps[0])]
        replies = []
        try:
            connection = self.connection(steps[0].connection)
            connection.send_raw(b"".join(encode(step.arguments) for step in steps))
            for _ in steps:
                replies.append(connection.read())
        except (NoReply, OSError) as failure:
            replies += [str(failure)] * (len(steps) - len(replies))
        return replies

    def _perform(self, step):
        if step.action == "pause":
            time.sleep(int(step.markers["pause"]) / 1000)
            return "paused"
        connection = self.connection(step.connection)
        if step.action is not None:
            return getattr(self, "_" + step.action.replace("-", "_"))(connection, step)
        arguments = [
            self.variables.get(word, b"") if isinstance(word, Variable) else word
            for word in step.arguments]
        if [word.lower() for word in arguments[:2]] == [b"config", b"set"]:
            self._remember_settings(arguments[2::2])
        if "blocks" in step.markers:
            return self._block(connection, arguments)
        if "answers" in step.markers:
            connection.send(arguments)
            count = int(step.markers["answers"])
            return " ".join(str(self._message(connection, step)) for _ in range(count))
        if "scan" in step.markers or "scan-pairs" in step.markers:
            return self._scan(connection, arguments, 2 if "scan-pairs" in step.markers else 1)
        reply = connection.call(*arguments)
        if "save" in step.markers:
            value = reply.value
            self.variables[step.markers["save"]] = value if isinstance(value, bytes) else b""
        return reply

    def _remember_settings(self, names):
        for name in names:
            reply = self.control.call(b"CONFIG", b"GET", name)
            if reply.value and name not in self.settings:
                self.settings[name] = reply.value[1].value

    def _block(self, connection, arguments):
        before = self.blocked_clients()
        self.waiting = True
        connection.send(arguments)

        def waits():
            return self.blocked_clients() > before or not connection.is_silent(0)

        self._await(waits, "the client is not counted as blocked")
        return "waits" if connection.is_silent(0) else connection.read()

    def _scan(self, connection, arguments, width):
        """The elements of a whole iteration, each once, as one reply. The cursor is the argument
        that is 0 first."""
        place = arguments.index(b"0", 1)
        elements = {}
        while True:
            reply = connection.call(*arguments)
            if reply.is_error:
                return reply
            cursor, page = reply.value
            for at in range(0, len(page.value), width):
                group = page.value[at:at + width]
                elements[b"".join(part.raw for part in group)] = group
            arguments[place] = cursor.value
            if cursor.value == b"0":
                parts = tuple(part for group in elements.values() for part in group)
                return type(reply)(page.kind, parts, b"".join(sorted(elements)))

    def _reply(self, connection, step):
        return connection.read()

    def _reply_after(self, connection, step):
        limit = int(step.markers["reply-after"])
        reply = connection.read()
        took = (time.monotonic() - connection.sent_at) * 1000
        if not limit - 1 <= took <= limit + LATE_MILLISECONDS:
            return f"{reply} after {took:.0f} ms instead of {limit} ms"
        return reply

    def _silent(self, connection, step):
        return "silent" if connection.is_silent(0.02) else connection.read()

    def _push(self, connection, step):
        if not connection.pushes:
            connection.send([b"PING"])
            connection.read()
        return connection.pushes.pop(0) if connection.pushes else "no push"

    def _message(self, connection, step):
        return connection.read_push() if self.protocol == 3 else connection.read()

    def _raw(self, connection, step):
        connection.send_raw(step.arguments[0])
        return connection.read()

    def _wire(self, connection, step):
        connection.send_raw(step.arguments[0] + encode([b"ECHO", WIRE_END]))
        return connection.read_through(WIRE_END)

    def _close(self, connection, step):
        connection.close()
        del self.connections[step.connection]
        mark = b"id=%s " % connection.id
        self._await(
            lambda: mark not in self.control.call(b"CLIENT", b"LIST").value,
            "the server has not noticed that a client left")
        return "closed"


def batches(steps):
    """Neighbouring steps that depend on nothing but their order go out together: it saves time."""
    batch = []
    for step in steps:
        if batch and not (can_share(step) and can_share(batch[-1])
                          and step.connection == batch[-1].connection
                          and len(batch) < LONGEST_BATCH):
            yield batch
            batch = []
        batch.append(step)
    if batch:
        yield batch


def expectation(step, outcome):
    """What has to happen on the oracle, as far as a case tells; else what happened."""
    if "blocks" in step.markers:
        return "waits"
    if step.action == "silent":
        return "silent"
    return "a reply" if outcome == LATE else outcome


def can_share(step):
    return (
        step.action is None
        and not step.markers.keys() & {"blocks", "scan", "scan-pairs", "save", "answers"}
        and not any(isinstance(word, Variable) for word in step.arguments)
        and step.arguments[0].upper() not in APART)


def play(case, protocol, oracle, tested, without=frozenset()):
    """What differs, one text for each difference, with the line and both replies. Of the streams
    that are left, fields of XINFO named in `without` are not compared."""
    differences = []
    for side in (oracle, tested):
        side.begin(protocol)
    try:
        for batch in batches(case.steps):
            expected, got = oracle.perform_all(batch), tested.perform_all(batch)
            for step, left, right in zip(batch, expected, got, strict=True):
                if not same(left, right, step.markers):
                    differences.append(difference(f"{step.line}: {step.text}", left, right))
                if left != expectation(step, left):
                    return [*differences, difference(
                        f"{step.line}: {step.text}: the case is wrong about the oracle",
                        expectation(step, left), left)]
                if (isinstance(left, str) or isinstance(right, str)) and left != right:
                    return differences  # The clients wait for different things from here on.
        if case.compares_events:
            differences += compare_events(oracle.events(), tested.events())
        differences += compare_keyspaces(
            keyspace(oracle.control, without), keyspace(tested.control, without))
        for name, connection in oracle.connections.items():
            left, right = connection.unread(), tested.connections[name].unread()
            if left != right:
                differences.append(difference(f"left unread on {name}", left, right))
    except (NoReply, OSError) as failure:
        differences.append(f"at the end of the case: {failure}\n{tested.server.tail()}")
    finally:
        for side in (oracle, tested):
            side.end()
    return differences


def difference(where, expected, got):
    expected, got = str(expected), str(got)
    start = 0
    if max(len(expected), len(got)) > SHOWN:
        start = max(0, common_length(expected, got) - SHOWN // 3)
    return (f"{shorten(where)}\n    expected {shorten(expected, start)}"
            f"\n    got      {shorten(got, start)}")


def common_length(left, right):
    """The length of what two texts begin with alike."""
    pairs = zip(left, right, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), 0)


def shorten(text, start=0):
    """The part of a text that is shown, from about the first difference on."""
    end = start + SHOWN
    return ("..." if start else "") + text[start:end] + ("..." if end < len(text) else "")


def compare_events(expected, got):
    if expected is None or got is None or expected == got:
        return []
    return [difference("notifications", *(b" | ".join(events).decode("latin1")
                                          for events in (expected, got)))]


def compare_keyspaces(expected, got):
    differences = []
    for key in sorted(expected.keys() | got.keys()):
        left, right = expected.get(key), got.get(key)
        if left is None or right is None or not are_alike(left, right):
            differences.append(difference(f"at the end, key {key}", left, right))
    return differences


def are_alike(left, right):
    """Whether two keys agree; of lifetimes the grain is what a busy machine takes for a case."""
    return left[0] == right[0] and all(
        abs(one - other) <= LIFETIME_SECONDS and (one < 0) == (other < 0)
        for one, other in zip(left[1], right[1], strict=True))
