"""What the admins' edition says of old answers: how many questions they solved alone, and how often they fitted."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.handlers.digest.test_digest import FEATURES
from tests.handlers.scripted import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FIRST = "复制槽把主库磁盘撑满了，pg_wal 能直接删吗？"
ANSWER = "别手删 pg_wal，先删没人用的复制槽，下次检查点之后空间就回来了"
AGAIN = "主库 pg_wal 磁盘满了，是复制槽撑满的，能直接删吗？"


async def test_the_admins_hear_what_old_answers_did(sqlite_database: Database) -> None:
    town = await Town.open(sqlite_database, at="2026-11-24T10:00:00+08:00", features=FEATURES)
    chat = town.chat
    await chat.make_admin("ayu")
    await chat.tell("ayu", "周报 我的 开")
    await town.solve("木子", FIRST, "老樊", ANSWER)
    for who, word in (("豆子", "解决了"), ("青柠", "没解决"), ("石头", "")):
        chat.later(minutes=30)
        shown = await chat.ask_bot(who, AGAIN)
        assert shown[0].startswith("以前解决过一个很像的")
        chat.later(minutes=5)
        if word:
            await chat.ask_bot(who, word)
    chat.later(minutes=5)
    assert (await chat.ask_bot("ayu", "为什么 旧答案对上率 本周"))[0].splitlines() == [
        "旧答案对上率 1/2",
        "给出的旧答案和文章里，提问者说对上了的占有回音的多少；没有回音的不猜。",
        f"#3 {AGAIN} · 没算上",
        f"#2 {AGAIN} · 算",
        "没算进来 1 题：提问者没说对没对上 1；看一题：发「看 3」",
    ]
    await town.at("2026-11-30T09:00:00+08:00")
    edition = next(posted.text for posted in chat.adapter.posted if "只发管理员" in posted.text)
    assert "给出旧答案 3 题，直接解决 1/3；有回音的对上 1/2" in edition.splitlines()
