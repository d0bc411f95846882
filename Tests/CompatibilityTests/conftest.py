"""Options and fixtures: the server under test beside the one it has to agree with."""

import pathlib

import pytest

import oracles
from player import Side
from servers import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGUMENTS = ("--enable-debug-command", "yes")


def pytest_addoption(parser):
    parser.addoption(
        "--server-binary", default=str(ROOT / ".build" / "release" / "redwing-server"),
        help="the redwing-server (or valkey-server) that is held against the oracle")
    parser.addoption(
        "--oracles", type=pathlib.Path, default=None,
        help="the Python environment that has the packages with the oracles")


@pytest.fixture(scope="session")
def start_side(request, tmp_path_factory):
    """Starts a server from a binary, as a side of the comparison."""
    servers = []

    def start(binary, name):
        servers.append(Server(binary, tmp_path_factory.mktemp(name), *ARGUMENTS).start())
        return Side(servers[-1])

    yield start
    for server in servers:
        server.kill()


def _oracle(request, start_side, name):
    try:
        binary = oracles.find(name, request.config.getoption("--oracles"))
    except oracles.Unavailable as reason:
        pytest.skip(str(reason))
    return start_side(binary, name)


@pytest.fixture(scope="session")
def valkey(request, start_side):
    return _oracle(request, start_side, "valkey")


@pytest.fixture(scope="session")
def redis_8(request, start_side):
    return _oracle(request, start_side, "redis")


@pytest.fixture(scope="session")
def tested(request, start_side):
    binary = pathlib.Path(request.config.getoption("--server-binary")).resolve()
    if not binary.is_file():
        pytest.exit(f"no server at {binary}; build it, or name one with --server-binary=PATH", 2)
    return start_side(binary, "tested")
