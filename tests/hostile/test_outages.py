"""The database is locked, full or read-only for a while (P16, P18): nothing acknowledged is lost, and all goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.frames import Frame, Message, Place
from storage.inbox import INBOX
from storage.outbox import OUTBOX
from tests.hostile.front import CANARY, Front, standing, until
from tests.lag import lag

pytestmark = pytest.mark.middle

QUESTION = "复制槽把磁盘撑满了，怎么办？"


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Hold the write lock from outside, as a backup or a person with a shell would.

    Whoever waits for it here lets the loop run: the bot may be in a transaction, and ends it only then.
    """
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            held.set()
            done.wait(60)
            connection.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert await asyncio.to_thread(held.wait, 30)
        yield
    finally:
        done.set()
        thread.join()


async def pragma(database: Database, what: str) -> object:
    """Set or ask something of the one connection that writes."""
    async with database.write() as store:
        return await store.scalar(text(f"PRAGMA {what}"))


class Talk:
    """Members who go on talking, and what of it was acknowledged."""

    def __init__(self, front: Front, group: int) -> None:
        self.front = front
        self.group = group
        self.said = 0
        self.acknowledged: set[str] = set()

    async def one(self) -> None:
        self.said += 1
        words = f"第 {self.said} 条 {CANARY}"
        at = self.front.clock.now()
        message = Message(f"t{self.said}", at, "20001", "樊", words)
        await self.front.app.ears[0].hear(
            Frame(f"m:{self.group}:t{self.said}", Place("qq", str(self.group)), at, message)
        )
        self.acknowledged.add(words)

    async def all_stored(self) -> None:
        """See that all that was ever said is there, once, and that the file is sound."""
        texts = [row.text for row in await self.front.rows(self.group)]
        assert sorted(texts) == sorted(f"第 {number} 条 {CANARY}" for number in range(1, self.said + 1))
        async with self.front.app.database.read() as store:
            assert await store.scalar(text("PRAGMA integrity_check")) == "ok"


async def stored(front: Front) -> set[str]:
    """Return the texts of what is durable, worked off or not."""
    async with front.app.database.read() as store:
        bodies = await store.scalars(select(INBOX.c.body))
    return {words for body in bodies for words in [body.partition('"text":"')[2].partition('"')[0]] if words}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize("seconds", [0.5, pytest.param(3, marks=pytest.mark.middle)])
async def test_p16_another_process_holds_the_database(sqlite_url: str, tmp_path: Path, seconds: float) -> None:
    async with standing(sqlite_url, tmp_path) as front, lag() as gaps:
        group = front.group()
        await front.say(group, 20001, QUESTION)
        await front.still_hears(group)
        gaps.clear()
        assert front.app.database.file is not None
        async with locked(front.app.database.file):
            for number in range(50):
                await front.say(group, 20002, f"第 {number} 条")
            await front.say(group, 20003, front.to_bot(QUESTION))
            await asyncio.sleep(seconds)
            assert not await front.has("第 49 条")
        assert [row.text for row in await front.rows(group)][1:51] == [f"第 {number} 条" for number in range(50)]
        assert len(await front.posts(group)) == 1
        assert max(gaps) < 2  # blocked, it would stand as long as the longer lock is held: three seconds
        assert front.fake.connections == 1
        assert {name: part.lives for name, part in front.app.board.parts.items() if part.lives != 1} == {}


async def test_p16_longer_than_the_database_waits(sqlite_url: str, tmp_path: Path) -> None:
    """The statement fails with "database is locked", again and again; then all goes on."""
    async with standing(sqlite_url, tmp_path) as front:
        group = front.group()
        await front.still_hears(group)
        await pragma(front.app.database, "busy_timeout=50")
        assert front.app.database.file is not None
        talk = Talk(front, group)
        async with locked(front.app.database.file):
            waiting = [asyncio.create_task(talk.one()) for _ in range(30)]
            await front.say(group, 20003, front.to_bot(QUESTION))
            await front.push("null")
            await asyncio.sleep(1)
            assert not talk.acknowledged
        async with asyncio.timeout(20):
            await asyncio.gather(*waiting)
        assert len(await front.posts(group)) == 1
        assert {name: part.lives for name, part in front.app.board.parts.items() if part.lives != 1} == {}
        assert [why for _, why in await front.quarantined()] == ["JSON, but no object: NoneType"]


async def test_p18_a_full_disk(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with standing(sqlite_url, tmp_path) as front:
        group = front.group()
        await front.still_hears(group)
        talk = Talk(front, group)
        pages = int(str(await pragma(front.app.database, "page_count")))
        await pragma(front.app.database, f"max_page_count={pages + 4}")
        waiting = [asyncio.create_task(talk.one()) for _ in range(400)]
        await until(lambda: told_of(caplog))
        assert len(talk.acknowledged) < 400
        assert talk.acknowledged <= await stored(front)
        await asyncio.sleep(0.5)
        assert len(warnings(caplog)) < 20
        await pragma(front.app.database, "max_page_count=1073741823")
        async with asyncio.timeout(20):
            await asyncio.gather(*waiting)
        await talk.all_stored()
        assert {name: part.lives for name, part in front.app.board.parts.items() if part.lives != 1} == {}


async def told_of(caplog: pytest.LogCaptureFixture) -> bool:
    return any("cannot store" in line for line in warnings(caplog))


async def test_p16_locked_in_the_middle_of_an_answer(sqlite_url: str, tmp_path: Path) -> None:
    """What was posted is written down as posted once that can be; the group is not held up for good.

    The platform does not show the bot its own posts: such an echo would settle it before the lock is there.
    """
    async with standing(sqlite_url, tmp_path, report_self=False) as front:
        group = front.group()
        await front.still_hears(group)
        await pragma(front.app.database, "busy_timeout=50")
        front.fake.faults.answers.clear()
        await front.say(group, 20001, front.to_bot(QUESTION))
        await front.fake.until(lambda: front.fake.posts_in(group))
        assert front.app.database.file is not None
        async with locked(front.app.database.file):
            front.fake.faults.answers.set()
            await asyncio.sleep(1)
            assert await states(front) == ["sending"]
        await until(lambda: sent(front))
        front.later(seconds=5)
        await front.say(group, 20002, front.to_bot("升级以后慢了三倍，怎么查？"))
        assert len(await front.posts(group)) == 2


async def test_p25_a_stop_while_the_database_is_away(sqlite_url: str, tmp_path: Path) -> None:
    """Also then the bot ends within ten seconds; what it could not store was never acknowledged."""
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(20), standing(sqlite_url, tmp_path) as front:
            group = front.group()
            await front.still_hears(group)
            await pragma(front.app.database, "busy_timeout=50")
            assert front.app.database.file is not None
            await stack.enter_async_context(locked(front.app.database.file))
            await front.say(group, 20001, front.to_bot(QUESTION))
            talk = Talk(front, group)
            waiting = asyncio.create_task(talk.one())
            await asyncio.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 10
    assert not talk.acknowledged
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def states(front: Front) -> list[str]:
    async with front.app.database.read() as store:
        return await store.scalars(select(OUTBOX.c.state))


async def sent(front: Front) -> bool:
    return await states(front) == ["sent"]
