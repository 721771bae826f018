"""Opening, transactions and the few statements that the two engines write differently."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from storage.companies import ALIASES, COMPANIES
from storage.database import Database, DatabaseUrlError, parse_url
from storage.members import PERSONS
from storage.sanitize import sanitize
from storage.topics import TOPICS
from tests.conftest import T0


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///data/x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////var/x.db", "sqlite+aiosqlite"),
        ("postgresql://bot:secret@db/x", "postgresql+asyncpg"),
        ("postgres://db/x", "postgresql+asyncpg"),
        ("postgresql+psycopg://db/x", "postgresql+asyncpg"),
    ],
)
def test_people_write_urls_as_they_know_them(url: str, driver: str) -> None:
    assert parse_url(url).drivername == driver


@pytest.mark.parametrize("url", ["", "x.db", "mysql://db/x", "sqlite://", "sqlite:///:memory:", "http://x", "::"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match=r"sqlite:/// and a file"):
        parse_url(url)


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    async with database.write() as store:
        with pytest.raises((StatementError, ValueError), match="without a zone"):
            await store.insert(PERSONS, created_at=datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize(
    "moment",
    [
        T0,
        datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
        datetime(1991, 1, 1, tzinfo=UTC),
    ],
)
async def test_a_time_comes_back_aware_and_in_utc(database: Database, moment: datetime) -> None:
    async with database.write() as store:
        await store.insert(PERSONS, created_at=moment)
        found = await store.scalar(select(PERSONS.c.created_at))
        assert found == moment
        assert found.tzinfo is UTC
        before = select(PERSONS.c.id).where(PERSONS.c.created_at < moment + timedelta(microseconds=1))
        assert await store.scalars(before) == [1]


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    async def half() -> None:
        async with database.write() as store:
            await store.insert(COMPANIES, name="苇间数据")
            raise OverflowError

    with pytest.raises(OverflowError):
        await half()
    async with database.read() as store:
        assert await store.scalars(select(COMPANIES.c.name)) == []


async def test_new_rows_are_counted_and_known_ones_skipped(database: Database) -> None:
    def rows(*keys: str) -> list[dict[str, str]]:
        return [{"key": key, "zh": key, "en": key} for key in keys]

    async with database.write() as store:
        assert await store.insert_new(TOPICS, []) == 0
        assert await store.insert_new(TOPICS, rows("a")) == 1
        assert await store.insert_new(TOPICS, rows("a")) == 0
        assert await store.insert_new(TOPICS, rows("a", "b", "c", "b")) == 2
        assert await store.insert_new(TOPICS, rows(*(f"k{n}" for n in range(2500)))) == 2500
        assert await store.insert_new(TOPICS, rows(*(f"k{n}" for n in range(2501)))) == 1


async def test_a_key_that_is_taken_gives_no_id(database: Database) -> None:
    async with database.write() as store:
        first = await store.insert_or_skip(COMPANIES, name="一")
        assert first == 1
        assert await store.insert_or_skip(COMPANIES, name="一") is None
        assert await store.insert_or_skip(COMPANIES, name="二") is not None


async def test_an_upsert_takes_the_new_values(database: Database) -> None:
    async with database.write() as store:
        for name in ("甲", "乙"):
            await store.upsert(
                TOPICS, ("key",), [{"key": "k", "zh": name, "en": "e"}, {"key": name, "zh": "", "en": ""}]
            )
        await store.upsert(TOPICS, ("key",), [{"key": "k", "zh": "丙", "en": "f"}], en="fixed")
        await store.upsert(TOPICS, ("key",), [])
        row = await store.row(select(TOPICS.c.zh, TOPICS.c.en).where(TOPICS.c.key == "k"))
        assert tuple(row) == ("乙", "fixed")
        assert len(await store.scalars(select(TOPICS.c.id))) == 3


async def test_references_hold(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with database.write() as store:
            await store.insert_new(ALIASES, [{"alias": "a", "company_id": 99}])


async def test_many_writers_never_meet_a_locked_database(database: Database) -> None:
    async def work(worker: int) -> None:
        for number in range(25):
            async with database.write() as store:
                seen = await store.scalar(text("SELECT count(*) FROM companies"))
                assert seen is not None
                await store.insert(COMPANIES, name=f"{worker}-{number}")

    await asyncio.gather(*(work(worker) for worker in range(4)))
    async with database.read() as store:
        assert await store.scalar(text("SELECT count(*) FROM companies")) == 100


async def test_two_processes_on_one_file_wait_for_each_other(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as one, Database.open(sqlite_url) as other:

        async def work(database: Database, name: str) -> None:
            for number in range(25):
                async with database.write() as store:
                    await store.scalar(text("SELECT count(*) FROM companies"))
                    await store.insert(COMPANIES, name=f"{name}-{number}")

        await asyncio.gather(work(one, "one"), work(other, "other"))
        async with one.read() as store:
            assert await store.scalar(text("SELECT count(*) FROM companies")) == 50


async def test_who_is_cancelled_while_waiting_for_the_lock_leaves_a_working_writer(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as one, Database.open(sqlite_url) as other:

        async def write(name: str) -> None:
            async with other.write() as store:
                await store.insert(COMPANIES, name=name)

        await write("first")
        async with one.write() as store:
            await store.insert(COMPANIES, name="holds the lock")
            waiting = asyncio.create_task(write("cancelled"))
            for _ in range(50):
                await asyncio.sleep(0)
            waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await write("last")
        async with one.read() as store:
            names = await store.scalars(select(COMPANIES.c.name).order_by(COMPANIES.c.id))
            assert names == ["first", "holds the lock", "last"]


async def test_who_is_cancelled_in_a_transaction_undoes_it(database: Database) -> None:
    begun = asyncio.Event()

    async def half() -> None:
        async with database.write() as store:
            await store.insert(COMPANIES, name="half")
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(half())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as store:
        assert await store.scalars(select(COMPANIES.c.name)) == []
        await store.insert(COMPANIES, name="whole")


async def test_a_reader_sees_one_moment_and_holds_up_nobody(database: Database) -> None:
    async with database.read() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM companies")) == 0
        async with database.write() as store:
            await store.insert(COMPANIES, name="甲")
        seen = await reader.scalar(text("SELECT count(*) FROM companies"))
        assert seen == (0 if database.is_sqlite else 1)  # READ COMMITTED: one moment per statement
    async with database.read() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM companies")) == 1


async def test_work_outside_a_transaction_waits_its_turn(database: Database) -> None:
    async with database.raw() as connection:
        await connection.execute(text("VACUUM"))
    async with database.write() as store:
        await store.insert(COMPANIES, name="甲")


async def test_sqlite_is_driven_as_promised(sqlite_database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    for transaction in (sqlite_database.write, sqlite_database.read):
        async with transaction() as store:
            found = {name: await store.scalar(text(f"PRAGMA {name}")) for name in wanted}
            assert found == wanted


@pytest.mark.parametrize(
    "words",
    [
        sanitize("\0 \ud83d \ud83d\ude00 \udc00"),
        "死锁 deadlock",
        "😀 emoji",
        "' \" % _ \\ ;--",
        "é́ Zalgo̷",
        "\u202eRTL",
        "a\tb\nc",
        "{{7*7}} ${jndi:x}",
        "",
    ],
)
async def test_text_comes_back_as_it_was(database: Database, words: str) -> None:
    async with database.write() as store:
        await store.insert(COMPANIES, name=words)
        assert await store.scalar(select(COMPANIES.c.name)) == words
        assert await store.scalar(select(COMPANIES.c.id).where(COMPANIES.c.name == words)) == 1


def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    Database.open(f"sqlite:///{tmp_path}/a/b/x.db")
    assert (tmp_path / "a" / "b").is_dir()


def test_the_tls_mode_is_written_as_everywhere() -> None:
    assert parse_url("postgresql://bot@db/x?sslmode=require").query == {"ssl": "require"}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no modes: its folders belong to their account anyway")
async def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "new.db"
    async with Database.open(f"sqlite:///{file}") as database, database.write() as store:
        await store.execute(text("CREATE TABLE t (x)"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


async def test_errors_hold_no_values(database: Database) -> None:
    async with database.write() as store:
        with pytest.raises(DBAPIError) as caught:
            await store.execute(text("SELECT :words FROM nowhere"), {"words": "canary"})
    assert "canary" not in str(caught.value)
