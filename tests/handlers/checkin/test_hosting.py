"""Hosting: the code in private, the count, checking in for others, and the list to print."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errands import Errands
from handlers.checkin._guests import Guest, meant
from handlers.checkin._printing import content, drawn
from storage import checkins, companies, registrations
from storage.events import Event
from storage.registrations import Source, State
from tests.chat import Chat
from tests.handlers.checkin.given import ON_SITE, START, member_id, published
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("checkin", "questions")
NAMES = ("木子", "江南", "豆子")


async def hosted(open_chat: OpenChat, *names: str, **more: Any) -> tuple[Chat, Event]:
    """Return a chat half an hour before an event for which some registered, in which root is an admin."""
    chat = await open_chat(**{"features": FEATURES, **more})
    event = await published(chat, ON_SITE)
    await chat.make_admin("root")
    for name in names or NAMES:
        await register(chat, event, name)
    chat.clock.time = START - timedelta(minutes=30)
    return chat, event


async def register(chat: Chat, event: Event, name: str, *, company: str = "", state: State = State.IN) -> None:
    member, now = await member_id(chat, name), chat.clock.now()
    async with chat.database.write() as store:
        known = await companies.ensure(store, company) if company else None
        values = {"state": state, "at": now, "changed_at": now, "source": Source.PRIVATE, "company_id": known}
        await registrations.put(store, event.id, member, values)


async def test_the_code_is_for_hosts_in_private(open_chat: OpenChat) -> None:
    chat, event = await hosted(open_chat, url="https://pg.example.org")
    assert await chat.tell("木子", "签到码 E1") == ["这个要群管理员来发。"]
    assert await chat.ask_bot("root", "签到码 E1") == ["签到码只私聊给：私聊我发「签到码 E1」。"]
    lines = (await chat.tell("root", "/checkin_code E1"))[0].splitlines()
    async with chat.database.write() as store:
        code = await checkins.code_of(store, event.id, checkins.days(event)[0])
    assert lines == [
        f"E1《象行成都》11 月 26 日的签到码：{code.code}",
        f"18:00 到 21:50 管用，来的人发「签到 {code.code}」。",
        f"投屏用这一页，只给现场看：https://pg.example.org/e/1/checkin?k={code.token}",
    ]
    chat.clock.time = START + timedelta(days=1)
    assert await chat.tell("root", "签到码 E1") == ["E1 已经结束了，没有签到码。"]


async def test_the_count_is_live_and_for_hosts(open_chat: OpenChat) -> None:
    chat, _ = await hosted(open_chat)
    assert await chat.tell("木子", "签到 E1") == ["这个要群管理员来发。"]
    await chat.tell("root", "代签 E1 木子")
    assert (await chat.tell("root", "签到 E1"))[0].splitlines() == [
        "E1《象行成都》：今天签到 1 人，报名 3 人里来了 1 人",
        "第一次来的 1 位：木子",
        "报了名还没到的 2 位：江南、豆子",
        "没带手机的：「代签 E1 名字」。名单：「签到表 E1」。",
    ]
    assert (await chat.say("root", "/attendance E1"))[0].splitlines()[1:] == [
        "第一次来的 1 位。",
        "没带手机的：「代签 E1 名字」。名单：「签到表 E1」。",
    ]
    chat.clock.time = START + timedelta(days=1)
    assert (await chat.say("root", "/attendance E1"))[0].splitlines()[
        0
    ] == "E1《象行成都》：签到 1 人，报名 3 人里来了 1 人"


async def test_hosts_check_in_by_name_list_and_number(open_chat: OpenChat) -> None:
    chat, event = await hosted(open_chat)
    await register(chat, event, "候补-小李", state=State.WAITING)
    assert await chat.tell("木子", "代签 E1 江南") == ["这个要群管理员来发。"]
    assert (await chat.tell("root", "代签 E1 木子、江南，路人甲"))[0].splitlines() == [
        "代签好了：木子、江南。E1 今天到了 2 位。",
        "报名里没有：路人甲。在群里的人，让他私聊我发「签到」加码，不报名也收。",
    ]
    assert (await chat.tell("root", "代签 E1 木子"))[0] == "已经签过：木子"
    assert (await chat.tell("root", "代签 E1 3"))[0] == "代签好了：豆子。E1 今天到了 3 位。"
    assert (await chat.tell("root", "代签 E1 小李"))[0].startswith("代签好了：")
    async with chat.database.read() as store:
        assert (await registrations.counts(store, event.id)).taken == 4
        assert {one.how for one in await checkins.of_event(store, event.id)} == {"host"}


async def test_two_of_one_name_are_told_apart_by_number(open_chat: OpenChat) -> None:
    chat, event = await hosted(open_chat, "成都-木子-DBA")
    await register(chat, event, "北京-木子-开发", company="苇间数据")
    assert (await chat.tell("root", "代签 E1 木子"))[0] == (
        "叫「木子」的有 2 位：1 成都-木子-DBA、2 北京-木子-开发（苇间数据）。写编号：「代签 E1 1」。"
    )
    assert "苇间" not in (await chat.ask_bot("root", "代签 E1 木子"))[0]


async def test_hostile_names_are_names(open_chat: OpenChat) -> None:
    chat, _ = await hosted(open_chat)
    names = "代签 E1 ' OR 1=1 --，%，_，@全体成员，13812345678，" + "长" * 400
    said = (await chat.tell("root", names))[0]
    assert said.startswith("报名里没有：' OR 1=1 --、%、_、全体成员、***、长长长长长长长长长长长…。")


async def test_only_while_the_code_holds(open_chat: OpenChat) -> None:
    chat, _ = await hosted(open_chat)
    chat.clock.time = START - timedelta(hours=3)
    assert (await chat.tell("root", "代签 E1 木子"))[0].startswith("E1 今天没有签到：")


GUESTS = [
    Guest(1, 1, 1, "木子", "成都-木子-DBA", "苇间数据", waiting=False),
    Guest(2, 2, 2, "木子", "木子", "", waiting=False),
    Guest(3, 3, 3, "Lena Wang", "Lena Wang", "", waiting=True),
]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("木子", [1, 2]),
        ("成都-木子-DBA", [1]),
        ("lena", [3]),
        ("ＬＥＮＡ wang", [3]),
        ("2", [2]),
        ("9", []),
        ("路人", []),
    ],
)
def test_whom_a_name_means(wanted: str, numbers: list[int]) -> None:
    assert [guest.number for guest in meant(wanted, GUESTS)] == numbers


@pytest.mark.middle
async def test_the_list_to_print_comes_in_private(open_chat: OpenChat, tmp_path: Path) -> None:
    chat, _ = await hosted(open_chat)
    assert await chat.tell("木子", "签到表 E1") == ["这个要群管理员来发。"]
    assert await chat.tell("root", "签到表 E1") == ["在排，好了私聊发你。"]
    errands = Errands(chat.database, chat.house, chat.clock, tmp_path / "files", lambda: None)
    assert await errands.work()
    assert (await chat.tick())[0].startswith("E1《象行成都》的签到表，3 人。")
    (made,) = (tmp_path / "files").glob("list-1-*.pdf")
    assert made.read_bytes().startswith(b"%PDF")


async def test_the_list_is_by_pinyin_and_the_same_bytes_each_time(open_chat: OpenChat) -> None:
    chat, event = await hosted(open_chat)
    data = content(event, GUESTS, {2}, chat.clock.now(), "zh")
    assert [row["name"] for row in data["rows"]] == ["Lena Wang", "木子", "木子"]
    assert [row["here"] for row in data["rows"]] == [False, False, True]
    assert data["count"] == "报名 2 人，候补 1 人"
    assert drawn(data, START) == drawn(data, START)
