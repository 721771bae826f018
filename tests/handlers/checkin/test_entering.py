"""Checking in: by the code of the day and nothing else, once, registered or not; guesses are limited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.commands import Vocabulary
from storage import checkins, events, registrations
from storage.database import Database
from storage.events import Event
from storage.registrations import Source, State
from tests.chat import Chat, load_features
from tests.handlers.checkin.given import ON_SITE, START, member_id, published
from tests.handlers.conftest import OpenChat, check_manners

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("checkin", "questions", "help")


async def the_code(chat: Chat, event: Event, day: int = 0) -> str:
    """Return the code of an event's first day, or of a later one."""
    async with chat.database.write() as store:
        return (await checkins.code_of(store, event.id, checkins.days(event)[day])).code


async def on_the_day(open_chat: OpenChat, **more: Any) -> tuple[Chat, Event, str]:
    """Return a chat half an hour before an event, the event, and its code."""
    chat = await open_chat(**{"features": FEATURES, **more})
    event = await published(chat, ON_SITE)
    chat.clock.time = START - timedelta(minutes=30)
    return chat, event, await the_code(chat, event)


def another(*codes: str) -> str:
    """Return a code that is none of some."""
    return next(code for code in ("0000", "1111", "2222", "3333") if code not in codes)


async def came(chat: Chat, event: int = 1) -> int:
    async with chat.database.read() as store:
        return len(await checkins.persons(store, event))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("签到 4821", "checkin"),
        ("签到４８２１", "checkin"),
        ("签到 E57 4821", "checkin"),
        ("签到 E57", "attendance"),
        ("签到码 E57", "checkin_code"),
        ("签到表 e57", "checkin_list"),
        ("签到 48210", None),
        ("签到 我今天堵在路上大概要晚半个小时才能到现场不好意思", None),
        ("签到在哪里", None),
    ],
)
def test_what_is_a_check_in_and_what_a_sentence(said: str, name: str | None) -> None:
    parsed = Vocabulary(load_features(("checkin",))).parse(said, spoken_to=True)
    assert (parsed and parsed.bound.entry.names[0]) == name


async def test_who_says_the_code_is_there_once(open_chat: OpenChat) -> None:
    chat, _, code = await on_the_day(open_chat)
    assert (await chat.tell("muzi", f"签到 {code}"))[0].splitlines() == [
        "E1 签到好了，你是今天第 1 位。",
        "第一次来，欢迎。有什么想知道的，问旁边的人或者问我。",
        "想问讲者：「问 E1 你的问题」。",
    ]
    assert await chat.tell("muzi", f"/checkin {code}") == ["E1 今天你签过了。"]
    assert (await chat.tell("jiangnan", f"/checkin E1 {code}"))[0].startswith("E1 签到好了，你是今天第 2 位。")
    assert await came(chat) == 2


async def test_who_did_not_register_is_registered_at_the_door(open_chat: OpenChat) -> None:
    chat, event, code = await on_the_day(open_chat)
    await chat.tell("muzi", f"签到 {code}")
    async with chat.database.read() as store:
        found = await registrations.of_person(store, event.id, await member_id(chat, "muzi"))
        assert found is not None
        assert (found.state, found.source) == (State.IN, Source.DOOR)


async def test_who_came_before_is_no_first_timer(open_chat: OpenChat) -> None:
    chat, _, code = await on_the_day(open_chat)
    await chat.tell("muzi", f"签到 {code}")
    chat.later(days=7)
    later = await published(
        chat, ON_SITE, starts_at=START + timedelta(days=7), ends_at=START + timedelta(days=7, hours=1)
    )
    assert "第一次来" not in (await chat.tell("muzi", f"签到 {await the_code(chat, later)}"))[0]


async def test_in_a_group_confirmations_are_gathered_and_newcomers_greeted(open_chat: OpenChat) -> None:
    chat, _, code = await on_the_day(open_chat)
    for who in ("muzi", "jiangnan", "douzi", "hank"):
        assert await chat.ask_bot(who, f"签到 {code}") == []
    chat.later(minutes=3)
    assert [post.splitlines() for post in await chat.tick()] == [
        ["E1 签到收到，今天到了 4 位。", "其中第一次来的 4 位：muzi、jiangnan、douzi 等。欢迎。"]
    ]


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (timedelta(hours=-2, seconds=-5), "这个码现在不管用，"),
        (timedelta(hours=-2), "E1 签到好了"),
        (timedelta(minutes=109), "E1 签到好了"),
        (timedelta(minutes=110), "这个码现在不管用，"),
        (timedelta(days=1), "这个码现在不管用，"),
        (timedelta(days=30), "没有这个码。"),
    ],
)
async def test_a_code_holds_on_its_day(open_chat: OpenChat, at: timedelta, answer: str) -> None:
    chat, _, code = await on_the_day(open_chat)
    chat.clock.time = START + at
    assert (await chat.tell("muzi", f"签到 {code}"))[0].startswith(answer)


async def test_yesterdays_code_and_another_events_tell_nothing_more(open_chat: OpenChat) -> None:
    chat = await open_chat(features=FEATURES)
    two_days = await published(chat, ON_SITE, ends_at=START + timedelta(days=1, hours=1))
    other = await published(chat, ON_SITE)
    yesterday, today = await the_code(chat, two_days), await the_code(chat, two_days, 1)
    chat.clock.time = START
    assert await chat.tell("muzi", f"签到 E1 {await the_code(chat, other)}") == ["这不是 E1 的码。"]
    assert (await chat.tell("muzi", f"签到 {yesterday}"))[0].startswith("E1 签到好了")
    chat.clock.time = START + timedelta(days=1)
    assert await chat.tell("muzi", f"签到 {yesterday}") == ["这个码现在不管用，看看现场今天写的。"]
    assert (await chat.tell("muzi", f"签到 {today}"))[0].startswith("E1 签到好了")
    assert await came(chat) == 1


async def test_a_cancelled_event_has_no_check_in(open_chat: OpenChat) -> None:
    chat, event, code = await on_the_day(open_chat)
    async with chat.database.write() as store:
        await events.cancel(store, event.id, chat.clock.now())
    assert await chat.tell("muzi", f"签到 {code}") == ["这个码现在不管用，看看现场今天写的。"]


async def test_the_token_of_the_link_will_do(open_chat: OpenChat) -> None:
    chat, event, _ = await on_the_day(open_chat)
    async with chat.database.write() as store:
        token = (await checkins.code_of(store, event.id, checkins.days(event)[0])).token
    assert (await chat.tell("muzi", f"/checkin {token}"))[0].startswith("E1 签到好了")
    async with chat.database.read() as store:
        assert [one.how for one in await checkins.of_event(store, event.id)] == ["link"]


async def test_guesses_of_one_person_are_limited(open_chat: OpenChat) -> None:
    chat, _, code = await on_the_day(open_chat)
    wrong = another(code)
    said = [(await chat.tell("eve", f"签到 {wrong}"))[0] for _ in range(5)]
    assert [text[-8:] for text in said[:4]] == [f"还能试 {left} 次。"[-8:] for left in (4, 3, 2, 1)]
    assert said[4].startswith("没有这个码。试了 5 次，歇一小时再来")
    assert (await chat.tell("eve", f"签到 {code}"))[0].startswith("这一小时试错 5 次了")
    assert (await chat.tell("muzi", f"签到 {code}"))[0].startswith("E1 签到好了")
    chat.later(hours=1)
    assert (await chat.tell("eve", f"签到 {code}"))[0].startswith("E1 签到好了")


async def test_many_guesses_close_the_door_to_strangers_and_hosts_hear_once(open_chat: OpenChat) -> None:
    chat, event, code = await on_the_day(open_chat, tables={"checkin": {"tries_of_all": 6}})
    await chat.make_owner("boss")
    await chat.tell("boss", "/help")
    muzi = await member_id(chat, "muzi")
    async with chat.database.write() as store:
        await registrations.at_door(store, event.id, muzi, chat.clock.now())
    wrong, heard = another(code), []
    for number in range(6):
        heard += await chat.tell(f"eve{number % 3}", f"签到 {wrong}")
    warned = [text for text in heard if text.startswith("E1 的签到码有人乱试")]
    assert len(warned) == 1
    assert (await chat.ask_bot("muzi", f"签到 {code}"))[0].startswith("乱试码的太多，")
    assert (await chat.tell("new", f"签到 {code}"))[0].startswith("乱试码的太多，")
    assert (await chat.tell("muzi", f"签到 {code}"))[0].startswith("E1 签到好了")
    assert await came(chat) == 1
    chat.later(hours=1)
    assert (await chat.tell("new", f"签到 {code}"))[0].startswith("E1 签到好了")


async def test_both_engines_check_in_alike(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    event = await published(chat, ON_SITE)
    chat.clock.time = START
    code = await the_code(chat, event)
    said = [*await chat.tell("muzi", f"签到 {another(code)}"), *await chat.tell("muzi", f"签到 {code}")]
    assert [text[:5] for text in said] == ["没有这个码", "E1 签到"]
    for text in said:
        check_manners(text)
    assert await came(chat) == 1
