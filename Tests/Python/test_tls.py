"""TLS: clients and their certificates, large and slow traffic, certificates that change while
clients are served, and peers that do it wrong."""

import asyncio
import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest
import redis
import redis.asyncio

from certificates import Authority
from servers import HOST, ServerFailure, free_port

PING = b"*1\r\n$4\r\nPING\r\n"
PONG = b"+PONG\r\n"
NOT_UPDATED = "Unable to update TLS configuration. Check server logs."


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"))
    authority.server = authority.issue("server")
    authority.client = authority.issue("client")
    return authority


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """An authority that the server does not know."""
    authority = Authority(tmp_path_factory.mktemp("strangers"))
    authority.client = authority.issue("stranger")
    return authority


@pytest.fixture
def start_tls(start_server, authority):
    """Starts a server with a port for TLS, `server.tls_port`."""

    def start(*arguments, certificate=None):
        certificate, key = certificate or authority.server
        port = free_port()
        server = start_server(
            "--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file",
            str(key), "--tls-ca-cert-file", str(authority.certificate), *arguments)
        server.tls_port = port
        return server

    return start


@pytest.fixture
def server(start_tls):
    server = start_tls()
    yield server
    assert server.process.poll() is None, server.tail()
    assert server.ask(b"PING\r\n") == PONG


def context(authority, certificate=True, **settings):
    """A client's context; `certificate` is a pair of files, False for none."""
    made = ssl.create_default_context(cafile=authority.certificate)
    if certificate:
        pair = authority.client if certificate is True else certificate
        made.load_cert_chain(*pair)
    for name, value in settings.items():
        setattr(made, name, value)
    return made


@contextlib.contextmanager
def connect(server, made, session=None, timeout=20.0):
    with socket.create_connection((HOST, server.tls_port), timeout=timeout) as plain:
        with made.wrap_socket(
                plain, server_hostname=HOST, session=session,
                suppress_ragged_eofs=False) as wrapped:
            yield wrapped


def ask(connection, request=PING):
    connection.sendall(request)
    return connection.recv(4096)


def options(server, authority, **further):
    return {
        "port": server.tls_port, "ssl": True, "ssl_ca_certs": str(authority.certificate),
        "ssl_certfile": str(authority.client[0]), "ssl_keyfile": str(authority.client[1]),
        **further}


def wait_for_log(server, pattern):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = re.findall(pattern, server.log.read_text(errors="replace"))
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{pattern} is not in the log\n{server.tail()}")


def receive(connection, count):
    received = bytearray()
    while len(received) < count:
        part = connection.recv(1 << 16)
        assert part, f"the end came after {len(received)} of {count} bytes"
        received += part
    return bytes(received)


# What clients do all day.


def test_redis_py(server, authority, protocol):
    with redis.Redis(**options(server, authority), protocol=protocol) as client:
        assert client.set("key", "value") is True
        assert client.get("key") == b"value"
        client.hset("hash", mapping={"a": "1", "b": "2"})
        assert client.hgetall("hash") == {b"a": b"1", b"b": b"2"}
        with client.pipeline(transaction=False) as pipeline:
            for index in range(10_000):
                pipeline.set(f"key:{index}", index)
            assert pipeline.execute() == [True] * 10_000
        assert client.dbsize() == 10_002
        assert client.client_info()["laddr"].endswith(f":{server.tls_port}")


def test_asyncio(server, authority, run):
    async def body():
        client = redis.asyncio.Redis(**options(server, authority))
        await asyncio.gather(*(client.set(f"key:{index}", index) for index in range(50)))
        values = await asyncio.gather(*(client.get(f"key:{index}") for index in range(50)))
        await client.aclose()
        return values

    assert run(body()) == [str(index).encode() for index in range(50)]


def test_redis_cli(server, authority):
    command = [
        "redis-cli", "-p", str(server.tls_port), "--tls", "--cacert", str(authority.certificate),
        "--cert", str(authority.client[0]), "--key", str(authority.client[1])]
    if not shutil.which("redis-cli"):
        pytest.skip("there is no redis-cli")
    done = subprocess.run(
        command, input="SET a 1\nGET a\nDEBUG SLEEP 0\n", capture_output=True, text=True,
        timeout=20)
    assert done.stdout.splitlines()[:2] == ["OK", '1']


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 32_767, 65_536, 30_000_001])
def test_values_of_every_size_both_ways(server, authority, size):
    value = bytes(range(256)) * (size // 256) + bytes(size % 256)
    with redis.Redis(**options(server, authority)) as client:
        client.set("key", value)
        assert client.get("key") == value
        assert client.mget("key", "key", "none") == [value, value, None]


@pytest.mark.parametrize("step", [1, 2, 7, 100])
def test_requests_in_small_records(server, authority, step):
    request = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$10\r\n0123456789\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
    with connect(server, context(authority)) as connection:
        for at in range(0, len(request), step):
            connection.sendall(request[at:at + step])
        assert receive(connection, 22) == b"+OK\r\n$10\r\n0123456789\r\n"


def test_many_requests_without_a_pause(server, authority):
    """More input than one read takes, more records than one segment holds."""
    with connect(server, context(authority)) as connection:
        sender = threading.Thread(target=connection.sendall, args=(PING * 200_000,))
        sender.start()
        assert receive(connection, len(PONG) * 200_000) == PONG * 200_000
        sender.join()


def test_slow_reader(server, authority):
    """Replies that the socket does not take at once, while the same client sends on."""
    with redis.Redis(**options(server, authority)) as client:
        client.set("small", b"s" * 1000)
        client.set("large", b"l" * 300_000)
    requests = (b"GET small\r\n" * 50 + b"GET large\r\n") * 40
    expected = (b"$1000\r\n" + b"s" * 1000 + b"\r\n") * 50
    expected += b"$300000\r\n" + b"l" * 300_000 + b"\r\n"
    with connect(server, context(authority)) as connection:
        connection.sendall(requests)
        time.sleep(0.5)
        with redis.Redis(port=server.port) as other:
            pending = max(int(entry["omem"]) for entry in other.client_list())
        assert not server.is_redwing or pending > 1_000_000
        connection.sendall(PING)
        assert receive(connection, len(expected) * 40 + len(PONG)) == expected * 40 + PONG


def test_coming_while_a_script_runs(start_tls, authority):
    """Who wants to end a script that does not end has to get in first."""
    server = start_tls("--busy-reply-threshold", "50")
    with redis.Redis(port=server.port) as client:

        def run():
            with pytest.raises(redis.ResponseError, match="killed"):
                client.eval("while true do end", 0)

        thread = threading.Thread(target=run)
        thread.start()
        deadline = time.monotonic() + 20
        answer = PONG
        while not answer.startswith(b"-BUSY") and time.monotonic() < deadline:
            answer = server.ask(b"PING\r\n")
        with connect(server, context(authority)) as connection:
            assert ask(connection).startswith(b"-BUSY")
            assert ask(connection, b"SCRIPT KILL\r\n") == b"+OK\r\n"
        thread.join()


def test_only_tls(start_tls, authority, server_binary, tmp_path):
    """`port 0`: the server is reached by TLS alone."""
    port = free_port()
    command = [
        str(server_binary), "--port", "0", "--bind", HOST, "--save", "", "--dir", str(tmp_path),
        "--tls-port", str(port), "--tls-cert-file", str(authority.server[0]),
        "--tls-key-file", str(authority.server[1]),
        "--tls-ca-cert-file", str(authority.certificate)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection((HOST, port)).close()
                break
            time.sleep(0.01)
        with socket.create_connection((HOST, port)) as plain:
            with context(authority).wrap_socket(plain, server_hostname=HOST) as connection:
                assert ask(connection) == PONG
                information = ask(connection, b"INFO server\r\n")
        assert f"tcp_port:{port}\r\n".encode() in information
        assert f"listener2:name=tls,bind={HOST},port={port}\r\n".encode() in information
    finally:
        process.kill()
        process.wait()


# Who may come, and with what.


def test_a_certificate_is_needed(server, authority, strangers):
    for certificate in (False, strangers.client):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            with connect(server, context(authority, certificate)) as connection:
                ask(connection)
    wait_for_log(server, r"Error accepting a client connection: .*certificate")


def test_optional_certificates(start_tls, authority, strangers):
    server = start_tls("--tls-auth-clients", "optional")
    for certificate in (False, True):
        with connect(server, context(authority, certificate)) as connection:
            assert ask(connection) == PONG
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with connect(server, context(authority, strangers.client)) as connection:
            ask(connection)


def test_certificates_of_clients_can_be_ignored(start_tls, authority, strangers):
    server = start_tls("--tls-auth-clients", "no")
    for certificate in (False, True, strangers.client):
        with connect(server, context(authority, certificate)) as connection:
            assert ask(connection) == PONG


def test_a_session_is_not_resumed_under_a_stricter_rule(start_tls, authority):
    server = start_tls("--tls-auth-clients", "no")
    made = context(authority, False, maximum_version=ssl.TLSVersion.TLSv1_2)
    with connect(server, made) as connection:
        assert ask(connection) == PONG
        session = connection.session
    with redis.Redis(port=server.port) as client:
        client.config_set("tls-auth-clients", "yes")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with connect(server, made, session) as connection:
            ask(connection)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("caching", ["yes", "no"])
def test_resumption(start_tls, authority, version, caching):
    server = start_tls("--tls-session-caching", caching)
    made = context(authority, minimum_version=version, maximum_version=version)
    with connect(server, made) as connection:
        assert ask(connection) == PONG
        session = connection.session
    with connect(server, made, session) as connection:
        assert ask(connection) == PONG
        if caching == "yes" or server.is_redwing:
            assert connection.session_reused == (caching == "yes")


def test_protocol_versions(start_tls, authority):
    server = start_tls("--tls-protocols", "TLSv1.2")
    with connect(server, context(authority)) as connection:
        assert connection.version() == "TLSv1.2"
    newer = context(authority, minimum_version=ssl.TLSVersion.TLSv1_3)
    with pytest.raises(ssl.SSLError):
        with connect(server, newer):
            pass
    with redis.Redis(port=server.port) as client:
        client.config_set("tls-protocols", "TLSv1.2 TLSv1.3")
        for wrong in ("TLSv1.4", "TLSv1.2  TLSv1.3", "tls"):
            with pytest.raises(redis.ResponseError, match=NOT_UPDATED):
                client.config_set("tls-protocols", wrong)
        assert client.config_get("tls-protocols") == {"tls-protocols": "TLSv1.2 TLSv1.3"} or (
            client.config_get("tls-protocols") == {b"tls-protocols": b"TLSv1.2 TLSv1.3"})
    with connect(server, newer) as connection:
        assert connection.version() == "TLSv1.3"


def test_ciphers(start_tls, authority):
    server = start_tls(
        "--tls-ciphers", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
        "--tls-ciphersuites", "TLS_AES_128_GCM_SHA256", "--tls-prefer-server-ciphers", "yes")
    with connect(server, context(authority)) as connection:
        assert connection.cipher()[0] == "TLS_AES_128_GCM_SHA256"
    older = context(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    older.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256")
    with connect(server, older) as connection:
        assert connection.cipher()[0] == "ECDHE-RSA-AES128-GCM-SHA256"
    with redis.Redis(port=server.port) as client:
        client.config_set("tls-prefer-server-ciphers", "no")
        for name in ("tls-ciphers", "tls-ciphersuites"):
            with pytest.raises(redis.ResponseError, match=NOT_UPDATED):
                client.config_set(name, "NO-SUCH-CIPHER")
    with connect(server, older) as connection:
        assert connection.cipher()[0] == "ECDHE-RSA-AES256-GCM-SHA384"


def test_dh_parameters(start_tls, authority):
    server = start_tls("--tls-dh-params-file", str(authority.dh_parameters()))
    made = context(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    made.set_ciphers("DHE-RSA-AES128-GCM-SHA256")
    with connect(server, made) as connection:
        assert ask(connection) == PONG
        assert connection.cipher()[0] == "DHE-RSA-AES128-GCM-SHA256"


def test_directory_of_authorities(start_tls, authority, tmp_path):
    directory = tmp_path / "authorities"
    directory.mkdir()
    shutil.copy(authority.certificate, directory / "one.pem")
    (directory / "README").write_text("no certificate\n")
    server = start_tls("--tls-ca-cert-file", "", "--tls-ca-cert-dir", str(directory))
    if not server.is_redwing:
        subprocess.run(["openssl", "rehash", str(directory)], check=True)
    with connect(server, context(authority)) as connection:
        assert ask(connection) == PONG


def test_encrypted_key(start_tls, authority):
    certificate = authority.issue("locked", passphrase="open sesame")
    server = start_tls("--tls-key-file-pass", "open sesame", certificate=certificate)
    with connect(server, context(authority)) as connection:
        assert ask(connection) == PONG
    with redis.Redis(port=server.port) as client:
        with pytest.raises(redis.ResponseError, match=NOT_UPDATED):
            client.config_set("tls-key-file-pass", "wrong")
    with connect(server, context(authority)) as connection:
        assert ask(connection) == PONG
    assert "sesame" not in server.log.read_text()


# Starts that must not succeed.


def expired_certificate(authority):
    return authority.issue("expired", days=-1)


@pytest.mark.parametrize("change, reason", [
    (("--tls-cert-file", ""), "No tls-cert-file configured!"),
    (("--tls-key-file", ""), "No tls-key-file configured!"),
    (("--tls-ca-cert-file", ""), "tls-ca-cert-dir"),
    (("--tls-cert-file", "none.crt"), "Failed to load certificate: none.crt"),
    (("--tls-key-file", "none.key"), "Failed to load private key: none.key"),
    (("--tls-key-file", "OTHER"), "Failed to load private key: .*key values mismatch"),
    (("--tls-key-file", "LOCKED"), "Failed to load private key"),
    (("--tls-ca-cert-file", "none.crt"), "Failed to configure CA"),
    (("--tls-ca-cert-dir", "none"), "CA certificate"),
    (("--tls-protocols", "SSLv3"), "tls-protocols"),
    (("--tls-ciphers", "NONE-SUCH"), "NONE-SUCH"),
    (("--tls-dh-params-file", "none.pem"), "none.pem"),
    (("--tls-dh-params-file", "CERTIFICATE"), "server.crt"),
], ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_refused_at_the_start(start_tls, authority, change, reason):
    files = {
        "OTHER": authority.client[1], "CERTIFICATE": authority.server[0],
        "LOCKED": authority.directory / "locked.key"}
    if change[1] == "LOCKED":
        authority.issue("locked", passphrase="open sesame")
    with pytest.raises(ServerFailure, match=reason):
        start_tls(change[0], str(files.get(change[1], change[1])))


def test_expired_certificate(start_tls, authority, server_binary):
    if not server_binary.name.startswith("redwing"):
        pytest.skip("older servers take it")
    with pytest.raises(ServerFailure, match="expired"):
        start_tls(certificate=authority.issue("expired", days=-1))


def test_port_that_is_taken(start_tls, authority):
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        server = start_tls()
        with redis.Redis(port=server.port) as client:
            with pytest.raises(redis.ResponseError, match="Unable to listen on this port"):
                client.config_set("tls-port", port)
        with connect(server, context(authority)) as connection:
            assert ask(connection) == PONG


# Certificates and ports that change while clients are served.


def serial(connection):
    return connection.getpeercert()["serialNumber"]


def test_new_certificate(server, authority):
    renewed = authority.issue("renewed")
    with connect(server, context(authority)) as old, redis.Redis(port=server.port) as client:
        client.config_set("tls-cert-file", str(renewed[0]), "tls-key-file", str(renewed[1]))
        with connect(server, context(authority)) as new:
            assert ask(new) == ask(old) == PONG
            assert serial(new) != serial(old)
            if server.is_redwing:
                assert client.info("tls")["tls_server_cert_serial"] == serial(new)
                left = client.info("tls")["tls_server_cert_expires_in_seconds"]
                assert 29 * 86_400 < left <= 30 * 86_400


def test_same_name_new_content(start_tls, authority, tmp_path):
    """Setting the name that a file already has loads the file again."""
    pair = [tmp_path / "a.crt", tmp_path / "a.key"]
    for source, target in zip(authority.server, pair):
        shutil.copy(source, target)
    server = start_tls(certificate=pair)
    with connect(server, context(authority)) as connection:
        before = serial(connection)
    for source, target in zip(authority.issue("renewed"), pair):
        shutil.copy(source, target)
    with connect(server, context(authority)) as connection:
        assert serial(connection) == before
    with redis.Redis(port=server.port) as client:
        client.config_set("tls-cert-file", str(pair[0]))
    with connect(server, context(authority)) as connection:
        assert serial(connection) != before


def test_bad_certificates_change_nothing(server, authority, tmp_path):
    garbage = tmp_path / "garbage.crt"
    garbage.write_bytes(b"-----BEGIN CERTIFICATE-----\n" + bytes(range(256)) * 10)
    other = authority.issue("other")
    with connect(server, context(authority)) as old, redis.Redis(port=server.port) as client:
        before = serial(old)
        for name, value in [
                ("tls-cert-file", "none.crt"), ("tls-cert-file", garbage), ("tls-cert-file", ""),
                ("tls-cert-file", other[0]), ("tls-key-file", other[1]),
                ("tls-key-file", "/dev/null"), ("tls-ca-cert-file", garbage),
                ("tls-ca-cert-file", ""), ("tls-dh-params-file", garbage)]:
            with pytest.raises(redis.ResponseError) as caught:
                client.config_set(name, str(value))
            assert str(caught.value) == (
                f"CONFIG SET failed (possibly related to argument '{name}') - {NOT_UPDATED}")
        client.config_set("tls-cert-file", str(authority.server[0]))
        with connect(server, context(authority)) as new:
            assert serial(new) == before
            assert ask(old) == ask(new) == PONG


def test_files_are_watched(start_tls, authority, tmp_path, server_binary):
    if not server_binary.name.startswith("redwing"):
        pytest.skip("Valkey 9.1 has tls-auto-reload-interval, its predecessors do not")
    pair = [tmp_path / "a.crt", tmp_path / "a.key"]
    for source, target in zip(authority.server, pair):
        shutil.copy(source, target)
    server = start_tls("--tls-auto-reload-interval", "1", certificate=pair)
    with connect(server, context(authority)) as old:
        before = serial(old)
        pair[1].write_text("no key")
        wait_for_log(server, "Background TLS reload failed: Failed to load private key")
        with connect(server, context(authority)) as connection:
            assert serial(connection) == before
        for source, target in zip(authority.issue("renewed"), pair):
            shutil.copy(source, target)
        wait_for_log(server, "TLS materials reloaded successfully")
        with connect(server, context(authority)) as connection:
            assert serial(connection) != before
        assert ask(old) == PONG


def test_ports_come_and_go(start_server, authority):
    server = start_server()
    server.tls_port = free_port()
    with redis.Redis(port=server.port) as client:
        with pytest.raises(redis.ResponseError, match=NOT_UPDATED):
            client.config_set("tls-port", server.tls_port)
        client.config_set(
            "tls-cert-file", str(authority.server[0]), "tls-key-file", str(authority.server[1]),
            "tls-ca-cert-file", str(authority.certificate))
        client.config_set("tls-port", server.tls_port)
        with connect(server, context(authority)) as connection:
            assert ask(connection) == PONG
            client.config_set("tls-port", 0)
            assert ask(connection) == PONG
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((HOST, server.tls_port)).close()
        client.config_set("tls-port", server.tls_port)
        with connect(server, context(authority)) as connection:
            assert ask(connection, b"CONFIG SET port 0\r\n") == b"+OK\r\n"
            with pytest.raises(ConnectionRefusedError):
                server.connect().close()
            assert ask(connection, b"CONFIG SET port %d\r\n" % server.port) == b"+OK\r\n"
        assert server.ask(b"PING\r\n") == PONG


# Peers that do it wrong, and ends.


def test_quit_ends_tls_properly(server, authority):
    """The end is announced inside of TLS: without that, reading would raise an error."""
    with connect(server, context(authority)) as connection:
        connection.sendall(PING + b"*1\r\n$4\r\nQUIT\r\n")
        assert receive(connection, len(PONG) + 5) == PONG + b"+OK\r\n"
        assert connection.recv(100) == b""


def test_a_client_that_announces_its_end_gets_its_replies(server, authority):
    with connect(server, context(authority)) as connection:
        connection.sendall(PING * 100)
        assert receive(connection, len(PONG) * 100) == PONG * 100
        connection.unwrap()


@pytest.mark.parametrize("garbage", [
    b"PING\r\n", PING, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 1000,
    b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000,
    bytes(range(256)) * 100,
], ids=lambda value: repr(value[:12]))
def test_no_tls_on_the_port_for_tls(server, garbage):
    with socket.create_connection((HOST, server.tls_port), timeout=20) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    lines = wait_for_log(server, r"Error accepting a client connection: .*")
    assert len(lines) == 1


def test_tls_on_the_port_without_tls(server, authority):
    with socket.create_connection((HOST, server.port), timeout=20) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context(authority).wrap_socket(plain, server_hostname=HOST)
    if server.is_redwing:
        wait_for_log(server, "speaks TLS on a port without TLS")


def test_hello_in_pieces(server, authority):
    """The handshake goes on wherever the network cut it."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(authority).wrap_bio(incoming, outgoing, server_hostname=HOST)
    with socket.create_connection((HOST, server.tls_port), timeout=20) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def exchange(step):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    for byte in outgoing.read():
                        plain.sendall(bytes([byte]))
                    incoming.write(plain.recv(1 << 16))

        exchange(client.do_handshake)
        client.write(PING)
        assert exchange(lambda: client.read(100)) == PONG


def test_abandoned_handshakes(server, authority):
    """Connections that say nothing, or stop half way, keep nobody from coming."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(authority).wrap_bio(incoming, outgoing, server_hostname=HOST)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    held = []
    for index in range(100):
        held.append(socket.create_connection((HOST, server.tls_port), timeout=20))
        held[-1].sendall(hello[:index * 5] if index % 2 else hello)
    with connect(server, context(authority)) as connection:
        assert ask(connection) == PONG
    for connection in held:
        connection.close()
    with connect(server, context(authority)) as connection:
        assert ask(connection) == PONG


def test_too_many_clients(start_tls, authority):
    server = start_tls("--maxclients", "3")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            connection = stack.enter_context(connect(server, context(authority)))
            assert ask(connection) == PONG
        with pytest.raises((ssl.SSLError, ConnectionError)):
            stack.enter_context(connect(server, context(authority)))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            with connect(server, context(authority)) as connection:
                assert ask(connection) == PONG
                return
    raise AssertionError("nobody can come any more")


def run_s_client(server, authority, version, steps):
    """Types `steps` into `openssl s_client`, each when the answer to the last one has come."""
    process = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"{HOST}:{server.tls_port}", version,
         "-CAfile", str(authority.certificate), "-cert", str(authority.client[0]),
         "-key", str(authority.client[1])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    timer = threading.Timer(20, process.kill)
    timer.start()
    try:
        seen = b""
        for text, answer in steps:
            process.stdin.write(text)
            process.stdin.flush()
            while answer not in seen:
                part = process.stdout.read1(4096)
                if not part:
                    return seen
                seen += part
            seen = seen.partition(answer)[2]
        return seen
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def test_new_keys_within_a_connection(server, authority):
    steps = [(b"PING\r\n", PONG)] + [(b"K\n", b"KEYUPDATE"), (b"PING\r\n", PONG)] * 5
    assert b"error" not in run_s_client(server, authority, "-tls1_3", steps)


def test_renegotiation_is_refused(server, authority):
    seen = run_s_client(
        server, authority, "-tls1_2",
        [(b"PING\r\n", PONG), (b"R\n", b"RENEGOTIATING"), (b"", b"never")])
    assert b"no renegotiation" in seen


def test_a_storm_of_handshakes_does_not_stall_others(server, authority):
    made = context(authority)
    stop = threading.Event()
    failures = []

    def knock():
        while not stop.is_set():
            try:
                with connect(server, made) as connection:
                    assert ask(connection) == PONG
            except (OSError, AssertionError) as error:
                failures.append(error)

    with connect(server, made) as settled, server.connect() as plain:
        threads = [threading.Thread(target=knock) for _ in range(30)]
        for thread in threads:
            thread.start()
        times = []
        end = time.monotonic() + 2
        while time.monotonic() < end:
            for connection in (settled, plain):
                start = time.monotonic()
                assert ask(connection) == PONG
                times.append(time.monotonic() - start)
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures
    # The threads of this process hold its interpreter for milliseconds; the server must not add
    # the time of thirty handshakes.
    assert sorted(times)[len(times) // 2] < 0.1


# Users.


@pytest.mark.parametrize("field, name", [("CN", "{}"), ("URI", "urn:user:{}")])
def test_certificates_name_users(start_tls, authority, field, name, server_binary):
    if not server_binary.name.startswith("redwing"):
        pytest.skip("Valkey 9.1 has tls-auth-clients-user, its predecessors do not")
    server = start_tls("--tls-auth-clients-user", field)
    for person in ("known", "disabled", "unknown"):
        authority.issue(person)
    with redis.Redis(port=server.port, decode_responses=True) as admin:
        admin.execute_command("ACL", "SETUSER", "default", "on", ">secret", "resetpass", ">secret")
        admin.execute_command("AUTH", "secret")
        admin.execute_command(
            "ACL", "SETUSER", name.format("known"), "on", ">password", "~own:*", "+@all")
        admin.execute_command("ACL", "SETUSER", name.format("disabled"), "off", "~*", "+@all")

        def come(person):
            pair = [authority.directory / f"{person}.{kind}" for kind in ("crt", "key")]
            return connect(server, context(authority, pair))

        with come("known") as connection:
            assert name.format("known").encode() in ask(connection, b"ACL WHOAMI\r\n")
            assert ask(connection, b"SET own:a 1\r\n") == b"+OK\r\n"
            assert ask(connection, b"SET a 1\r\n").startswith(b"-NOPERM ")
            assert admin.execute_command("INFO", "stats")["acl_access_denied_tls_cert"] == 0
            admin.execute_command("ACL", "DELUSER", name.format("known"))
            assert connection.recv(100) == b""
        admin.execute_command("ACL", "LOG", "RESET")
        for person in ("known", "disabled", "unknown"):
            with come(person) as connection:
                assert ask(connection) == b"-NOAUTH Authentication required.\r\n"
        entries = admin.acl_log()
        assert [entry["reason"] for entry in entries] == ["tls-cert"] * 3
        assert [entry["username"] for entry in entries] == [
            name.format(person) for person in ("unknown", "disabled", "known")]
        assert admin.execute_command("INFO", "stats")["acl_access_denied_tls_cert"] == 3
        admin.config_set("tls-auth-clients-user", "off")
        admin.execute_command("ACL", "SETUSER", "known", "on", ">password", "~*", "+@all")
        with come("known") as connection:
            assert ask(connection) == b"-NOAUTH Authentication required.\r\n"
