"""The fixtures that everybody uses: real databases, migrated once per session and copied for each test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import Server, aside, running

# The same examples in every run, so that what passed passes; `HYPOTHESIS_PROFILE=wide` looks for others.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("wide", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

FAST = "not middle and not long"  # as run.py asks for the fast tier
APART = re.compile(r"^pytestmark = .*\bmark\.(?:middle|long)\b", re.MULTILINE)

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai: where every test's clock starts


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what belongs to other tiers as a whole: importing it takes the fast tier longer than running it."""
    if config.option.markexpr != FAST or not re.fullmatch(r"test_\w+\.py", collection_path.name):
        return None
    return True if APART.search(collection_path.read_text("utf-8")) else None


async def _migrated(url: str) -> None:
    async with Database.open(url) as database:
        await upgrade(database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file that nobody writes to."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    aside(lambda: _migrated(f"sqlite:///{file}"))
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a migrated, empty SQLite database of the test's own."""
    file = tmp_path / "xiangqun.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a running PostgreSQL server, started when the first test wants it."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgres: Server) -> Iterator[str]:
    """Return the name of a migrated database that nobody connects to."""
    name = postgres.create()
    aside(lambda: _migrated(postgres.url_of(name)))
    yield name
    postgres.drop(name)


@pytest.fixture
def postgresql_url(postgres: Server, postgresql_template: str) -> Iterator[str]:
    """Return the URL of a migrated, empty PostgreSQL database of the test's own."""
    name = postgres.create(postgresql_template)
    yield postgres.url_of(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.middle)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated, empty database, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return a migrated, empty database, open, once on each engine."""
    async with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """Return a migrated, empty SQLite database, open: enough for whoever does not test storage itself."""
    async with Database.open(sqlite_url) as opened:
        yield opened
