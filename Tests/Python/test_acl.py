"""Users: redis-py's ACL commands, files of users over restarts, connections that are lost."""

import contextlib
import hashlib
import os
import subprocess
import time

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from servers import HOST, ServerFailure, free_port


def connect(server, protocol=2, **options):
    """A client with one connection, which does not connect again by itself."""
    options.setdefault("decode_responses", True)
    return redis.Redis(
        port=server.port, protocol=protocol, retry=Retry(NoBackoff(), 0),
        single_connection_client=True, **options)


@pytest.fixture
def users(server, client):
    """The shared server, without the users that a test makes."""
    yield server
    names = [name for name in client.acl_users() if name != "default"]
    if names:
        client.acl_deluser(*names)
    client.acl_log_reset()


def test_a_user_is_made_shown_and_removed(users, client):
    assert client.acl_setuser(
        "reporter", enabled=True, passwords=["+secret", "+other"], categories=["+@read"],
        commands=["-get", "+config|get"], keys=["report:*"], channels=["news"],
        selectors=[("+set", "~scratch:*")])
    user = client.acl_getuser("reporter")
    assert user["flags"] == ["on"]
    assert user["passwords"] == [
        hashlib.sha256(word).hexdigest() for word in (b"secret", b"other")]
    assert {"-get", "+config|get"} <= set(user["commands"])
    assert user["keys"] == ["~report:*"]
    assert user["channels"] == ["&news"]
    assert "reporter" in client.acl_users()
    assert any(line.startswith("user reporter on #") for line in client.acl_list())
    assert client.acl_dryrun("reporter", "STRLEN", "report:1") == "OK"
    assert "no permissions" in client.acl_dryrun("reporter", "GET", "report:1")
    assert client.acl_deluser("reporter", "nobody") == 1
    assert client.acl_getuser("reporter") is None


def test_permissions_over_the_wire(users, client, protocol):
    client.acl_setuser("u", enabled=True, passwords=["+pw"], commands=["+get", "+set", "+mget"],
                       keys=["mine:*"])
    with connect(users, protocol, username="u", password="pw") as mine:
        assert mine.set("mine:1", "x") is True
        assert mine.mget("mine:1", "mine:2") == ["x", None]
        with pytest.raises(redis.exceptions.NoPermissionError):
            mine.get("other")
        with pytest.raises(redis.exceptions.NoPermissionError, match="'del' command"):
            mine.delete("mine:1")
    with pytest.raises(redis.exceptions.AuthenticationError):
        connect(users, protocol, username="u", password="wrong").get("mine:1")
    log = client.acl_log()
    # The client library's greeting may be refused before.
    assert [entry["reason"] for entry in log[:3]] == ["auth", "command", "key"]
    assert log[1]["object"] == "del" and log[1]["username"] == "u"
    assert 0 <= float(log[0]["age-seconds"]) < 60
    assert "default" in str(client.acl_log(1)[0]["client-info"])


def test_passwords_of_generated_length(users, client):
    assert len(client.acl_genpass()) == 64
    assert len(client.acl_genpass(5)) == 2
    assert len({client.acl_genpass() for _ in range(20)}) == 20


def test_a_removed_user_loses_its_connections(users, client, protocol):
    client.acl_setuser("gone", enabled=True, nopass=True, categories=["+@all"], keys=["*"])
    client.acl_setuser("stays", enabled=True, nopass=True, categories=["+@all"], keys=["*"])
    gone = [connect(users, protocol, username="gone", password="x") for _ in range(3)]
    stays = connect(users, protocol, username="stays", password="x")
    for one in [*gone, stays]:
        assert one.ping()
    assert client.acl_deluser("gone") == 1
    for one in gone:
        with pytest.raises(redis.ConnectionError):
            one.connection.send_command("PING")
            one.connection.read_response()
    assert stays.ping()
    # Who removes itself still gets the answer.
    assert stays.acl_deluser("stays") == 1
    with pytest.raises(redis.ConnectionError):
        stays.connection.send_command("PING")
        stays.connection.read_response()


def test_users_of_a_file_survive_a_restart(start_server, server_binary, tmp_path):
    file = tmp_path / "users.acl"
    file.write_text("user admin on >root ~* &* +@all\nuser reader on >r ~data:* +@read\n")
    os.chmod(file, 0o600)
    server = start_server("--aclfile", str(file))
    with connect(server, username="admin", password="root") as admin:
        assert admin.acl_users() == ["admin", "default", "reader"]
        admin.set("data:1", "x")
        admin.acl_setuser("writer", enabled=True, passwords=["+w"], commands=["+set"],
                          keys=["data:*"])
        assert admin.acl_save() is True
        admin.acl_setuser("lost", enabled=True)
    saved = file.read_text()
    assert "user writer on #" in saved and "lost" not in saved and ">w" not in saved
    assert file.stat().st_mode & 0o777 in (0o600, 0o644)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["users.acl"]
    server.terminate()
    server.start()
    with connect(server, username="writer", password="w") as writer:
        assert writer.set("data:2", "y") is True
        with pytest.raises(redis.exceptions.NoPermissionError):
            writer.get("data:2")


def test_loading_a_file_again(start_server, tmp_path):
    file = tmp_path / "users.acl"
    file.write_text("user a on nopass ~* +@all\nuser b on nopass ~* +@all\n")
    server = start_server("--aclfile", str(file))
    with connect(server) as admin:
        a = connect(server, username="a", password="x")
        b = connect(server, username="b", password="x")
        assert a.ping() and b.ping()
        file.write_text("user b on nopass ~* +ping\nnonsense\n")
        with pytest.raises(redis.ResponseError, match="users.acl:2 should start with user"):
            admin.acl_load()
        assert a.ping() and b.get("k") is None
        file.write_text("user b on nopass ~* +ping\n")
        assert admin.acl_load() is True
        assert b.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            b.get("k")
        with pytest.raises(redis.ConnectionError):
            a.connection.send_command("PING")
            a.connection.read_response()


def test_a_wrong_file_keeps_the_server_from_starting(start_server, tmp_path):
    file = tmp_path / "users.acl"
    file.write_text("user a on +nosuchcommand\n")
    with pytest.raises(ServerFailure, match="nosuchcommand"):
        start_server("--aclfile", str(file))
    with pytest.raises(ServerFailure):
        start_server("--aclfile", str(tmp_path / "missing.acl"))


@contextlib.contextmanager
def started_with_file(binary, file):
    """A client of a server whose configuration file can be rewritten."""
    port = free_port()
    process = subprocess.Popen(
        [str(binary), str(file), "--port", str(port), "--bind", HOST, "--save", ""],
        cwd=file.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            client = redis.Redis(port=port, decode_responses=True)
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.01)
        with client:
            yield client
    finally:
        process.kill()
        process.wait()


def test_users_of_the_configuration_are_rewritten(server_binary, tmp_path):
    file = tmp_path / "server.conf"
    file.write_text("# mine\nuser a on >secret ~a +@all\nuser default on nopass ~* &* +@all\n")
    with started_with_file(server_binary, file) as admin:
        assert admin.acl_users() == ["a", "default"]
        admin.acl_setuser("b", enabled=True, nopass=True)
        admin.acl_deluser("a")
        assert admin.config_rewrite()
    text = file.read_text()
    assert text.startswith("# mine\n")
    assert "user b on nopass" in text and "user a " not in text
    with started_with_file(server_binary, file) as admin:
        assert admin.acl_users() == ["b", "default"]
