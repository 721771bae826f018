"""The two ways to a PostgreSQL of one's own: the machine's binaries and the package's, both also as root."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.postgres import aside, packaged_binaries, started, system_binaries

pytestmark = pytest.mark.middle


def _version(url: str) -> str:
    async def ask() -> str:
        connection: Any = await asyncpg.connect(url)
        try:
            return str(await connection.fetchval("SHOW server_version"))
        finally:
            await connection.close()

    return aside(ask)


def test_the_package_carries_a_server() -> None:
    with started(packaged_binaries()) as server:
        assert int(_version(server.url).split(".")[0]) >= 18


def test_the_machines_own_binaries_are_preferred() -> None:
    binaries = system_binaries()
    if binaries is None:  # a bare machine: the package is the only way, and the test above goes it
        return
    with started(binaries) as server:
        name = server.create()
        assert _version(server.url_of(name))
        server.drop(name)


def test_binaries_that_the_other_account_cannot_reach_are_copied(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = packaged_binaries().parent.parent
    for folder in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(folder, hidden / folder.name)
    with started(hidden / package.name / "pginstall" / "bin") as server:
        assert _version(server.url)
