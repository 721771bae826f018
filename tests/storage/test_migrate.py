"""Migrations: the same files on both engines, what they make is what the nouns say, and what may not be touched."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import migrate
from storage.copies import CopyError, copy, prove
from storage.database import Database
from storage.migrate import FOLDER, VERSION_TABLE, SchemaError, head, upgrade
from tests.postgres import Server, aside

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

REVISIONS = [
    "0001_first",
    "0002_platforms",
    "0003_topics",
    "0004_outlets",
    "0005_couriers",
    "0006_confirmed",
    "0007_answerers",
    "0008_suggestions",
    "0009_experts",
    "0010_drafts",
    "0011_articles",
    "0012_metoo",
    "0013_entrusted",
    "0014_rungs",
    "0015_pairs",
    "0016_series",
    "0017_events",
    "0018_registrations",
    "0019_reminders",
    "0020_checkins",
    "0021_speaker_questions",
    "0022_feedback",
    "0023_todos",
    "0024_money",
]
NEWEST = REVISIONS[-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.middle)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    async with Database.open(empty_url) as database:
        yield database


async def test_an_empty_database_gets_every_revision_once(empty: Database) -> None:
    assert await head(empty) == (None, NEWEST)
    assert await upgrade(empty) == REVISIONS
    assert await head(empty) == (NEWEST, NEWEST)
    assert await upgrade(empty) == []


async def test_what_the_revisions_make_is_what_the_nouns_say(database: Database) -> None:
    assert await _missing(database) == "pass", "paste these operations into a new revision"


async def test_the_comparison_sees_a_difference(database: Database) -> None:
    async with database.write() as store:
        await store.execute(text("DROP INDEX ix_threads_asker"))
        await store.execute(text("DROP TABLE metoo"))
    missing = await _missing(database)
    assert "create_table('metoo'" in missing
    assert "ix_threads_asker" in missing


async def _missing(database: Database) -> str:
    """Return the operations that would make the database what the nouns say it is, as alembic writes them."""

    def compare(connection: Connection) -> str:
        options = {
            "target_metadata": migrate.metadata(),
            "version_table": VERSION_TABLE,
            "include_name": lambda name, kind, _: not (kind == "table" and name.startswith("message_terms")),
            "compare_type": True,
            # SQLite gives '' back as another text than it was given.
            "compare_server_default": not database.is_sqlite,
        }
        context = MigrationContext.configure(connection, opts=options)
        code = render_python_code(produce_migrations(context, migrate.metadata()).upgrade_ops)
        return "\n".join(line for line in code.splitlines() if not line.strip().startswith("#")).strip()

    async with database.read() as store:
        return await store.connection.run_sync(compare)


async def test_a_revision_that_fails_leaves_nothing_behind(empty: Database, tmp_path: Path) -> None:
    later = _with_a_second(tmp_path, "op.create_table('half', sa.Column('id', sa.Integer)); raise OverflowError")
    with pytest.raises(OverflowError):
        await upgrade(empty, later)
    assert await head(empty, later) == (NEWEST, "0002_second")
    async with empty.read() as store:
        assert not await store.connection.run_sync(lambda c: c.dialect.has_table(c, "half"))


async def test_two_that_start_at_once_migrate_once(empty_url: str) -> None:
    async with Database.open(empty_url) as one, Database.open(empty_url) as other:
        by_one, by_other = await asyncio.gather(upgrade(one), upgrade(other))
        assert sorted([*by_one, *by_other]) == REVISIONS


@pytest.mark.middle
async def test_a_kill_in_the_middle_of_a_revision_leaves_the_schema_before_it(empty: Database, tmp_path: Path) -> None:
    await upgrade(empty)
    change = "op.create_table('half', sa.Column('id', sa.Integer)); print(flush=True); input()"
    later = _with_a_second(tmp_path, change)
    code = f"""
        import asyncio, pathlib
        from storage.database import Database
        from storage.migrate import upgrade
        database = Database.open({empty.url.render_as_string(hide_password=False)!r})
        asyncio.run(upgrade(database, pathlib.Path({str(later)!r})))
    """
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", dedent(code), stdin=PIPE, stdout=PIPE)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"\n"
    child.kill()
    await child.communicate()
    assert await head(empty, later) == (NEWEST, "0002_second")
    (later / "versions" / "0002_second.py").unlink()
    assert await upgrade(empty, _with_a_second(tmp_path / "again", change.partition(";")[0])) == ["0002_second"]


async def test_a_file_with_content_is_copied_before_it_is_upgraded(sqlite_database: Database, tmp_path: Path) -> None:
    later = _with_a_second(tmp_path, "op.create_table('extra', sa.Column('id', sa.Integer))")
    assert await upgrade(sqlite_database, later) == ["0002_second"]
    file = sqlite_database.file
    assert file is not None
    aside = file.with_name(file.name + ".before-0002_second")
    async with Database.open(f"sqlite:///{aside}") as before:
        assert (await head(before))[0] == NEWEST
    assert (await head(sqlite_database, later))[0] == "0002_second"


async def test_a_table_can_be_rebuilt_though_others_refer_to_it(empty: Database, tmp_path: Path) -> None:
    await upgrade(empty)
    async with empty.write() as store:
        await store.execute(text("INSERT INTO persons (created_at) VALUES ('2026-11-23 01:00:00')"))
        await store.execute(text("INSERT INTO members (platform, key, person_id) VALUES ('qq', '1', 1)"))
    change = "with op.batch_alter_table('persons') as table: table.alter_column('created_at', nullable=True)"
    assert await upgrade(empty, _with_a_second(tmp_path, change)) == ["0002_second"]
    async with empty.write() as store:
        assert await store.scalar(text("SELECT person_id FROM members")) == 1
        if empty.is_sqlite:
            assert await store.scalar(text("PRAGMA foreign_keys")) == 1


def _with_a_second(tmp_path: Path, change: str) -> Path:
    """Return a copy of the migrations that has one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    code = f"""
        import sqlalchemy as sa
        from alembic import op
        revision, down_revision = "0002_second", "{NEWEST}"
        def upgrade():
            {change}
    """
    (folder / "versions" / "0002_second.py").write_text(dedent(code))
    return folder


async def test_a_newer_database_is_refused(empty: Database) -> None:
    await upgrade(empty)
    async with empty.write() as store:
        await store.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0999_future'"))
    for refused in (head, upgrade):
        with pytest.raises(SchemaError, match=r"newer version.*0999_future.*Install that version"):
            await refused(empty)


async def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
    async with Database.open(f"sqlite:///{file}") as database:
        with pytest.raises(SchemaError, match=r"another program.*alembic_version.*Name another file"):
            await upgrade(database)
    with closing(sqlite3.connect(file)) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["alembic_version"]


@pytest.mark.middle
async def test_a_postgresql_database_may_hold_tables_of_extensions_but_none_of_our_names(postgres: Server) -> None:
    name = postgres.create()
    async with Database.open(postgres.url_of(name)) as database:
        async with database.write() as store:
            await store.execute(text("CREATE TABLE spatial_ref_sys (srid int)"))
        assert await head(database) == (None, NEWEST)
        async with database.write() as store:
            await store.execute(text("CREATE TABLE messages (id int)"))
        with pytest.raises(SchemaError, match="another program"):
            await head(database)
    postgres.drop(name)


@pytest.mark.middle
async def test_a_postgresql_that_does_not_answer_is_explained_without_the_password(postgres: Server) -> None:
    for url in (
        "postgresql://bot:sesame@127.0.0.1:1/xiangqun",
        postgres.url_of("nowhere").replace("postgres@", "postgres:sesame@"),
    ):
        async with Database.open(url) as database:
            with pytest.raises(SchemaError, match="does not let us in") as caught:
                await head(database)
        assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 no database at all" * 200, "is not a database"),
        (b"SQLite format 3\0" + b"\xff" * 4096, "is not a database"),
        (None, "is damaged or cut short"),
    ],
    ids=["zip", "header only", "truncated"],
)
def test_a_damaged_file_is_refused(sqlite_url: str, content: bytes | None, says: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    broken = whole[: len(whole) // 2] if content is None else content
    file.write_bytes(broken)
    with pytest.raises(SchemaError, match=says):
        aside(lambda: _upgraded(sqlite_url))
    assert file.read_bytes() == broken


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_file_that_may_only_be_read_is_refused(mode: str) -> None:
    with TemporaryDirectory() as name:
        file = Path(name) / "xiangqun.db"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA journal_mode={mode}")
            connection.execute("VACUUM")
        file.chmod(0o444)
        file.parent.chmod(0o555)
        with _not_root(), pytest.raises(SchemaError, match=r"may only be read|cannot be opened"):
            aside(lambda: _upgraded(f"sqlite:///{file}"))
        file.parent.chmod(0o755)


async def _upgraded(url: str) -> None:
    async with Database.open(url) as database:
        await upgrade(database)


@contextmanager
def _not_root() -> Iterator[None]:
    """Give up root's power to write everywhere, for a while."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(mine)


async def test_a_folder_of_a_file_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/new/folder/x.db") as database:
        assert await upgrade(database) == REVISIONS


def test_alembic_is_loaded_only_by_a_migration() -> None:
    code = "import sys, storage.migrate, storage.database, storage.messages; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "False"


def test_a_copy_is_proved_before_it_replaces_the_last_one(sqlite_url: str, tmp_path: Path) -> None:
    source, target = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "copy.db"
    target.write_text("the last good copy")
    good = source.read_bytes()
    source.write_bytes(good[: len(good) // 2])
    with pytest.raises((sqlite3.DatabaseError, CopyError)):
        copy(source, target)
    assert target.read_text() == "the last good copy"
    source.write_bytes(good)
    copy(source, target)
    prove(target)
    assert sorted(path.name for path in tmp_path.iterdir() if "copy" in path.name) == ["copy.db"]
