"""The comparison itself: that it sees differences, and the format of the case files."""

import pytest

from case_file import FormatError, Variable, parse_steps, read_cases, split
from likeness import same
from player import are_alike, compare_events, compare_keyspaces
from wire import Reply


def bulk(text):
    data = text.encode()
    return Reply(b"$", data, b"$%d\r\n%s\r\n" % (len(data), data))


def integer(number):
    return Reply(b":", b"%d" % number, b":%d\r\n" % number)


def array(*parts, kind=b"*"):
    count = len(parts) // 2 if kind == b"%" else len(parts)
    raw = kind + b"%d\r\n" % count + b"".join(part.raw for part in parts)
    return Reply(kind, parts, raw)


def error(text):
    return Reply(b"-", text.encode(), b"-" + text.encode() + b"\r\n")


AB, BA = array(bulk("a"), bulk("b")), array(bulk("b"), bulk("a"))


@pytest.mark.parametrize(("markers", "left", "right", "expected"), [
    ({}, AB, AB, True),
    ({}, AB, BA, False),
    ({}, error("ERR a"), error("ERR b"), False),
    ({}, integer(1), Reply(b"$", b"1", b"$1\r\n1\r\n"), False),
    ({}, "waits", integer(1), False),
    ({"unordered": ""}, AB, BA, True),
    ({"unordered": ""}, AB, array(bulk("a"), bulk("c")), False),
    ({"unordered": ""}, AB, array(bulk("a"), bulk("b"), kind=b"~"), False),
    ({"unordered": ""}, array(bulk("a"), bulk("b"), kind=b"%"),
     array(bulk("b"), bulk("a"), kind=b"%"), False),
    ({"pairs": ""}, array(*AB.value, bulk("c"), bulk("d")),
     array(bulk("c"), bulk("d"), *AB.value), True),
    ({"pairs": ""}, array(*AB.value, bulk("c"), bulk("d")),
     array(bulk("a"), bulk("d"), bulk("c"), bulk("b")), False),
    ({"nested": ""}, array(AB, bulk("c")), array(bulk("c"), BA), True),
    ({"nested": ""}, array(AB, bulk("c")), array(bulk("d"), BA), False),
    ({"shape": ""}, AB, array(bulk("x"), bulk("y")), True),
    ({"shape": ""}, AB, array(bulk("x")), False),
    ({"kind": ""}, integer(1), integer(2), True),
    ({"kind": ""}, integer(1), bulk("1"), False),
    ({"kind": ""}, error("ERR a"), error("ERR b"), True),
    ({"kind": ""}, error("ERR a"), error("WRONGTYPE a"), False),
    ({"any": ""}, integer(1), bulk("x"), True),
    ({"any": ""}, integer(1), error("ERR"), False),
    ({"near": "5"}, integer(100), integer(105), True),
    ({"near": "5"}, integer(100), integer(106), False),
    ({"near": "5"}, array(bulk("a"), integer(1)), array(bulk("b"), integer(1)), False),
    ({"except": "a"}, array(bulk("a"), integer(1), bulk("b"), integer(2)),
     array(bulk("a"), integer(9), bulk("b"), integer(2)), True),
    ({"except": "a"}, array(bulk("a"), integer(1), bulk("b"), integer(2)),
     array(bulk("a"), integer(1), bulk("b"), integer(3)), False),
    ({"match": r"k=\d"}, bulk("a k=1"), bulk("b k=1"), True),
    ({"match": r"k=\d"}, bulk("a k=1"), bulk("a k=2"), False),
])
def test_likeness(markers, left, right, expected):
    assert same(left, right, markers) is expected


def test_keys_and_notifications_that_differ_are_seen():
    one = {(0, b"k"): ("string, raw: b'v'", [-1])}
    assert not compare_keyspaces(one, one)
    assert compare_keyspaces(one, {})
    assert compare_keyspaces(one, {(0, b"k"): ("string, embstr: b'v'", [-1])})
    assert are_alike(("x", [100]), ("x", [99]))
    assert not are_alike(("x", [100]), ("x", [50]))
    assert not are_alike(("x", [-1]), ("x", [1]))
    assert not compare_events([b"a"], [b"a"])
    assert compare_events([b"a"], [b"b"])


def test_words():
    assert split("SET k 'a b' \"\\x00\\n\"") == [b"SET", b"k", b"a b", b"\0\n"]
    assert split("{1..3} x{8..9} {1..2:# m#} {x*3}") == [
        b"1", b"2", b"3", b"x8", b"x9", b"1", b"m1", b"2", b"m2", b"xxx"]
    assert split("{bytes}") == [bytes(range(256))]
    assert split("$ $id {tag}k") == [b"$", Variable("id"), b"{tag}k"]
    assert isinstance(split("$id")[0], Variable)


def test_steps():
    (step,) = parse_steps("b: ~near 5 TTL k")
    assert (step.connection, step.markers, step.arguments) == ("b", {"near": "5"}, (b"TTL", b"k"))
    assert [step.arguments[1] for step in parse_steps("~each 1..3 GET k#")] == [
        b"k1", b"k2", b"k3"]
    assert parse_steps("b: ~reply-after 100")[0].action == "reply-after"
    for wrong in ("~nothing GET k", "~near 5", 'GET "a', 'GET "a"b'):
        with pytest.raises(FormatError):
            parse_steps(wrong)


def test_two_cases_of_one_title(tmp_path):
    path = tmp_path / "twice.cases"
    path.write_text("=== a\nPING\n=== a\nPING\n")
    with pytest.raises(FormatError):
        read_cases(path)
