"""Fixtures of the Python tests: a shared server, servers of one's own, and clients.

`--server-binary=PATH` chooses what is tested. The expectations are Valkey's answers, so the same
tests pass against a valkey-server; that is how they were checked.
"""

import asyncio
import pathlib

import pytest
import redis
import uvloop

from servers import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE_BINARY = ROOT / ".build" / "release" / "redwing-server"


def pytest_addoption(parser):
    parser.addoption(
        "--server-binary", default=str(RELEASE_BINARY),
        help="the redwing-server (or valkey-server) that the tests start")


@pytest.fixture(scope="session")
def server_binary(request):
    binary = pathlib.Path(request.config.getoption("--server-binary")).resolve()
    if not binary.is_file():
        pytest.exit(f"no server at {binary}; build it, or name one with --server-binary=PATH", 2)
    return binary


@pytest.fixture(scope="session")
def shared_server(server_binary, tmp_path_factory):
    server = Server(server_binary, tmp_path_factory.mktemp("shared")).start()
    yield server
    server.kill()


@pytest.fixture
def server(shared_server):
    """The shared server, emptied. It has to be as alive after the test as before."""
    with redis.Redis(port=shared_server.port) as client:
        client.flushall()
    yield shared_server
    assert shared_server.process.poll() is None, shared_server.tail()
    assert shared_server.ask(b"PING\r\n") == b"+PONG\r\n"


@pytest.fixture
def start_server(server_binary, tmp_path):
    """Starts servers of the test's own, with further arguments as on the command line."""
    servers = []

    def start(*arguments):
        directory = tmp_path / f"server{len(servers)}"
        directory.mkdir()
        servers.append(Server(server_binary, directory, *arguments))
        return servers[-1].start()

    yield start
    for server in servers:
        server.kill()


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def protocol(request):
    return request.param


@pytest.fixture
def client(server, protocol):
    """A redis-py client of the shared server, once for each protocol version."""
    with redis.Redis(port=server.port, protocol=protocol, decode_responses=True) as client:
        yield client


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request):
    """Runs a coroutine to its end, once on each event loop."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run(coroutine):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(asyncio.wait_for(coroutine, 60))

    return run
