"""Backups that are proved and can be restored, and what a look over the database finds."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text, update

from storage import grants, search
from storage._mounts import NETWORK, kind_of, network_of
from storage.database import Database
from storage.grants import AUDIT
from storage.maintenance import BackupError, Finding, Mark, backup, check
from storage.migrate import SchemaError, head
from tests.conftest import T0
from tests.postgres import Server, packaged_binaries
from tests.storage.rows import a_group, a_member, said


async def test_a_backup_is_a_database(sqlite_database: Database, tmp_path: Path) -> None:
    async with sqlite_database.write() as store:
        group = await a_group(store)
        stored = await said(store, group, await a_member(store), "死锁")
    target = tmp_path / "backup.db"
    size = await backup(sqlite_database, target)
    assert size > 100_000
    async with Database.open(f"sqlite:///{target}") as copied:
        assert await head(copied) == await head(sqlite_database)
        async with copied.write() as store:
            assert await search.find(store, "死锁", groups=[group.id]) == [stored.id]
        assert (await check(copied))[0].mark is Mark.OK


async def test_a_backup_of_a_database_in_use(sqlite_database: Database, tmp_path: Path) -> None:
    async with sqlite_database.write() as store:
        await said(store, await a_group(store), await a_member(store), "已提交")
    async with sqlite_database.write() as store:
        await said(store, await a_group(store), await a_member(store), "还没提交")
        await backup(sqlite_database, tmp_path / "backup.db")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        assert connection.execute("SELECT text FROM messages").fetchall() == [("已提交",)]


async def test_a_new_backup_replaces_the_last_one(sqlite_database: Database, tmp_path: Path) -> None:
    for _ in range(2):
        await backup(sqlite_database, tmp_path / "backup.db")
    assert [name for name in _names(tmp_path) if "backup" in name] == ["backup.db"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_cannot_be_backed_up(sqlite_database: Database, tmp_path: Path) -> None:
    file = sqlite_database.file
    assert file is not None
    with pytest.raises(BackupError, match="Name another file"):
        await backup(sqlite_database, file)
    async with Database.open(f"sqlite:///{tmp_path}/nothing.db") as nothing:
        with pytest.raises(BackupError, match="no database at"):
            await backup(nothing, tmp_path / "backup.db")
    with pytest.raises((OSError, BackupError)):
        await backup(sqlite_database, tmp_path / "no" / "such" / "folder" / "backup.db")


@pytest.mark.middle
async def test_a_backup_of_postgresql_can_be_restored(postgresql_url: str, postgres: Server, tmp_path: Path) -> None:
    tools = packaged_binaries()
    async with Database.open(postgresql_url) as database:
        async with database.write() as store:
            await said(store, await a_group(store), await a_member(store), "死锁")
        assert await backup(database, tmp_path / "backup.dump", tools=tools) > 10_000
    name = postgres.create()
    url = postgres.url_of(name)
    # A newer pg_restore may set what an older server does not know, and says so; the rows are there all the same.
    options = [f"--dbname={url}", "--no-owner", str(tmp_path / "backup.dump")]
    restore = await asyncio.create_subprocess_exec(tools / "pg_restore", *options, stderr=asyncio.subprocess.PIPE)
    await restore.communicate()
    async with Database.open(url) as restored:
        assert (await head(restored))[0] == (await head(restored))[1]
        async with restored.read() as store:
            assert await store.scalars(text("SELECT text FROM messages")) == ["死锁"]
            assert await search.find(store, "死锁", groups=[1]) == [1]
    postgres.drop(name)


@pytest.mark.middle
async def test_without_pg_dump_or_a_server_it_says_what_to_do(postgresql_url: str, tmp_path: Path) -> None:
    async with Database.open(postgresql_url) as database:
        with pytest.raises(BackupError, match="Install PostgreSQL's client programs"):
            await backup(database, tmp_path / "backup.dump", tools=tmp_path)
    async with Database.open("postgresql://bot:sesame@127.0.0.1:1/x") as nowhere:
        with pytest.raises(BackupError, match="pg_dump refused") as caught:
            await backup(nowhere, tmp_path / "backup.dump", tools=packaged_binaries())
    assert "sesame" not in str(caught.value)
    assert _names(tmp_path) == []


async def test_a_database_in_good_order(database: Database) -> None:
    assert [finding.mark for finding in await check(database)] == [Mark.OK]


async def test_an_empty_database(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/x.db") as database:
        assert await check(database) == [
            Finding(Mark.OK, "the database is empty; the first start makes its tables"),
        ]


async def test_a_database_of_another_program(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE places (id)")
    async with Database.open(f"sqlite:///{tmp_path}/x.db") as database:
        (finding,) = await check(database)
        assert finding.mark is Mark.FAIL
        assert "another program" in finding.what


async def test_rows_that_refer_to_nothing(sqlite_database: Database) -> None:
    async with sqlite_database.raw() as connection:
        await connection.execute(text("PRAGMA foreign_keys=OFF"))
        row = "INSERT INTO metoo (thread_id, member_id, at) VALUES (7, 7, '2026-11-23 01:00:00')"
        await connection.execute(text(row))
        await connection.execute(text("PRAGMA foreign_keys=ON"))
    assert [finding.what for finding in await check(sqlite_database)] == ["rows refer to rows that are gone"]


async def test_a_damaged_page(sqlite_database: Database) -> None:
    file = sqlite_database.file
    assert file is not None
    async with sqlite_database.raw() as connection:
        await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        tables = text("SELECT rootpage FROM sqlite_master WHERE name IN ('messages', 'ix_threads_asker')")
        pages = list((await connection.execute(tables)).scalars())
    _damage(file, pages)
    async with Database.open(f"sqlite:///{file}") as opened:
        found = await check(opened)
    assert [finding.mark for finding in found] == [Mark.FAIL]
    assert "damaged" in found[0].what


def _damage(file: Path, pages: list[int]) -> None:
    content = bytearray(file.read_bytes())
    for page in pages:
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    file.write_bytes(content)


async def test_a_changed_audit(database: Database) -> None:
    async with database.write() as store:
        for _ in range(3):
            await grants.audit(store, T0, "digest", "done", member=1, group=None)
        await store.execute(update(AUDIT).where(AUDIT.c.id == 2).values(member_id=9))
    assert [(finding.mark, "row 2" in finding.what) for finding in await check(database)] == [(Mark.WARN, True)]


MOUNT_LINES = """\
/dev/sda1 / ext4 rw 0 0
srv:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//nas/my\\040files /mnt/my\\040files cifs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/x.db", "ext4"),
        ("/home/me/x.db", "nfs4"),
        ("/home/local/x.db", "ext4"),
        ("/home/locally/x.db", "nfs4"),
        ("/mnt/my files/x.db", "cifs"),
        ("/homes/x.db", "ext4"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert kind_of(path, MOUNT_LINES) == kind


def test_a_disk_of_this_machine_is_no_network(tmp_path: Path) -> None:
    assert network_of(tmp_path / "x.db") == ""
    assert {"nfs4", "cifs", "fuse.sshfs"} <= NETWORK


async def test_a_file_on_a_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"srv:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr("storage._mounts.MOUNTS", mounts)
    async with Database.open(f"sqlite:///{tmp_path}/x.db") as database:
        with pytest.raises(SchemaError, match=r"network file system \(nfs4\).*use PostgreSQL"):
            await head(database)
