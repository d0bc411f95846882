"""The HTTP server for monitoring: what it shows, and that no client of it can do harm."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
import redis
from prometheus_client import parser as plain_parser
from prometheus_client.openmetrics import parser

from servers import HOST, free_port

TIMEOUT = 20


class Monitored:
    """A server with its HTTP port."""

    def __init__(self, server, port):
        self.server = server
        self.port = port
        self.client = redis.Redis(port=server.port, decode_responses=True)

    def connect(self):
        return socket.create_connection((HOST, self.port), timeout=TIMEOUT)

    def get(self, path, method="GET", **headers):
        """Status, headers and body."""
        request = urllib.request.Request(
            f"http://{HOST}:{self.port}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def families(self):
        status, headers, body = self.get("/metrics", Accept="application/openmetrics-text")
        assert status == 200
        assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        return {
            family.name: family
            for family in parser.text_string_to_metric_families(body.decode())}

    def value(self, name, **labels):
        """The value of one sample."""
        for family in self.families().values():
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        raise KeyError(f"{name} {labels}")

    def wait_for(self, condition):
        deadline = time.monotonic() + TIMEOUT
        while not (found := condition(self.families())):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found


@pytest.fixture
def start_monitored(start_server, server_binary):
    if not server_binary.name.startswith("redwing"):
        pytest.skip("Redwing's own")
    clients = []

    def start(*arguments):
        port = free_port()
        server = start_server("--metrics-port", str(port), *arguments)
        clients.append(Monitored(server, port))
        return clients[-1]

    yield start
    for monitored in clients:
        monitored.client.close()
        assert monitored.server.process.poll() is None, monitored.server.tail()


@pytest.fixture
def monitored(start_monitored):
    return start_monitored()


def exchange(connection, request):
    """Sends a request and reads up to the end of the connection."""
    connection.sendall(request)
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


def read_response(connection):
    """One response with its body, on a connection that goes on."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        assert piece, answer
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


# What it shows.

def test_nothing_listens_by_default(start_server):
    server = start_server()
    with redis.Redis(port=server.port, decode_responses=True) as client:
        if server.is_redwing:
            assert client.config_get("metrics-*") == {
                "metrics-bind": "127.0.0.1 -::1", "metrics-port": "0", "metrics-top-keys": "10"}


def test_health_and_readiness(monitored):
    assert monitored.get("/healthz")[::2] == (200, b"ok\n")
    assert monitored.get("/readyz")[::2] == (200, b"ready\n")


def test_every_family_is_sound(monitored):
    client = monitored.client
    client.set("k", "v")
    client.set("timed", "v", ex=100)
    client.hset("h", "f", "v")
    client.get("k")
    client.get("none")
    client.execute_command("CLIENT", "SETNAME", "x")
    with pytest.raises(redis.ResponseError):
        client.lpush("k", "v")
    families = monitored.families()
    for family in families.values():
        assert family.documentation, family.name
        assert family.name.startswith(("redwing_", "process_"))
        if family.unit:
            assert family.name.endswith("_" + family.unit)
    kinds = {family.type for family in families.values()}
    assert kinds == {"counter", "gauge", "histogram", "info"}
    value = monitored.value
    assert value("redwing_connected_clients") == 1
    with client.pubsub() as subscriber:
        subscriber.subscribe("a", "b")
        subscriber.psubscribe("c*")
        for _ in range(3):
            assert subscriber.get_message(timeout=5)
        assert value("redwing_pubsub_clients") == 1
        assert value("redwing_pubsub_channels") == 2
        assert value("redwing_pubsub_patterns") == 1
    assert value("redwing_keys", db="0") == 3
    assert value("redwing_keys_with_deadline", db="0") == 1
    assert value("redwing_command_calls_total", command="get") == 2
    assert value("redwing_command_calls_total", command="client|setname") == 1
    assert value("redwing_command_failures_total", command="lpush") == 1
    assert value("redwing_error_replies_total", code="WRONGTYPE") == 1
    assert value("redwing_keyspace_hits_total") == 1
    assert value("redwing_keyspace_misses_total") == 1
    assert 0 < value("redwing_command_duration_seconds_total", command="get") < 1
    assert value("redwing_network_receive_bytes_total") > 100
    assert value("redwing_network_transmit_bytes_total") > 50
    assert value("redwing_memory_used_bytes") > value("redwing_memory_startup_bytes") > 0
    assert value("process_resident_memory_bytes") > 1 << 20
    assert abs(value("process_start_time_seconds") - time.time()) < 60
    assert value("process_cpu_seconds_total") > 0
    assert value("redwing_loading") == 0
    assert value("redwing_loading_progress_ratio") == 1
    build = families["redwing_build"].samples[0]
    assert build.labels["version"] == client.info("server")["redwing_version"]
    turns = families["redwing_loop_turn_seconds"]
    assert {sample.name.rpartition("_")[2] for sample in turns.samples} == {
        "bucket", "sum", "count"}
    assert value("redwing_loop_turn_seconds_count") > 0


def test_figures_agree_with_info(monitored):
    client = monitored.client
    pipe = client.pipeline(transaction=False)
    for number in range(1000):
        pipe.set(f"key:{number}", number)
    pipe.execute()
    info = client.info("all")
    value = monitored.value
    assert value("redwing_keys", db="0") == info["db0"]["keys"] == 1000
    assert value("redwing_commands_processed_total") >= info["total_commands_processed"]
    assert value("redwing_connections_accepted_total") == info["total_connections_received"]
    assert value("redwing_max_clients") == info["maxclients"]
    assert value("redwing_changes_since_snapshot") == info["rdb_changes_since_last_save"]
    assert value("redwing_command_calls_total", command="set") == 1000


def test_the_older_text_for_those_who_ask_for_it(monitored):
    monitored.client.set("k", "v")
    status, headers, body = monitored.get("/metrics", Accept="text/plain")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = body.decode()
    assert "# EOF" not in text and "# UNIT" not in text
    families = {
        family.name: family for family in plain_parser.text_string_to_metric_families(text)}
    assert families["redwing_commands_processed"].type == "counter"
    # Prometheus itself asks for both, the newer one first.
    both = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    assert monitored.get("/metrics", Accept=both)[2].endswith(b"# EOF\n")
    assert monitored.get("/metrics")[2].endswith(b"# EOF\n")


def test_promtool_has_nothing_to_say(monitored):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    monitored.client.set("k", "v")
    body = monitored.get("/metrics", Accept="text/plain")[2]
    result = subprocess.run(
        [promtool, "check", "metrics"], input=body, capture_output=True, timeout=TIMEOUT,
        check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_expiry_lag(monitored):
    pipe = monitored.client.pipeline(transaction=False)
    for number in range(500):
        pipe.set(f"key:{number}", "v", px=1 + number % 50)
    pipe.execute()
    monitored.wait_for(
        lambda found: found["redwing_expired_keys"].samples[0].value == 500)
    assert monitored.value("redwing_expiry_lag_seconds_count") > 400
    assert monitored.value("redwing_expiry_lag_seconds_bucket", le="1.0") > 400
    assert monitored.value("redwing_expiry_overdue_seconds") == 0


def test_keys_that_cannot_expire_are_overdue(start_monitored):
    monitored = start_monitored("--enable-debug-command", "yes")
    monitored.client.execute_command("DEBUG", "SET-ACTIVE-EXPIRE", "0")
    monitored.client.set("k", "v", px=1)
    time.sleep(0.02)
    monitored.client.execute_command("DEBUG", "SET-ACTIVE-EXPIRE", "1")
    monitored.wait_for(
        lambda found: found["redwing_expired_keys"].samples[0].value == 1)
    # It was at least ten milliseconds late.
    assert monitored.value("redwing_expiry_lag_seconds_bucket", le="0.01") == 0
    assert monitored.value("redwing_expiry_lag_seconds_count") == 1


def test_snapshot_figures(start_monitored):
    monitored = start_monitored("--enable-debug-command", "yes")
    client = monitored.client
    assert monitored.value("redwing_snapshots_total") == 0
    with pytest.raises(KeyError):
        monitored.value("redwing_snapshot_last_duration_seconds")
    client.execute_command("DEBUG", "POPULATE", "200000")
    before = time.time()
    client.bgsave()
    progress = []

    def ended(found):
        progress.append(found["redwing_snapshot_progress_ratio"].samples[0].value)
        return found["redwing_snapshots"].samples[0].value == 1

    monitored.wait_for(ended)
    assert all(0 <= part <= 1 for part in progress)
    assert monitored.value("redwing_snapshot_last_succeeded") == 1
    assert monitored.value("redwing_snapshot_last_success_timestamp_seconds") >= int(before)
    assert monitored.value("redwing_snapshot_last_duration_seconds") >= 0
    assert monitored.value("redwing_snapshot_running") == 0
    assert monitored.value("redwing_changes_since_snapshot") == 0


def test_a_failed_snapshot_shows(start_monitored):
    monitored = start_monitored("--enable-protected-configs", "yes")
    directory = monitored.server.directory / "gone"
    directory.mkdir()
    monitored.client.config_set("dir", str(directory))
    directory.rmdir()
    with pytest.raises(redis.ResponseError):
        monitored.client.save()
    assert monitored.value("redwing_snapshot_last_succeeded") == 0


def samples(found, name):
    return {
        (sample.labels["db"], sample.labels["key"]): sample.value
        for sample in found[name].samples}


def test_largest_keys(start_monitored):
    monitored = start_monitored("--metrics-top-keys", "3")
    client = monitored.client
    pipe = client.pipeline(transaction=False)
    for number in range(5000):
        pipe.set(f"small:{number}", "v")
    for number in range(5):
        pipe.set(f"large:{number}", "v" * (number + 1) * 10_000)
    pipe.rpush("list", *["element" * 10] * 2000)
    pipe.execute()
    name = "redwing_largest_key_bytes"
    expected = {("0", "large:4"), ("0", "large:3"), ("0", "list")}
    found = monitored.wait_for(
        lambda found: set(samples(found, name)) == expected and samples(found, name))
    assert found["0", "large:4"] == client.memory_usage("large:4")
    assert found["0", "list"] == client.memory_usage("list")
    # What has gone is not shown any more.
    client.delete("list")
    assert ("0", "list") not in samples(monitored.families(), name)
    client.flushall()
    monitored.wait_for(lambda found: samples(found, name) == {})


def test_hot_keys(monitored):
    client = monitored.client
    client.select(3)
    name = "redwing_hot_key_commands_per_second"

    def load(found):
        pipe = client.pipeline(transaction=False)
        for number in range(200):
            pipe.get("hot" if number % 2 else f"cold:{number}:{time.monotonic_ns()}")
            if number % 10 == 0:
                pipe.hget(b"binary\xff\n\"key\\", "f")
        pipe.execute()
        found = samples(found, name)
        return ("3", "hot") in found and found

    found = monitored.wait_for(load)
    assert max(found, key=found.get) == ("3", "hot")
    assert not any(key.startswith("cold") for _, key in found)
    assert ("3", 'binary\\xff\\x0a"key\\') in found


def test_top_keys_can_be_turned_off(monitored):
    client = monitored.client
    client.set("large", "v" * 100_000)
    monitored.wait_for(lambda found: samples(found, "redwing_largest_key_bytes"))
    client.config_set("metrics-top-keys", 0)
    assert samples(monitored.families(), "redwing_largest_key_bytes") == {}
    client.config_set("metrics-top-keys", 5)
    monitored.wait_for(lambda found: samples(found, "redwing_largest_key_bytes"))


def test_ports_change_while_clients_stay(monitored):
    with monitored.connect() as kept:
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_response(kept)[1] == b"ok\n"
        former, monitored.port = monitored.port, free_port()
        assert monitored.client.config_set("metrics-port", monitored.port)
        assert monitored.get("/healthz")[0] == 200
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, former), timeout=TIMEOUT)
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_response(kept)[1] == b"ok\n"
    with pytest.raises(redis.ResponseError, match="metrics-port.*Address already in use"):
        monitored.client.config_set("metrics-port", monitored.server.port)
    assert monitored.get("/healthz")[0] == 200
    assert monitored.client.config_set("metrics-port", 0)
    with pytest.raises(ConnectionRefusedError):
        monitored.connect()


def test_a_taken_port_ends_the_start(start_server, server_binary, tmp_path):
    server = start_server()
    if not server.is_redwing:
        pytest.skip("Redwing's own")
    result = subprocess.run(
        [str(server_binary), "--port", str(free_port()), "--bind", HOST, "--dir", str(tmp_path),
         "--metrics-port", str(server.port)],
        timeout=TIMEOUT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Address already in use" in result.stdout


def test_not_ready_while_loading(start_monitored):
    monitored = start_monitored("--enable-debug-command", "yes")
    monitored.client.execute_command("DEBUG", "POPULATE", "1000000")
    monitored.client.save()
    server = monitored.server
    server.kill()
    server._spawn()
    seen = []
    deadline = time.monotonic() + TIMEOUT
    while (200, b"ready\n") not in seen:
        assert time.monotonic() < deadline
        try:
            seen.append(monitored.get("/readyz")[::2])
            assert monitored.get("/healthz")[0] == 200
        except (urllib.error.URLError, ConnectionError):
            pass
    assert set(seen) <= {(503, b"loading\n"), (200, b"ready\n")}
    assert (503, b"loading\n") in seen


# How it bears its clients.

def test_head_has_no_body(monitored):
    with monitored.connect() as connection:
        answer = exchange(
            connection, b"HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]) > 1000
    assert body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"])
def test_other_methods_are_not_allowed(monitored, method):
    status, headers, _ = monitored.get("/metrics", method=method)
    assert status == 405
    assert headers["Allow"] == "GET, HEAD"


def test_a_form_is_not_allowed_either(monitored):
    with monitored.connect() as connection:
        answer = exchange(
            connection, b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
            + b"x" * 100_000)
    assert answer.startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metricsx", "/../metrics", "/%6detrics"])
def test_unknown_pages(monitored, path):
    assert monitored.get(path)[0] == 404


def test_queries_and_whole_addresses_are_understood(monitored):
    assert monitored.get("/healthz?x=1")[0] == 200
    with monitored.connect() as connection:
        assert exchange(
            connection, b"GET HTTP://any/healthz?x HTTP/1.1\r\nHost: any\r\nConnection: close"
            b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET /healthz\r\n\r\n", 400),
    (b"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nnocolon\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", 400),
    (b"GET /health\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    (b"GET /healthz FTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 413),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 65 + b"\r\n", 431),
    (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000, 431),
    (b"*1\r\n$4\r\nPING\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    (b"\r\n\r\n\r\n\r\n\r\n\r\n", 400),
    (b"\x00", 400),
])
def test_bad_requests(monitored, request_bytes, status):
    with monitored.connect() as connection:
        answer = exchange(connection, request_bytes)
    assert answer.split(b" ")[1] == str(status).encode()
    assert b"Connection: close\r\n" in answer
    assert monitored.client.ping()


def test_a_request_in_single_bytes(monitored):
    with monitored.connect() as connection:
        for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r":
            connection.sendall(bytes([byte]))
        assert exchange(connection, b"\n").startswith(b"HTTP/1.1 200 ")


def test_requests_follow_each_other(monitored):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with monitored.connect() as connection:
        for _ in range(3):
            connection.sendall(one)
            assert read_response(connection)[1] == b"ok\n"
        # Several at once, the last one cut.
        connection.sendall(one * 20 + b"HEAD /healthz HTTP/1.0\r")
        answer = exchange(connection, b"\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 21
    assert answer.count(b"\r\n\r\nok\n") == 20


def test_old_clients_are_closed_unless_they_ask(monitored):
    with monitored.connect() as connection:
        answer = exchange(connection, b"GET /readyz HTTP/1.0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"ready\n")
    with monitored.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET /readyz HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            assert b"Connection: keep-alive" in read_response(connection)[0]


def test_slow_clients_neither_stay_nor_keep_others_out(monitored):
    """More slow clients than there are places: others are served all the same, and in the end
    each slow one has been told so, or has lost its place."""
    slow = [monitored.connect() for _ in range(50)]
    began = time.monotonic()
    for connection in slow:
        connection.sendall(b"GET /metrics HTT")
    latencies = []
    while time.monotonic() - began < 7:
        for connection in slow:
            try:
                connection.send(b"P")
            except OSError:
                pass
        assert monitored.get("/healthz")[0] == 200
        start = time.monotonic()
        monitored.client.ping()
        latencies.append(time.monotonic() - start)
        time.sleep(0.1)
    for connection in slow:
        try:
            answer = connection.recv(1000)
        except ConnectionResetError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
        connection.close()
    assert sorted(latencies)[len(latencies) // 2] < 0.05


def test_clients_that_do_not_read_are_closed(monitored):
    """A client asks for page after page and reads none: it is neither served without end nor
    kept."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(TIMEOUT)
        connection.connect((HOST, monitored.port))
        request = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
        deadline = time.monotonic() + TIMEOUT
        closed = False
        connection.setblocking(False)
        while not closed:
            assert time.monotonic() < deadline
            try:
                connection.send(request)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                closed = True
    assert monitored.get("/healthz")[0] == 200


def test_a_flood_does_not_hold_commands_up(monitored):
    connections = [monitored.connect() for _ in range(20)]
    for connection in connections:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
    latencies = []
    for _ in range(200):
        start = time.monotonic()
        monitored.client.ping()
        latencies.append(time.monotonic() - start)
    for connection in connections:
        connection.close()
    assert sorted(latencies)[100] < 0.05
    assert monitored.get("/metrics")[0] == 200


def test_clients_that_leave_at_once(monitored):
    for request in [b"", b"GET", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"] * 30:
        with monitored.connect() as connection:
            connection.sendall(request)
    assert monitored.get("/metrics")[0] == 200
