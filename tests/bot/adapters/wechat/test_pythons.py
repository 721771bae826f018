"""Every Python that this machine has of those we promise: the SDK imports under the shim, and a round trip passes.

Looked for are python3.N on the PATH and what a version manager keeps; each gets an environment of its own, with the
very packages of requirements.lock that the SDK's process needs, by hash. Those that were found are named in the output.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run
from tests.platforms.recorder import free_port
from tests.platforms.wechat.fake import Gateway

pytestmark = pytest.mark.middle

PROMISED = ("3.11", "3.12", "3.13")
NEEDED = ("wechaty", "pydantic", "setuptools")  # what the process imports, and what those look for
SECONDS = 300.0


@cache
def interpreters() -> dict[str, str]:
    """Return a working interpreter for each minor version that is promised and here, our own first."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = {own: sys.executable} if own in PROMISED else {}
    for path in candidates():
        try:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout
        except OSError:
            continue
        version = re.match(r"Python (3\.\d+)\.", said)
        if version and version[1] in PROMISED:
            found.setdefault(version[1], str(path))
    return dict(sorted(found.items()))


def candidates() -> Iterator[Path]:
    """Yield what may be an interpreter: on the PATH, and in the folders of version managers."""
    for version in PROMISED:
        path = shutil.which(f"python{version}")
        yield from [Path(path)] if path else []
    homes = [os.environ.get("PYENV_ROOT", ""), str(Path.home() / ".pyenv")]
    if pyenv := shutil.which("pyenv"):
        homes.append(subprocess.run([pyenv, "root"], capture_output=True, text=True, timeout=20).stdout.strip())
    for home in dict.fromkeys(filter(None, homes)):
        yield from sorted(Path(home).glob("versions/3.1[1-3]*/bin/python3"))
    yield from sorted((Path.home() / ".local/share/uv/python").glob("*/bin/python3"))


@cache
def locked() -> str:
    """Return the part of requirements.lock that the process needs."""
    wanted, queue = set[str](), list(NEEDED)
    while queue:
        name = canonicalize_name(queue.pop())
        if name not in wanted:
            wanted.add(name)
            queue += [requirement.name for requirement in required(name)]
    entries = re.split(r"\n(?=[A-Za-z0-9])", (run.ROOT / "requirements.lock").read_text("utf-8"))
    kept = [entry for entry in entries if canonicalize_name(re.split(r"[=\s\[;]", entry)[0]) in wanted]
    return "\n".join(kept) + "\n"


def required(name: str) -> Iterator[Requirement]:
    """Yield what a package needs, on whichever Python; extras aside."""
    try:
        lines = requires(name) or []
    except PackageNotFoundError:  # not needed by the Python that runs this
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None or "extra" not in str(requirement.marker):
            yield requirement


def environment(interpreter: str, version: str, folder: Path) -> str:
    """Return an interpreter with the packages, installed once for each state of the lock."""
    if interpreter == sys.executable:
        return interpreter
    stamp = hashlib.sha256(locked().encode()).hexdigest()[:16]
    home = folder / f"{version}-{stamp}"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    with (folder / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            file = folder / f"{version}.txt"
            file.write_text(locked(), "utf-8")
            settings, options = run.uv_settings(run.pip_config(), os.environ)
            uv("venv", "--quiet", "--python", interpreter, str(home), more=settings)
            install = [
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--python",
                str(python),
                "-r",
                str(file),
            ]
            uv(*install, *options, more=settings)
            (home / "ready").touch()
    return str(python)


def uv(*arguments: str, more: dict[str, str]) -> None:
    done = subprocess.run(
        [str(run.UV), *arguments], env={**os.environ, **more}, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_which_pythons_were_found(capsys: pytest.CaptureFixture[str]) -> None:
    found = interpreters()
    missing = [version for version in PROMISED if version not in found]
    with capsys.disabled():
        print(
            f"\nwechat: tried on Python {', '.join(found)}" + (f"; NOT FOUND: {', '.join(missing)}" if missing else "")
        )
    assert found


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("version", PROMISED)
async def test_a_round_trip(version: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    interpreter = interpreters().get(version)
    if interpreter is None:
        pytest.skip(f"this machine has no Python {version}")
    folder = request.config.cache.mkdir("wechat-pythons")
    python = await asyncio.to_thread(environment, interpreter, version, folder)
    async with Gateway(free_port()).up() as gateway:
        own = {**os.environ, "PYTHONPATH": str(run.ROOT)}
        trip = await asyncio.create_subprocess_exec(
            python, "-P", "-W", "error::ResourceWarning", "-m", "tests.bot.adapters.wechat.round_trip",
            str(gateway.port), str(tmp_path), stdout=PIPE, env=own, cwd=tmp_path,
        )  # fmt: skip
        assert trip.stdout is not None
        async with asyncio.timeout(40):
            assert await trip.stdout.readline() == b"online\n"
            await gateway.say("怎么删 pg_wal", member="wxid_m1", name="张三 Alice", mention=True)
            told = json.loads(await trip.stdout.readline())
            assert await trip.wait() == 0
        assert told["python"].startswith(f"{version}.")
        assert (told["text"], told["to_bot"], told["wechaty"]) == ("怎么删 pg_wal", True, "0.10.7")
        (post,) = gateway.posts
        assert (post["key"], post["text"]) == (told["key"], "@张三 Alice\u2005收到：怎么删 pg_wal")
        assert post["mentions"] == ["wxid_m1"]
