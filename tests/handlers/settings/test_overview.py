"""All that matters of a group in one message: in words, with who chose it, in Chinese and English."""

from __future__ import annotations

import pytest

from storage import settings
from storage.settings import COMMUNITY
from tests.chat import Chat
from tests.handlers.settings.conftest import Say

pytestmark = pytest.mark.middle


def line(text: str, head: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(head))


async def test_what_nobody_changed(one: Say) -> None:
    said = await one("设置")
    assert 7 <= len(said.splitlines()) <= 12
    assert said.splitlines()[0] == "「群 g1」的设置，括号里是谁定的，没写的是默认："
    assert line(said, "周报").startswith("周报 digest：开，周二 10:00（配置），")
    assert line(said, "不打扰") == "不打扰 outbox：22:00 到 09:00 不 @ 人，主动发的一周最多 3 条"
    assert line(said, "服务时段") == "服务时段 service、holidays：09:00-22:00，CN 的假日不算"
    assert (
        line(said, "细看") == "细看：「设置 digest」；改：「设置 digest.when 周五 18:00」；还原：「设置 digest.when -」"
    )


async def test_who_chose_what(chat: Chat, one: Say) -> None:
    async with chat.database.write() as store:
        await settings.put(store, COMMUNITY, "digest.when", "day 3 10:00", chat.clock.now(), None)
        await settings.put(store, COMMUNITY, "stats.days", 30, chat.clock.now(), None)
    assert "，每月 3 日 10:00（全社区）" in line(await one("设置"), "周报")
    for text in (
        "digest.when daily 18:30",
        "outbox.quiet_until 07:00",
        "holidays.add 2027-02-05",
        "privacy.chatter_days 90",
    ):
        await one(f"设置 {text}")
    said = await one("设置")
    assert "，每天 18:30（本群）" in line(said, "周报")
    assert "22:00 到 07:00 不 @ 人（本群）" in line(said, "不打扰")
    assert line(said, "服务时段").endswith("，另停 2027-02-05（本群）")
    assert line(said, "另外改过") == "另外改过：stats.days = 30（全社区）、privacy.chatter_days = 90（本群）"
    assert len(said.splitlines()) <= 12


async def test_in_english(one: Say) -> None:
    await one("设置 community.language en")
    await one("/settings digest.when 周五 18:00")
    said = await one("/settings")
    assert said.splitlines()[0].startswith("Settings of 群 g1; in brackets who chose it")
    assert line(said, "Speech") == "Speech (community): English (this group), times by Asia/Shanghai"
    assert "fri 18:00 (this group)" in line(said, "Digest")
    assert line(said, "Quiet").endswith("no mentions from 22:00 to 09:00, unasked posts a week: 3 at most")
