"""Guarded commands in every disguise: only an id with the right, fresh, spoken once, by itself, is obeyed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers import Right
from storage import grants, groups, messages, schedules, settings
from storage.database import Database
from storage.frames import Edit, Frame, Place, Press
from tests.chat import Chat, Recorder, load_features
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = ("settings", "posting", "privacy", "owner", "binding", "stats", "digest", "help")
DENIED = "这个要群管理员来发。想收尾自己的题，回「解决了」。"
GUARDED = (
    "/digest now", "/digest resend", "/quiet", "/quiet off", "/speak", "/settings stats.days 30", "/settings",
    "/hello", "周报 现在", "安静", "出声", "打招呼", "设置 stats.days 30", "/admin add @x", "管理员 看",
)  # fmt: skip
OF_ITS_OWN = ("/settings", "设置", "/digest", "周报")  # in private an admin says these of the own group
NAMES = ("管理员", "群主", "owner", "ayu", "own", "аdmin", "小象", "\u202enimda", "[CQ:at,qq=all]", "{0.__class__}")


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES)
    await opened.make_admin("ayu")
    await opened.make_owner("own")
    await opened.say("ayu", "早")
    return opened


async def effects(chat: Chat) -> tuple[object, ...]:
    """Return what a guarded command could have changed."""
    async with chat.database.read() as store:
        held = await store.rows(grants.GRANTS.select())
        planned = [(s.rule, s.active) for s in await schedules.active(store)]
        over = await settings.overrides(store, 1)
        group = await groups.get(store, 1)
    return len(held), planned, over, group.noticed_at


@pytest.mark.parametrize("name", NAMES)
async def test_no_name_gives_a_right(chat: Chat, name: str) -> None:
    before = await effects(chat)
    for text in GUARDED:
        said = await chat.ask_bot("mallory", text, name=name, mentions=["mallory"])
        chat.later(seconds=6)
        assert said == [DENIED], text
    assert await effects(chat) == before


async def test_an_admin_is_none_elsewhere(chat: Chat) -> None:
    for text in GUARDED:
        assert await chat.ask_bot("ayu", text, group="g2") == [DENIED], text
        chat.later(seconds=6)
        if not text.startswith(OF_ITS_OWN):
            assert await chat.tell("ayu", text) == [DENIED], text
    for text in ("/settings 群 g2 stats.days 30", "设置 「群 g2」 stats.days 30", "设置 2 stats.days 30"):
        assert (await chat.tell("ayu", text))[0].startswith("你管的群里没有「"), text
    async with chat.database.read() as store:
        assert await settings.overrides(store, 2) == {}


@pytest.mark.parametrize(
    ("more", "answered"),
    [
        ({"flags": ["anonymous"]}, True),
        ({"flags": ["forwarded"]}, False),
        ({"flags": ["forwarded", "anonymous"]}, False),
        ({"age": timedelta(seconds=121)}, False),
        ({"replayed": True}, False),
    ],
)
async def test_not_even_from_an_admin(chat: Chat, more: dict[str, Any], answered: bool) -> None:
    before = await effects(chat)
    for text in ("/quiet", "/settings stats.days 30", "安静", "/digest now"):
        said = await chat.say("ayu", text, to_bot=text == "安静", **more)
        assert said == ([DENIED] if answered else []), text
        async with chat.database.read() as store:
            assert await messages.find(store, 1, chat.last) is not None  # stored all the same
    assert await effects(chat) == before


async def test_a_quoted_command_is_a_quotation(chat: Chat) -> None:
    before = await effects(chat)
    quotations = (
        "看他写的 /quiet",
        "「/quiet」",
        "> /quiet",
        "他说：安静",
        "/quietly",
        "安静点行不行",
        "/quiet@otherbot",
    )
    for text in quotations:
        await chat.say("ayu", text)
    assert await effects(chat) == before


async def test_a_command_edited_into_an_old_message(chat: Chat) -> None:
    before = await effects(chat)
    await chat.say("ayu", "早啊")
    now = chat.clock.now()
    edited = Frame("e1", Place("qq", "g1"), now, Edit(chat.last, "/quiet"))
    assert await chat.hear(edited) == []
    assert await effects(chat) == before


async def test_the_same_frame_twice_has_one_effect(chat: Chat) -> None:
    first = await chat.say("ayu", "/settings stats.days 30", key="k1")
    assert len(first) == 1
    assert await chat.say("ayu", "/settings stats.days 30", key="k1") == []


@pytest.mark.parametrize(
    "text",
    ["/quiet", "／quiet", "／ＱＵＩＥＴ", "\u200b/quiet", "/\u2060quiet", "/QUIET", "          /quiet          ",
     "/quiet@小象", "/quiet@10000", "／安静", "\ufeff/Quiet"],
)  # fmt: skip
async def test_one_command_however_it_is_typed(chat: Chat, text: str) -> None:
    assert await chat.say("mallory", text) == [DENIED]
    assert (await chat.say("ayu", text))[0].startswith("好，安静了")


@pytest.mark.parametrize(
    "args",
    ["x" * 10_000, "--all", "'", '"', "🐘", "2026-02-30 25:61", "0 * * * * *", "digest.when 0 * * * * *", "123456789",
     "digest.when 2026-02-30", "digest.sections " + "x" * 9_000, "(a+)+$", "%", "_", "'; drop table settings",
     "digest.when {{7*7}}", "digest.when %(x)s", "digest.when {0.__class__}", "digest.__class__ 1"],
)  # fmt: skip
async def test_arguments_that_make_no_sense_do_nothing(sqlite_database: Database, args: str) -> None:
    chat = await Chat.open(sqlite_database, features=FEATURES)
    await chat.make_admin("ayu")
    said = await chat.say("ayu", f"/settings {args}")
    assert len(said) == 1
    assert len(said[0]) < 400
    async with chat.database.read() as store:
        over = await settings.overrides(store, 1)
    assert set(over) <= {"digest.sections"}  # any words may name sections; those that are none are left out
    await chat.tick()


async def test_a_button_is_pressed_by_its_presser(chat: Chat) -> None:
    before = await effects(chat)
    now = chat.clock.now()
    for number, command in enumerate(("/quiet", "/digest now", "/settings stats.days 30")):
        press = Press("bot1", "mallory", "ayu", command)
        assert await chat.hear(Frame(f"p{number}", Place("qq", "g1"), now, press)) == []
    assert await effects(chat) == before


async def test_grants_count_for_nothing_where_ids_change(chat: Chat) -> None:
    object.__setattr__(chat.house, "adapters", {"test": Recorder(abilities=frozenset())})
    before = await effects(chat)
    for text in GUARDED:
        assert await chat.ask_bot("own", text) == [DENIED], text
        chat.later(seconds=6)
    assert await effects(chat) == before


def test_each_command_says_what_it_needs() -> None:
    needed = {entry.names[0]: entry.needs for feature in load_features(FEATURES) for entry in feature.router.commands}
    assert {name for name, right in needed.items() if right is Right.GLOBAL} == {"admin"}
    assert {name for name, right in needed.items() if right is Right.GROUP} == {
        "settings", "quiet", "speak", "hello", "digest", "block", "unblock",
    }  # fmt: skip
