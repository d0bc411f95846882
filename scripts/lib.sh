# Shell functions that the scripts of this folder share: messages, Debian packages, builds, the
# Python environment of the tests. Sourced by bash after `set -euo pipefail`.

# The root of the checkout; every script works from here, wherever it was called from.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Installs those of the named Debian packages that are missing. Services that come with them are not
# started: a policy file says so for the length of the installation, unless the machine has its own.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "these Debian packages, or their like, are needed: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "install as root first: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" bash -s -- "${missing[@]}" >&2 <<'INSTALL'
set -euo pipefail
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends "$@" </dev/null || {
    apt-get update -q
    apt-get install -y -q --no-install-recommends "$@" </dev/null
}
INSTALL
}

# What every build needs: the Swift toolchain and the C libraries that the package links.
need_build_tools() {
    command -v swift >/dev/null ||
        fail "swift 6.3 or later is needed on the PATH; see https://www.swift.org/install/linux/"
    need_packages pkg-config liblz4-dev libxxhash-dev libssl-dev \
        liblua5.1-0-dev lua-cjson-dev lua-bitop-dev
}

# Builds the server with optimisation and leaves its path in SERVER_BINARY. Swift's run-time
# libraries are linked in, so that the file starts fast and runs where no toolchain is.
build_release_server() {
    local options=(-c release --static-swift-stdlib --product redwing-server)
    (cd "$ROOT" && swift build "${options[@]}" >&2)
    SERVER_BINARY=$(cd "$ROOT" && swift build "${options[@]}" --show-bin-path)/redwing-server
}

# Makes sure that a virtual environment of the given name has exactly the packages of a requirements
# file, and leaves its path in VENV. It is made anew when that file or the interpreter changes.
need_venv() {
    local name=$1 requirements=$2 python=${PYTHON:-python3}
    command -v "$python" >/dev/null || need_packages python3
    "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
    VENV="$ROOT/.build/python/$name"
    local stamp
    stamp=$("$python" -c 'import sys; print(sys.version)' && cat "$requirements")
    if [ ! -f "$VENV/stamp" ] || [ "$(cat "$VENV/stamp")" != "$stamp" ]; then
        say "making the Python environment $name"
        rm -rf "$VENV"
        "$python" -m venv "$VENV"
        "$VENV/bin/pip" install -q --disable-pip-version-check -r "$requirements" >&2
        printf '%s\n' "$stamp" >"$VENV/stamp"
    fi
}
