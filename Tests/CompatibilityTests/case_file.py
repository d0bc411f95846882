"""Reads case files. Their format:

    # A comment, from here to the end of the line; only at the start of a line.
    === Title of a case, unique in its file
    SET key "two words"             a command on the connection `a`, reply compared to the byte
    b: GET key                      a command on the connection `b`, which is opened on first use
    ~unordered SMEMBERS s           a marker: how to compare (likeness.py lists them)
    ~save id XADD s 1-1 f v         keep the reply, a string, as `$id` for later arguments
    ~each 1..300 RPUSH l x#         the command for each number, which replaces `#`
    b: ~blocks BLPOP l 0            a command that has to make its client wait
    b: ~reply                       the reply that the client waits for
    b: ~reply-after 100             the same, 100 ms after the command was sent and not before
    b: ~silent                      no reply has come yet
    b: ~push                        the next RESP3 push
    b: ~message                     the next message of a subscriber: a push in RESP3
    ~answers 2 SUBSCRIBE a b        a command that is answered with so many messages
    b: ~raw "PING\\r\\n"              bytes as they are; one reply is read
    b: ~wire "PING\\r\\n"             the same; all that comes is read, pushes at their place
    b: ~close                       the client goes away, and the server has noticed
    ~pause 20                       20 ms go by

At the head of a case, each on a line of its own:

    ~needs MULTI EXEC               skipped if the server under test lacks one of the commands
    ~resp 2                         in this protocol only
    ~no-events                      notifications depend on time here and are not compared

Words are separated by spaces. In "double quotes", \\n \\r \\t \\\\ \\" and \\xHH mean what they
mean in redis-cli; 'single quotes' mean themselves. Unquoted, these stand for more than they say:

    {1..200}                        200 words: 1 2 3 ...
    {1..200:# m#}                   400 words: 1 m1 2 m2 ...
    {x*64}                          a word of 64 times x
    {bytes}                         a word of all 256 bytes
    $id                             what `~save id` kept

A line that ends with a backslash goes on in the next one. Every case starts on empty servers;
what it sets with CONFIG SET is set back after it.
"""

import re
from dataclasses import dataclass, field

_RANGE = re.compile(r"\{(-?\d+)\.\.(-?\d+)(?::([^}]*))?\}")
_TIMES = re.compile(r"\{(.+)\*(\d+)\}")
_STEP = re.compile(r"(?:([a-z]\w*): +)?(.*)", re.DOTALL)
_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "b": b"\b", "a": b"\a"}
# Markers that stand instead of a command, with the number of their arguments.
ACTIONS = {
    "reply": 0, "reply-after": 1, "silent": 0, "push": 0, "message": 0, "close": 0, "pause": 1,
    "raw": 1, "wire": 1,
}
# Markers in front of a command, with the number of theirs.
MARKERS = {
    "unordered": 0, "pairs": 0, "nested": 0, "shape": 0, "kind": 0, "any": 0, "near": 1,
    "scan": 0, "scan-pairs": 0, "except": 1, "match": 1, "save": 1, "each": 1, "blocks": 0,
    "answers": 1,
}


class Variable(str):
    """A word that is replaced by what `~save` kept under its name."""


@dataclass(frozen=True)
class Step:
    """One line: an action, or a command with its markers."""

    line: int
    text: str
    connection: str
    action: str | None
    markers: dict[str, str]
    arguments: tuple


@dataclass
class Case:
    file: str
    title: str
    line: int
    steps: list[Step] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    protocols: tuple[int, ...] = (2, 3)
    compares_events: bool = True


class FormatError(Exception):
    """A line that the format does not allow."""


def read_cases(path):
    """The cases of a file, in order."""
    cases, titles = [], set()
    for number, line in _logical_lines(path.read_text().splitlines()):
        try:
            if line.startswith("==="):
                case = Case(path.stem, line[3:].strip(), number)
                if case.title in titles:
                    raise FormatError(f"a second case {case.title!r}")
                titles.add(case.title)
                cases.append(case)
            elif not cases:
                raise FormatError("a command before the first case")
            elif not _set_option(cases[-1], line):
                cases[-1].steps += parse_steps(line, number)
        except FormatError as error:
            raise FormatError(f"{path.name}:{number}: {error}") from None
    return cases


def _logical_lines(lines):
    """Lines without comments and blanks, continued ones joined, with their numbers."""
    pending, start = "", 0
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not pending:
            start = number
            if not line or line.startswith("#"):
                continue
        if line.endswith("\\"):
            pending += line[:-1]
        else:
            yield start, pending + line
            pending = ""


def _set_option(case, line):
    """Whether the line is about the case as a whole."""
    words = line.split()
    if words[0] == "~needs":
        case.needs += [word.lower() for word in words[1:]]
    elif words[0] == "~resp":
        case.protocols = (int(words[1]),)
    elif words[0] == "~no-events":
        case.compares_events = False
    else:
        return False
    return True


def parse_steps(line, number=0):
    """The steps of one line: one, or with `~each` one for each number."""
    connection, rest = _STEP.fullmatch(line).groups()
    markers, action = {}, None
    while rest.startswith("~"):
        name, _, rest = rest[1:].partition(" ")
        rest = rest.lstrip()
        count = ACTIONS.get(name, MARKERS.get(name))
        if count is None:
            raise FormatError(f"no marker ~{name}")
        value = ""
        if count and name not in ("raw", "wire"):
            value, _, rest = rest.partition(" ")
            rest = rest.lstrip()
        if name in ACTIONS:
            action = name
            markers[name] = value
            break
        markers[name] = value
    texts = [rest]
    if "each" in markers:
        texts = [rest.replace("#", str(at)) for at in _numbers(markers.pop("each"))]
    steps = []
    for text in texts:
        arguments = tuple(split(text))
        if not arguments and action in (None, "raw", "wire"):
            raise FormatError("no command")
        shown = text if len(texts) > 1 else line
        steps.append(Step(number, shown, connection or "a", action, markers, arguments))
    return steps


def _numbers(text):
    first, last = text.split("..")
    return range(int(first), int(last) + 1)


def split(text):
    """The words of a line, as bytes; variables as `Variable`."""
    words, at = [], 0
    while at < len(text):
        if text[at] == " ":
            at += 1
        elif text[at] in "\"'":
            word, at = _quoted(text, at)
            words.append(word)
            if at < len(text) and text[at] != " ":
                raise FormatError(f"text right after a quote in {text!r}")
        else:
            # A template in braces may have spaces.
            found = _RANGE.match(text, at) or re.compile(r"\S+").match(text, at)
            end = re.compile(r"\S*").match(text, found.end()).end()
            words += _expand(text[at:end])
            at = end
    return words


def _quoted(text, start):
    quote, out, at = text[start], b"", start + 1
    while at < len(text) and text[at] != quote:
        if quote == '"' and text[at] == "\\":
            at += 1
            if text[at] == "x":
                out += bytes([int(text[at + 1:at + 3], 16)])
                at += 2
            else:
                out += _ESCAPES.get(text[at], text[at].encode())
        else:
            out += text[at].encode()
        at += 1
    if at == len(text):
        raise FormatError(f"a quote without end in {text!r}")
    return out, at + 1


def _expand(word):
    if word == "{bytes}":
        return [bytes(range(256))]
    if re.fullmatch(r"\$[a-z]\w*", word):
        return [Variable(word[1:])]
    if found := _TIMES.fullmatch(word):
        return [found[1].encode() * int(found[2])]
    if found := _RANGE.search(word):
        before, after = word[:found.start()], word[found.end():]
        template = found[3] or "#"
        numbers = range(int(found[1]), int(found[2]) + 1)
        text = " ".join(template.replace("#", str(number)) for number in numbers)
        return [f"{before}{part}{after}".encode() for part in text.split()]
    return [word.encode()]
