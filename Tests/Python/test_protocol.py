"""Bad and odd input over plain sockets: an exact answer or a closed connection, nothing disturbed.

Every expectation is what valkey-server 9.1 sends.
"""

import random
import resource
import socket
import time

import pytest
import redis

PONG = b"+PONG\r\n"
PING = b"*1\r\n$4\r\nPING\r\n"
BAD_COUNT = b"-ERR Protocol error: invalid multibulk length\r\n"
BAD_LENGTH = b"-ERR Protocol error: invalid bulk length\r\n"
LONG = b"1" * 70_000


def converse(server, request, half_close=False):
    """Everything the server sends until it closes the connection, which it has to."""
    answer = b""
    with server.connect() as connection:
        try:
            connection.sendall(request)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            # Closed already; what it said before that is still to be read.
            pass
        try:
            while piece := connection.recv(65_536):
                answer += piece
        except ConnectionResetError:
            pass
        except TimeoutError:
            pytest.fail(f"neither closed nor complete; so far {answer!r}")
    return answer


def exchange(server, request, expected):
    """Sends `request` and reads exactly `expected`; the connection stays open and silent."""
    with server.connect() as connection:
        connection.sendall(request)
        answer = b""
        while len(answer) < len(expected):
            piece = connection.recv(65_536)
            assert piece, f"closed after {answer!r}"
            answer += piece
        assert answer == expected
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            assert connection.recv(1) == b"nothing"


@pytest.mark.parametrize("request_, answer", [
    (b"*\r\n", BAD_COUNT),
    (b"*x\r\n", BAD_COUNT),
    (b"* 1\r\n", BAD_COUNT),
    (b"*+1\r\n" + PING[4:], BAD_COUNT),
    (b"*01\r\n" + PING[4:], BAD_COUNT),
    (b"*1.5\r\n", BAD_COUNT),
    (b"*2147483648\r\n", BAD_COUNT),
    (b"*99999999999999999999\r\n", BAD_COUNT),
    (b"*1\r\n$\r\n", BAD_LENGTH),
    (b"*1\r\n$-1\r\n", BAD_LENGTH),
    (b"*1\r\n$x\r\n", BAD_LENGTH),
    (b"*1\r\n$ 4\r\nPING\r\n", BAD_LENGTH),
    (b"*1\r\n$4x\r\nPING\r\n", BAD_LENGTH),
    (b"*1\r\n$536870913\r\n", BAD_LENGTH),
    (b"*1\r\n$99999999999999999999\r\n", BAD_LENGTH),
    (b"*1\r\nPING\r\n", b"-ERR Protocol error: expected '$', got 'P'\r\n"),
    (b"*1\r\n:4\r\n", b"-ERR Protocol error: expected '$', got ':'\r\n"),
    (b"*1\r\n\r\n", b"-ERR Protocol error: expected '$', got ' '\r\n"),
    (b"*2\r\n$3\r\nGET\r\n+a\r\n", b"-ERR Protocol error: expected '$', got '+'\r\n"),
    (b"*1\r\n$4\r\nPINGxx", b"-ERR Protocol error: invalid CRLF in request\r\n"),
    (b"*" + LONG, b"-ERR Protocol error: too big mbulk count string\r\n"),
    (b"*1\r\n$" + LONG, b"-ERR Protocol error: too big bulk count string\r\n"),
    (LONG, b"-ERR Protocol error: too big inline request\r\n"),
    (b'PING "a\r\n', b"-ERR Protocol error: unbalanced quotes in request\r\n"),
    (b"PING 'a\r\n", b"-ERR Protocol error: unbalanced quotes in request\r\n"),
    (PING + b"*x\r\n", PONG + BAD_COUNT),
    (b"QUIT\r\nPING\r\n", b"+OK\r\n"),
], ids=lambda value: repr(value[:24]))
def test_answered_and_closed(server, request_, answer):
    assert converse(server, request_) == answer


@pytest.mark.parametrize("request_", [
    b"POST / HTTP/1.1\r\nHost: a\r\n\r\nSET a 1\r\n",
    b"post / HTTP/1.1\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\nSET a 1\r\n",
    b"Host: a\r\nSET a 1\r\n",
    b"host:\r\n",
    b"*1\r\n$4\r\nPOST\r\n",
    b"*1\r\n$5\r\nhost:\r\n",
], ids=lambda value: repr(value[:24]))
def test_http_is_closed_without_a_word(server, request_):
    assert converse(server, request_) in (b"", ERROR_OF_GET)
    assert server.ask(b"EXISTS a\r\n") == b":0\r\n"
    if request_.startswith(b"POST"):
        assert "Possible SECURITY ATTACK" in server.log.read_text(errors="replace")


# The first line of an HTTP GET is a GET with two arguments; whether its error still leaves before
# the second line closes the connection is a matter of timing.
ERROR_OF_GET = b"-ERR wrong number of arguments for 'get' command\r\n"


@pytest.mark.parametrize("request_, answer", [
    (b"*0\r\n" + PING, PONG),
    (b"*-1\r\n" + PING, PONG),
    (b"*-10\r\n" + PING, PONG),
    (b"PING\n", PONG),
    (b"\r\nPING\r\n", PONG),
    (b"  PING  \r\n", PONG),
    (b'PING "a"b\r\n', b"$2\r\nab\r\n"),
    (b'PING "\\x41\\n"\r\n', b"$2\r\nA\n\r\n"),
    (b"PING 'a\\'b'\r\n", b"$3\r\na'b\r\n"),
    (b"*1\r\n$0\r\n\r\n", b"-ERR unknown command '', with args beginning with: \r\n"),
    (b"$4\r\nPING\r\n", b"-ERR unknown command '$4', with args beginning with: \r\n" + PONG),
    (b"+PING\r\n", b"-ERR unknown command '+PING', with args beginning with: \r\n"),
    (b"NOSUCH a b\r\n", b"-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' \r\n"),
    (b"GET\r\n", ERROR_OF_GET),
    (b"SET a b c d e f\r\n", b"-ERR syntax error\r\n"),
    (b"HELLO 4\r\n", b"-NOPROTO unsupported protocol version\r\n"),
    (b"HELLO x\r\n", b"-ERR Protocol version is not an integer or out of range\r\n"),
    (b"HELLO 3 AUTH a\r\n", b"-ERR Syntax error in HELLO option 'AUTH'\r\n"),
    (b"A" * 65_536, b""),
    (b"*1\r\n$536870912\r\n", b""),
    (b"*1048577\r\n", b""),
    (b"*2147483647\r\n", b""),
    (b"*1\n$4\nPING\n", b""),
], ids=lambda value: repr(value[:24]))
def test_answered_and_still_open(server, request_, answer):
    exchange(server, request_, answer)


TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2


@pytest.mark.parametrize("garbage", [
    TLS_HELLO,
    b"\x16\x03\x01\x00\x05hello",
    b"\x00\x01\x02\xff\xfe\r\n",
    bytes(range(256)),
    b"\x80\x81\x82" * 1000 + b"\r\n",
    b"\x00" * 70_000,
], ids=lambda value: repr(value[:12]))
def test_garbage_leaves_the_server_alone(server, garbage):
    """The fixture asks afterwards whether the server still answers."""
    answer = converse(server, garbage, half_close=True)
    assert answer == b"" or answer.startswith(b"-ERR ")


@pytest.mark.parametrize("request_, answer", [
    (b"", b""),
    (b"PING\r\nECHO a\r\n", PONG + b"$1\r\na\r\n"),
    (PING * 1000, PONG * 1000),
    (PING + PING[:9], PONG),
    (b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100\r\nshort", b""),
], ids=lambda value: repr(value[:24]))
def test_half_closed(server, request_, answer):
    """A client that shuts down its sending side still gets its replies, then the end."""
    assert converse(server, request_, half_close=True) == answer
    assert server.ask(b"EXISTS a\r\n") == b":0\r\n"


def test_split_at_every_byte(server):
    request = (
        b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n"
        b"GET key\r\n*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")
    expected = b"+OK\r\n" + b"$5\r\nvalue\r\n" * 2
    for position in range(1, len(request)):
        with server.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request[:position])
            time.sleep(0.001)
            connection.sendall(request[position:])
            assert read_exactly(connection, len(expected)) == expected


def test_one_byte_at_a_time(server):
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in PING + b"ECHO 'a b'\r\n":
            connection.sendall(bytes([byte]))
        assert read_exactly(connection, 16) == PONG + b"$3\r\na b\r\n"


def test_mutated_requests(server):
    """Valid requests with bytes changed, dropped and added; the seed makes it repeatable."""
    dice = random.Random(9)
    valid = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n10\r\n" + PING + b"GET a\r\n"
    for _ in range(500):
        request = bytearray(valid * dice.randint(1, 3))
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(request))
            request[place:place + dice.randint(0, 2)] = dice.choice(
                [b"", b"\r\n", b"*", b"$", b"-1", b"9999999", b"\0", dice.randbytes(3)])
        converse(server, bytes(request), half_close=True)


def test_a_promised_gigabyte_costs_nothing(server):
    with redis.Redis(port=server.port) as client:
        before = client.info("memory")["used_memory"]
        held = []
        for _ in range(10):
            held.append(server.connect())
            held[-1].sendall(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$500000000\r\nbeginning")
        after = client.info("memory")["used_memory"]
        for connection in held:
            connection.close()
        assert client.exists("a") == 0
    if server.is_redwing:
        assert after - before < 16 * 1024 * 1024


def test_a_longer_bulk_than_configured(start_server):
    server = start_server("--proto-max-bulk-len", "1mb")
    assert converse(server, b"*2\r\n$4\r\nECHO\r\n$1048577\r\n") == BAD_LENGTH
    with redis.Redis(port=server.port) as client:
        assert len(client.echo("x" * 1_048_576)) == 1_048_576


def test_before_authentication_little_is_read(start_server):
    server = start_server("--requirepass", "secret")
    assert converse(server, b"*11\r\n") == (
        b"-ERR Protocol error: unauthenticated multibulk length\r\n")
    assert converse(server, b"*2\r\n$4\r\nAUTH\r\n$16385\r\n") == (
        b"-ERR Protocol error: unauthenticated bulk length\r\n")


def test_a_client_that_never_reads_is_cut_off(start_server):
    server = start_server("--client-output-buffer-limit", "normal 8mb 0 0")
    with redis.Redis(port=server.port) as client:
        client.set("a", "x" * 1_000_000)
    with server.connect(timeout=30.0) as greedy:
        try:
            for _ in range(1000):
                greedy.sendall(b"GET a\r\n" * 100)
                assert server.ask(b"PING\r\n") == PONG
        except (BrokenPipeError, ConnectionResetError):
            return
    pytest.fail("the client was never cut off")


def test_a_slow_reader_gets_everything(server):
    with redis.Redis(port=server.port) as client:
        client.set("a", "x" * 200_000)
        with server.connect(timeout=30.0) as slow:
            slow.sendall(b"GET a\r\n" * 50 + b"PING\r\n")
            for _ in range(20):
                assert client.ping()
            size = 50 * (len(b"$200000\r\n") + 200_002) + len(PONG)
            assert read_exactly(slow, size).endswith(PONG)


def test_an_idle_client_is_closed(start_server):
    server = start_server("--timeout", "1")
    with server.connect() as idle:
        assert idle.recv(1) == b""


def test_a_thousand_connections_that_come_and_go(server):
    held = [server.connect() for _ in range(1000)]
    try:
        for connection in held:
            connection.sendall(PING)
        for connection in held:
            assert connection.recv(7) == PONG
    finally:
        for connection in held:
            connection.close()


CROWD = 10_000


def test_ten_thousand_idle_connections(start_server):
    """They are served, and each costs the server little: 2 KiB in Redwing, more elsewhere."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < CROWD + 1000:
        pytest.skip(f"{hard} open files are allowed, {CROWD + 1000} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        server = start_server("--maxclients", str(CROWD + 100))
        before = resident_bytes(server)
        held = [server.connect() for _ in range(CROWD)]
        for connection in held:
            connection.sendall(PING)
        for connection in held:
            assert connection.recv(7) == PONG
        each = (resident_bytes(server) - before) / CROWD
        with redis.Redis(port=server.port) as client:
            assert client.info("clients")["connected_clients"] == CROWD + 1
        for connection in held:
            connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if server.is_redwing:
        assert each <= 2048


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def test_resets_in_the_middle_of_replies(server):
    """A connection that is reset with replies under way costs only itself."""
    with redis.Redis(port=server.port) as client:
        client.set("a", "x" * 100_000)
    linger_zero = b"\x01\0\0\0\0\0\0\0"
    for count in (1, 10, 100):
        connection = server.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
        connection.sendall(b"GET a\r\n" * count)
        connection.close()
        assert server.ask(b"PING\r\n") == PONG


def read_exactly(connection, size):
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(min(65_536, size - len(data)))
        assert piece, f"closed after {len(data)} of {size} bytes"
        data += piece
    return bytes(data)


def test_long_strings_keep_their_place_among_replies(server):
    # Long values are sent from where they lie, short ones from a buffer: neither may overtake.
    def bulk(value):
        return b"$%d\r\n%s\r\n" % (len(value), value)

    def request(*words):
        return b"*%d\r\n" % len(words) + b"".join(map(bulk, words))

    choice = random.Random(5)
    values = {b"k%d" % n: b"%d" % n * choice.choice([1, 20, 9_000, 70_000]) for n in range(40)}
    with server.connect() as connection:
        for _ in range(60):
            words, expected = [], b""
            for _ in range(choice.choice([1, 3, 30])):
                key = choice.choice(sorted(values))
                kind = choice.random()
                if kind < 0.3:
                    words.append(request(b"SET", key, values[key]))
                    expected += b"+OK\r\n"
                elif kind < 0.6:
                    words.append(request(b"SET", key, values[key]) + request(b"GET", key))
                    expected += b"+OK\r\n" + bulk(values[key])
                else:
                    words.append(request(b"ECHO", key))
                    expected += bulk(key)
            data = b"".join(words)
            cut = choice.randrange(len(data))
            connection.sendall(data[:cut])
            if choice.random() < 0.5:
                time.sleep(0.001)
            connection.sendall(data[cut:])
            answer = b""
            while len(answer) < len(expected):
                piece = connection.recv(1 << 20)
                assert piece, "closed"
                answer += piece
            assert answer == expected


def test_more_long_strings_than_one_write_takes(server):
    with redis.Redis(port=server.port) as client:
        client.set("key", "x" * 20_000)
        for count in (31, 32, 33, 64, 500):
            assert client.mget(["key"] * count) == [b"x" * 20_000] * count
