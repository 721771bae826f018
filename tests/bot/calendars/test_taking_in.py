"""Taking files of events in, and the admins' commands from the command line: what is kept, said and posted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import _events, _events_importing
from bot.cli._events_importing import Asked
from bot.cli._opening import RefusalError
from storage import events, recurring
from storage.database import Database
from storage.events import State
from tests.bot.report.stage import StillDesk
from tests.bot.report.stage import desk as opened
from tests.chat import Chat

pytestmark = pytest.mark.middle  # both engines, and commands of their own
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

TABLE = """
[[event]]
title = "慢 SQL 三板斧"
kind = "talk"
when = "2027-03-03 20:00 50 min"
uid = "slow"

[[event]]
title = "周二见"
kind = "talk"
when = "2026-12-01 20:00"
repeat = "每周二、周四"
uid = "tuesdays"

[[event]]
title = "坏"
kind = "talk"
when = "2026-02-30 20:00"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "talks.toml"
    found.write_text(TABLE, "utf-8")
    return found


def longer(file: Path) -> None:
    file.write_text(TABLE.replace("50 min", "60 min"), "utf-8")


async def desk(database: Database) -> StillDesk:
    chat = await Chat.open(database, features=("events",))
    return opened(database, NOW, chat.house)


async def test_a_file_is_taken_in_and_again(database: Database, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = await desk(database)
    assert await _events_importing.take_in(here, [file], Asked(dry_run=True)) == 1
    assert "2 could be taken, 1 not; nothing was kept" in capsys.readouterr().out
    assert await _events_importing.take_in(here, [file], Asked()) == 1  # one of them cannot be taken
    told = capsys.readouterr()
    assert " new, 0 changed, 0 as they were, 1 recurring, 1 not taken: E1 to E" in told.out
    assert told.err == "talks.toml event 3 (坏): Month 2 has no day 30. Write it so: 2026-12-05 14:00\n"
    longer(file)
    await _events_importing.take_in(here, [file], Asked())
    assert "0 new, 1 changed, 1 as they were, 1 not taken" in capsys.readouterr().out
    async with database.read() as store:
        slow = await events.by_uid(store, "slow")
        rule = await recurring.by_uid(store, "tuesdays")
        assert slow is not None
        assert rule is not None
        assert (slow.state, (slow.ends_at - slow.starts_at).seconds, slow.sequence) == (State.DRAFT, 3600, 1)
        made = await events.of_rule(store, rule.id, rule.plan.starts_at)
        assert len({one.occurrence for one in made}) == len(made)


async def test_what_is_published_is_left_alone(
    database: Database, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = await desk(database)
    await _events_importing.take_in(here, [file], Asked(publish=True))
    longer(file)
    capsys.readouterr()
    await _events_importing.take_in(here, [file], Asked())
    told = capsys.readouterr()
    assert "event 1 (慢 SQL 三板斧): is E1, which is published; change it with events edit" in told.err
    async with database.read() as store:
        found = await events.by_uid(store, "slow")
        assert found is not None
        assert found.is_published
        assert (found.ends_at - found.starts_at).seconds == 3000


async def test_a_broken_file_keeps_no_other_out(
    database: Database, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, other = file.with_name("wrong.ics"), file.with_name("notes.txt")
    await asyncio.to_thread(wrong.write_text, "hello", "utf-8")
    assert await _events_importing.take_in(await desk(database), [wrong, other, file], Asked()) == 1
    told = capsys.readouterr()
    assert "wrong.ics: is no calendar" in told.err
    assert "notes.txt: is neither .ics nor .toml" in told.err
    assert "talks.toml: " in told.out


async def test_a_zone_that_does_not_exist(database: Database, file: Path) -> None:
    with pytest.raises(RefusalError, match="--zone: there is no such zone"):
        await _events_importing.take_in(await desk(database), [file], Asked(zone="Mars/Base"))


async def test_events_from_the_command_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    here = await desk(database)

    async def said(name: str, words: str) -> str:
        await _events.obey(here, name, words)
        return capsys.readouterr().out

    assert "《五道坎》 · 线上分享 · E1 · 草稿" in await said(
        "event_add", "线上分享《五道坎》2027-03-08 20:00 柏舟/苇间数据"
    )
    assert "50 席" in await said("event_edit", "E1 seats 50")
    assert "公布就回「公布 E1 发」" in await said("event_publish", "E1")
    assert (await said("event_publish", "E1 yes")).startswith("E1 公布了。")
    assert (await said("event_postpone", "E1 2027-03-09 20:00")).startswith("《五道坎》从 ")
    assert (await said("event_postpone", "E1 2027-03-09 20:00 yes")).startswith("E1 改到 2027 年 3 月 9 日 20:00 了。")
    await _events.listed(here, drafts=False)
    assert capsys.readouterr().out == "E1     2027-03-09 20:00  线上分享  《五道坎》\n"
    assert await said("event_cancel", "E1 yes") == "E1 取消了。\n"
    for name, words, why in (
        ("event_edit", "E1 席位 0", "E1 取消了"),
        ("event_add", "《@所有人》明天 20:00", "我从不 @ 全体"),
        ("event_publish", "E99", "没有 E99 这个活动"),
        ("event_publish", "x", "这样公布"),
    ):
        with pytest.raises(RefusalError, match=why):
            await _events.obey(here, name, words)
