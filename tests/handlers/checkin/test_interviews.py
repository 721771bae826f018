"""Interviews on site: by consent, with a way past every question, by a host for somebody there, and taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errands import Errands
from storage import checkins, interviews
from storage.events import Event
from tests.chat import Chat
from tests.handlers.checkin.given import ON_SITE, START, TALK, member_id, published
from tests.handlers.checkin.test_hosting import register
from tests.handlers.conftest import OpenChat

FEATURES = ("checkin", "couriers", "questions", "privacy")  # couriers have a 跳过 of their own


async def there(open_chat: OpenChat, *names: str) -> tuple[Chat, Event]:
    """Return a chat during an event at which some are checked in, and root hosts."""
    chat = await open_chat(features=FEATURES)
    event = await published(chat, ON_SITE)
    await chat.make_admin("root")
    chat.clock.time = START
    for name in names:
        await register(chat, event, name)
        member = await member_id(chat, name)
        async with chat.database.write() as store:
            await checkins.add(store, event.id, member, checkins.days(event)[0], START)
    return chat, event


async def kept(chat: Chat) -> list[tuple[str, str, str, str, str]]:
    async with chat.database.read() as store:
        found = await interviews.of_event(store, 1)
    return [(one.how, one.industry, one.scenario, one.architecture, one.needs) for one in found]


async def test_a_member_tells_and_may_skip(open_chat: OpenChat) -> None:
    chat, _ = await there(open_chat, "木子")
    consent = (await chat.tell("木子", "访谈 E1"))[0]
    assert "愿意回「好」，不愿意回「取消」" in consent
    assert await chat.tell("木子", "制造") == ["愿意回「好」，不愿意回「取消」。"]
    assert (await chat.tell("木子", "好"))[0].startswith("1/4")
    assert (await chat.tell("木子", "制造"))[0].startswith("2/4")
    assert (await chat.tell("木子", "跳过"))[0].startswith("3/4")
    assert await chat.tell("木子", "长" * 301) == ["一句最多 300 字，收短一点。"]
    assert (await chat.tell("木子", "一主两从，8TB"))[0].startswith("4/4")
    assert (await chat.tell("木子", "双活"))[0].startswith("记下了，谢谢。")
    assert await kept(chat) == [("self", "制造", "", "一主两从，8TB", "双活")]
    assert await chat.tell("木子", "访谈 E1 删掉") == ["E1 的访谈删掉了。"]
    assert await chat.tell("木子", "访谈 E1 删掉") == ["E1 没有你的访谈。"]
    assert await kept(chat) == []


@pytest.mark.middle
async def test_nothing_is_kept_without_consent_or_of_nothing(open_chat: OpenChat) -> None:
    chat, _ = await there(open_chat, "木子")
    await chat.tell("木子", "访谈 E1")
    await chat.tell("木子", "取消")
    await chat.tell("木子", "访谈 E1")
    said = [(await chat.tell("木子", word))[0] for word in ("好", "跳过", "跳过", "跳过", "跳过")]
    assert said[-1] == "都跳过了，没记。"
    assert await kept(chat) == []


@pytest.mark.middle
async def test_only_who_is_there_and_only_on_site(open_chat: OpenChat) -> None:
    chat, _ = await there(open_chat)
    await published(chat, TALK)
    assert await chat.tell("木子", "访谈 E1") == ["先签到再聊：「签到」加现场的码。"]
    assert await chat.tell("木子", "访谈 E2") == ["E2 在线上，访谈只在现场做。"]
    assert await chat.ask_bot("木子", "访谈 E1") != ["先签到再聊：「签到」加现场的码。"]


async def test_a_host_writes_down_for_somebody_who_is_told(open_chat: OpenChat) -> None:
    chat, _ = await there(open_chat, "木子", "江南")
    await chat.tell("木子", "/help")
    assert await chat.tell("江南", "访谈 E1 木子") == ["这个要群管理员来发。"]
    assert (await chat.tell("root", "访谈 E1 豆子"))[0].startswith("签到的人里没有「豆子」。")
    assert (await chat.tell("root", "访谈 E1 木子"))[0].startswith("木子当面同意记下来吗？")
    said = [await chat.tell("root", word) for word in ("好", "金融", "核心账务", "跳过", "国产化迁移")]
    assert said[-1] == [
        "木子的记下了，也告诉本人了。",
        "E1 现场替你记了这些，只给管理员看：\n行业：金融\n场景：核心账务\n想要什么：国产化迁移\n"
        "不想留回「访谈 E1 删掉」，要改回「访谈 E1」。不回也没事。",
    ]
    assert await kept(chat) == [("host", "金融", "核心账务", "", "国产化迁移")]
    assert await chat.tell("木子", "访谈 E1 删掉") == ["E1 的访谈删掉了。"]


async def test_a_dialog_that_waits_too_long_is_forgotten(open_chat: OpenChat) -> None:
    chat, _ = await there(open_chat, "木子")
    await chat.tell("木子", "访谈 E1")
    chat.clock.time += timedelta(hours=2)
    await chat.tell("木子", "好")
    assert await kept(chat) == []


@pytest.mark.middle
async def test_hosts_get_the_table(open_chat: OpenChat, tmp_path: Path) -> None:
    chat, event = await there(open_chat, "木子")
    assert await chat.tell("root", "访谈表 E1") == ["E1 还没有访谈。"]
    member = await member_id(chat, "木子")
    async with chat.database.write() as store:
        await interviews.keep(store, event.id, member, {"needs": "双活"}, START)
    assert await chat.tell("木子", "访谈表 E1") == ["这个要群管理员来发。"]
    assert await chat.tell("root", "访谈表 E1") == ["在排，好了私聊发你。"]
    errands = Errands(chat.database, chat.house, chat.clock, tmp_path / "files", lambda: None)
    assert await errands.work()
    assert (await chat.tick())[0].startswith("E1 的访谈，1 份。")
    (made,) = (tmp_path / "files").glob("interviews-1-*.xlsx")
    assert made.read_bytes().startswith(b"PK")
