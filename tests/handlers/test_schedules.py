"""What comes when, and another time for it."""

from __future__ import annotations

import pytest

from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("digest", "stats", "topics", "schedules", "settings", "help")
DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("ayu", group="g1")
    await opened.say("bob", "早", group="g1")
    return opened


async def test_what_comes_when(chat: Chat) -> None:
    assert await chat.say("ayu", "/schedule") == [
        "群 g1的定时：\n私聊问主题 daily 18:00，下次 今天 18:00\n周报 mon 09:00，下次 11 月 30 日 09:00\n"
        "管理员那份 mon 09:00，下次 11 月 30 日 09:00"
    ]
    assert await chat.say("bob", "/schedule", name="群主") == [DENIED]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/schedule digest fri 18:00", "好，周报改到 fri 18:00，下次 本周五 18:00。"),
        ("定时 周报 周五 18：00", "好，周报改到 周五 18:00，下次 本周五 18:00。"),
        ("定时 周报 每月 1 日 10:00", "好，周报改到 每月 1 日 10:00，下次 12 月 1 日 10:00。"),
        ("/schedule digest 每天 18:30", "好，周报改到 每天 18:30，下次 今天 18:30。"),
        ("/schedule digest fri 25:00", "时间这样写：周一 09:00，每天 18:30，每月 1 日 10:00。"),
        ("/schedule digets fri 18:00", "没有叫「digets」的定时。有：周报、主题表。"),
        ("/digest fri 18:00", "好，改到 fri 18:00。下一期 本周五 18:00。"),
        ("周报 周五 18:00", "好，改到 周五 18:00。下一期 本周五 18:00。"),
        ("周报 周五", "时间这样写：周一 09:00，每天 18:30，每月 1 日 10:00。"),
    ],
)
async def test_another_time(chat: Chat, said: str, answer: str) -> None:
    assert await chat.ask_bot("ayu", said) == [answer]


async def test_a_command_and_a_setting_are_one(chat: Chat) -> None:
    await chat.ask_bot("ayu", "周报 每天 18:30")
    assert "digest.when = 每天 18:30（本群）" in (await chat.say("ayu", "/settings digest.when"))[0]
    assert await chat.say("ayu", "/digest") == [
        "下一期 今天 18:30，说前一天的事。先看「周报 预览」，现在就发「周报 现在」。"
    ]
    await chat.say("ayu", "/settings digest.enabled off")
    assert await chat.say("ayu", "/schedule digest mon 10:00") == ["记下了，周报改到 mon 10:00；不过它现在关着。"]


async def test_in_private_all_groups_that_one_runs(chat: Chat) -> None:
    await chat.say("carol", "早", group="g2")
    told = (await chat.tell("ayu", "/schedule"))[0]
    assert told.startswith("群 g1的定时：周报 mon 09:00，下次 11 月 30 日 09:00；")
    assert "g2" not in told
    assert await chat.tell("bob", "定时") == ["这个要群管理员来看。"]
    assert await chat.tell("ayu", "定时 周报 周五 18:00") == ["改时间在群里说，哪个群说改哪个群的。"]
