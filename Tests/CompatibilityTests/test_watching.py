"""Which keys count as changed: each case step by step, with clients that WATCH the keys it names.

A change that nobody watches shows nowhere else: a notification is an event, and not every event is
a change, nor has every change an event.
"""

from collections import Counter

import pytest

from case_file import Variable
from player import difference
from test_cases import FOLDER, parameters
from wire import Connection, NoReply

KEYS = 8  # Keys of a case that are watched, each by a client of its own.
# Steps that would wait for what the watchers do, or change what they see by the clock.
APART = {b"MULTI", b"QUIT", b"DEBUG"}


def names(case):
    """The words that stand most often where keys do."""
    words = Counter()
    for step in case.steps:
        if step.action is None:
            words.update(
                word for word in step.arguments[1:4]
                if not isinstance(word, Variable) and len(word) < 100)
    return [word for word, _ in words.most_common(KEYS)]


class Watchers:
    """The clients of one side, one for each key."""

    def __init__(self, side, keys):
        self.keys = keys
        self.connections = [Connection(side.server.port) for _ in keys]

    def watch(self):
        self._ask([b"WATCH"], True)

    def changed(self):
        """The keys that have changed since `watch`."""
        self._ask([b"MULTI"])
        replies = self._ask([b"EXEC"])
        return {key for key, reply in zip(self.keys, replies, strict=True) if reply.value is None}

    def _ask(self, words, names_key=False):
        for key, connection in zip(self.keys, self.connections, strict=True):
            connection.send([*words, key] if names_key else words)
        return [connection.read() for connection in self.connections]

    def close(self):
        for connection in self.connections:
            connection.close()


@pytest.mark.parametrize(
    ("case", "protocol"),
    [case for case in parameters(FOLDER, "watched ")
     if case.values[1] == case.values[0].protocols[0] and case.values[0].compares_events])
def test_watched_like_valkey(case, protocol, valkey, tested):
    lacking = [name for name in case.needs if name not in tested.commands]
    if lacking:
        pytest.skip(f"the server under test has no {', '.join(lacking).upper()}")
    differences = play_watched(case, protocol, valkey, tested)
    if differences:
        pytest.fail("\n".join(differences), pytrace=False)


def play_watched(case, protocol, oracle, tested):
    sides = (oracle, tested)
    keys = names(case)
    differences = []
    for side in sides:
        side.begin(protocol)
    watchers = [Watchers(side, keys) for side in sides]
    try:
        for step in case.steps:
            is_watched = step.action is None and step.arguments[0].upper() not in APART
            if is_watched:
                for group in watchers:
                    group.watch()
            left, right = (side.perform(step) for side in sides)
            if isinstance(left, str) != isinstance(right, str):
                break
            if is_watched and not isinstance(left, str):
                expected, got = (sorted(group.changed()) for group in watchers)
                if expected != got:
                    differences.append(
                        difference(f"{case.file}.cases:{step.line}: {step.text}", expected, got))
    except NoReply as failure:
        differences.append(str(failure))
    finally:
        for group in watchers:
            group.close()
        for side in sides:
            side.end()
    return differences
