"""The clock: each occurrence once, whoever ticks, however often, and whatever broke."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import FileClock, Ticker, system_clock
from handlers import Context, Feature, NoSettings, Reply, Router
from storage import schedules
from storage.database import Database
from storage.replies import Body, Purpose
from storage.schedules import OCCURRENCES, Occurrence, Schedule
from tests.chat import T0, Chat

router = Router(NoSettings)


@router.schedule("weekly")
async def weekly(occurrence: Occurrence, ctx: Context[NoSettings]) -> Reply:
    """Say which instant it is."""
    return Reply(Body.of(f"{occurrence.due_at:%m-%d %H:%M}"), purpose=Purpose.DIGEST)


@router.schedule("broken")
async def broken(occurrence: Occurrence, ctx: Context[NoSettings]) -> None:
    """Break."""
    raise RuntimeError("a bug")


async def open_chat(database: Database, *rules: tuple[str, str]) -> Chat:
    chat = await Chat.open(database, features=())
    chat.house.features.append(Feature("test", router, NoSettings()))  # type: ignore[attr-defined]
    await chat.say("alice", "早")
    async with database.write() as store:
        for name, rule in rules:
            await schedules.put(store, Schedule("test", name, 1, rule, "Asia/Shanghai", T0))
    return chat


async def test_an_occurrence_happens_once_however_often_the_clock_ticks(sqlite_database: Database) -> None:
    chat = await open_chat(sqlite_database, ("weekly", "mon 09:00"))
    assert await chat.tick() == []
    chat.later(days=7)
    assert [reply for _ in range(3) for reply in await chat.tick()] == ["11-30 01:00"]


async def test_two_tickers_share_what_is_due(database: Database) -> None:
    chat = await open_chat(database, ("weekly", "every 10s"))
    other = Ticker(database, chat.house, {chat.account.id: chat.account}, chat.clock, lambda: None)
    for _ in range(20):
        chat.later(seconds=10)
        await other.tick()
        await chat.ticker.tick()
    await chat.outbox.drain()
    async with database.read() as store:
        assert len(await store.scalars(select(OCCURRENCES.c.id))) == 20
    assert len(chat.adapter.posted) == 3  # the weekly budget; the rest is dropped, never repeated


async def test_what_was_missed_by_a_day_is_skipped_and_written_down(sqlite_database: Database) -> None:
    chat = await open_chat(sqlite_database, ("weekly", "mon 09:00"))
    chat.later(days=8, hours=1)
    assert await chat.tick() == []
    async with sqlite_database.read() as store:
        assert await store.scalars(select(OCCURRENCES.c.state)) == ["skipped"]


async def test_a_broken_schedule_does_not_stop_the_others(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    chat = await open_chat(sqlite_database, ("broken", "daily 09:00"), ("weekly", "daily 09:00"))
    chat.later(days=1)
    with caplog.at_level(logging.ERROR):
        assert await chat.tick() == ["11-24 01:00"]
    assert "broken of test failed" in caplog.text


async def test_a_clock_that_goes_back_repeats_nothing(sqlite_database: Database) -> None:
    chat = await open_chat(sqlite_database, ("weekly", "daily 09:00"))
    chat.later(days=1, minutes=5)
    assert len(await chat.tick()) == 1
    chat.later(hours=-1)
    assert await chat.tick() == []
    chat.later(hours=1)
    assert await chat.tick() == []


async def test_a_clock_in_a_file_is_for_tests_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "now"
    file.write_text("2026-11-23T09:00:00+08:00\n", "utf-8")
    monkeypatch.setenv("XIANGQUN_CLOCK_FILE", str(file))
    monkeypatch.delenv("XIANGQUN_TESTING", raising=False)
    with pytest.raises(PermissionError, match="for tests"):
        system_clock()
    monkeypatch.setenv("XIANGQUN_TESTING", "1")
    assert FileClock(Path(os.environ["XIANGQUN_CLOCK_FILE"])).now() == datetime(2026, 11, 23, 1, tzinfo=UTC)
