"""Reports in private: for admins only, on demand and each month, written outside of the turn; consent to be named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errands import Errands
from handlers.reports import month_before, period_of
from storage import consents, grants, members, schedules
from storage.database import Database
from tests.chat import FEATURES, Chat

TO_THE_THIRD = {"hours": 24 * 10 + 1}  # from the chat's 23 November, 9:00


@pytest.mark.parametrize(
    ("wanted", "today", "period"),
    [
        ("", date(2026, 11, 23), "2026-10"),
        ("month", date(2026, 1, 5), "2025-12"),
        ("上个月", date(2026, 3, 31), "2026-02"),
        ("year", date(2026, 11, 23), "2026"),
        ("年报", date(2026, 1, 31), "2025"),
        ("2026-10", date(2026, 11, 23), "2026-10"),
        ("2026年9月", date(2026, 11, 23), "2026-09"),
        ("202609", date(2026, 11, 23), "2026-09"),
        ("2024", date(2026, 11, 23), "2024"),
        ("2026-13", date(2026, 11, 23), None),
        ("1969", date(2026, 11, 23), None),
    ],
)
def test_which_period_is_meant(wanted: str, today: date, period: str | None) -> None:
    assert period_of(wanted, today) == period


def test_the_month_before() -> None:
    assert [month_before(date(2026, month, 31 if month == 1 else 3)) for month in (1, 3)] == ["2025-12", "2026-02"]


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database, features=(*FEATURES, "reports"))


async def test_reports_are_for_admins(chat: Chat) -> None:
    await chat.say("alice", "大家好")
    assert await chat.tell("alice", "报告") == ["报告只发管理员，里面有原话。"]
    await chat.make_admin("alice")
    assert await chat.tell("alice", "/report") == ["在写，好了私聊发你。"]
    assert await chat.tell("alice", "报告 2027-01") == ["2027-01 还没到。"]
    assert (await chat.tell("alice", "报告 2026-13"))[0].startswith("「报告」上个月")


async def test_each_month_for_those_who_want_it(chat: Chat) -> None:
    await chat.make_admin("alice")
    said = await chat.tell("alice", "报告 开")
    assert said == ["好，每个月的报告会私聊发你，下一份 12 月 3 日 09:00。不要了发「报告 关」。"]
    assert (await planned(chat))[0].rule == "day 3 09:00"
    assert await chat.tell("alice", "报告 关") == ["好，不再每月发了。随时要：「报告」。"]
    assert await planned(chat) == []


async def test_the_owner_moves_the_day_for_all(chat: Chat) -> None:
    await chat.make_admin("alice")
    await chat.make_owner("olga")
    await chat.say("alice", "大家好")
    await chat.tell("alice", "报告 开")
    await chat.tell("olga", "/settings reports.when day 5 18:00")
    await chat.say("alice", "大家好")
    assert [one.rule for one in await planned(chat)] == ["day 5 18:00"]


async def planned(chat: Chat) -> list[schedules.Schedule]:
    async with chat.database.read() as store:
        return [one for one in await schedules.active(store) if one.feature == "reports"]


async def test_consent_to_be_named_is_given_and_taken_back(chat: Chat) -> None:
    await chat.tell("bob", "公开署名")
    await chat.tell("bob", "公开署名")
    async with chat.database.read() as store:
        bob = await members.find(store, "qq", "bob")
        assert bob is not None
        assert await consents.persons(store, consents.NAMED) == {bob.person_id}
    await chat.tell("bob", "/unsign")
    async with chat.database.read() as store:
        assert await consents.persons(store, consents.NAMED) == frozenset()
    await chat.tell("bob", "/sign")
    await chat.tell("bob", "公开署名 关")
    async with chat.database.read() as store:
        assert await consents.persons(store, consents.NAMED) == frozenset()


# -- written, in a worker process -------------------------------------------------------------------------------------


async def worked(chat: Chat, files: Path) -> list[str]:
    """Do what errands there are, and return what was posted."""
    errands = Errands(chat.database, chat.house, chat.clock, files, lambda: None)
    while await errands.work():
        pass
    await chat.outbox.drain()
    return chat.replies


@pytest.mark.middle
async def test_the_monthly_report_comes_once_as_a_file(database: Database, tmp_path: Path) -> None:
    chat = await Chat.open(database, features=(*FEATURES, "reports"))
    await chat.make_admin("alice")
    await chat.say("bob", "主库磁盘满了，pg_wal 涨到 200G，能直接删吗")
    await chat.tell("alice", "报告 开")
    chat.later(**TO_THE_THIRD)
    for _ in range(3):
        await chat.tick()
    said = await worked(chat, tmp_path / "files")
    assert len(said) == 1
    assert said[0].startswith("测试问答报告\n2026-11-01 至 2026-11-30 · 群 g1\n1 个问题。")
    found = sorted((tmp_path / "files").iterdir())
    assert [file.suffix for file in found] == [".pdf"]
    assert found[0].name in said[0]
    assert found[0].stat().st_mode & 0o077 == 0
    assert found[0].read_bytes().startswith(b"%PDF-")


@pytest.mark.middle
async def test_who_is_no_admin_any_more_gets_none(chat: Chat, tmp_path: Path) -> None:
    await chat.make_admin("alice")
    await chat.tell("alice", "报告")
    async with chat.database.write() as store:
        alice = await members.find(store, "qq", "alice")
        assert alice is not None
        for group in await grants.admin_of(store, alice.id):
            await grants.revoke(store, alice.id, group)
    assert await worked(chat, tmp_path / "files") == []
    assert not (tmp_path / "files").exists()
