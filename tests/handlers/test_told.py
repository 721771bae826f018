"""Told: who said 同问 hears how it ended, once and where they said it, also where time alone made it count."""

from __future__ import annotations

import pytest

from storage import groups, members, settings
from storage.database import Database
from storage.frames import Place
from tests.chat import Chat
from tests.handlers.conftest import FEATURES, OpenChat
from tests.handlers.test_questions import ASKED, GIVEN

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

HERE = f"@doudou 你同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"
ALONE = f"你同问的 #1 解决了：{GIVEN}\n看全文：发「看 1」"


async def asked(chat: Chat, *, group: str = "g2") -> None:
    """Let muzi ask #1 in g1, doudou say 同问 elsewhere, and xiaozhou answer in g1."""
    await chat.say("muzi", ASKED)
    await chat.say("doudou", "早", group=group)
    await chat.ask_bot("doudou", "同问 1", group=group)
    chat.later(minutes=3)
    await chat.tick()
    await chat.say("xiaozhou", GIVEN, reply_to="m00001")
    chat.later(minutes=5)


async def share(chat: Chat, group: str, value: str) -> None:
    async with chat.database.write() as store:
        found = await groups.at(store, Place("qq", group))
        assert found is not None
        await settings.put(store, found.id, "questions.sharing", value, chat.clock.now(), None)


async def hours(chat: Chat, count: int) -> list[str]:
    """Let hours pass, and return what was posted in them of the bot's own accord."""
    said: list[str] = []
    for _ in range(count):
        chat.later(hours=1)
        said += await chat.tick()
    return said


async def test_in_their_own_group_once_for_ever(database: Database) -> None:
    chat = await Chat.open(database, features=FEATURES)
    await asked(chat)
    _, told = await chat.ask_bot("muzi", "解决了")
    assert told == HERE
    assert chat.adapter.posted[-1].place.key == "g2"
    assert len(await chat.ask_bot("muzi", "没解决 1")) == 1
    chat.later(minutes=5)
    assert len(await chat.ask_bot("muzi", "解决了 1")) == 1
    assert await hours(chat, 12) == []


@pytest.mark.parametrize(
    ("home", "there", "told"),
    [
        ("community", "community", HERE),
        ("group", "community", "@doudou 你同问的 #1 在「群 g1」解决了。那个群的话不外传，怎么弄的要去那边看。"),
        ("community", "group", "@doudou 你同问的 #1 在「群 g1」解决了。那个群的话不外传，怎么弄的要去那边看。"),
    ],
)
async def test_only_what_may_be_quoted_there(chat: Chat, home: str, there: str, told: str) -> None:
    await asked(chat)
    await share(chat, "g1", home)
    await share(chat, "g2", there)
    assert (await chat.ask_bot("muzi", "解决了"))[1:] == [told]


async def test_a_group_that_is_quoted_nowhere_is_told_that_it_is_solved(chat: Chat) -> None:
    await asked(chat, group="g1")
    await share(chat, "g1", "nobody")
    assert (await chat.ask_bot("muzi", "解决了"))[1:] == [
        "@doudou 你同问的 #1 解决了。本群设了不转述，怎么弄的往上翻就有。"
    ]


async def test_a_person_with_two_accounts_is_told_once(chat: Chat) -> None:
    await chat.say("doudou2", "早", group="g3")
    await asked(chat)
    async with chat.database.write() as store:
        one, other = await members.find(store, "qq", "doudou"), await members.find(store, "qq", "doudou2")
        assert one is not None
        assert other is not None
        await members.link(store, one.id, other.id, chat.clock.now())
    assert await chat.ask_bot("doudou2", "同问 1", group="g3") == ["#1 你同问过了，现在一共 1 人同问。"]
    assert (await chat.ask_bot("muzi", "解决了"))[1:] == [HERE]


async def test_a_closing_thanks_is_told_a_day_later(chat: Chat) -> None:
    await asked(chat)
    await chat.say("muzi", "谢谢", reply_to="m00004")
    assert await hours(chat, 23) == []
    assert await hours(chat, 3) == [HERE]
    assert await hours(chat, 24) == []


async def test_an_accepted_answer_is_told_within_the_hour(chat: Chat) -> None:
    await chat.make_admin("root")
    await asked(chat)
    chat.later(days=3)
    assert len(await chat.say("root", "/close 1")) == 1
    assert await hours(chat, 1) == [HERE]


async def test_nobody_is_told_after_a_week(chat: Chat) -> None:
    await asked(chat)
    chat.later(hours=14)  # at night
    assert len(await chat.ask_bot("muzi", "解决了")) == 1
    chat.later(days=7, minutes=1)
    assert await hours(chat, 12) == []


async def test_where_a_group_wants_quiet_it_is_told_in_private(chat: Chat) -> None:
    await asked(chat)
    async with chat.database.write() as store:
        found = await groups.at(store, Place("qq", "g2"))
        assert found is not None
        await settings.put(store, found.id, "outbox.quiet", True, chat.clock.now(), None)
    assert (await chat.ask_bot("muzi", "解决了"))[1:] == [ALONE]
    assert chat.adapter.posted[-1].place.key == "direct:doudou"


async def test_a_group_that_was_not_approved_gets_no_post(open_chat: OpenChat) -> None:
    chat = await open_chat(preview=True)
    await asked(chat)
    assert (await chat.ask_bot("muzi", "解决了"))[1:] == [ALONE]


async def test_who_found_it_alone_has_a_day_to_tell_how(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    await chat.ask_bot("doudou", "同问 1")
    chat.later(minutes=3)
    await chat.tick()
    assert len(await chat.ask_bot("muzi", "解决了")) == 1
    assert await hours(chat, 23) == []
    assert await hours(chat, 3) == ["@doudou 你同问的 #1 提问者说好了，没说怎么弄的；在群里问一句就知道。"]


async def test_an_import_tells_nobody(chat: Chat) -> None:
    await chat.say("muzi", ASKED, replayed=True)
    await chat.say("xiaozhou", GIVEN, reply_to="m00001", replayed=True)
    await chat.ask_bot("doudou", "同问 1")
    chat.later(minutes=3)
    await chat.tick()
    assert len(await chat.ask_bot("muzi", "解决了 1")) == 1
    assert await hours(chat, 26) == []
