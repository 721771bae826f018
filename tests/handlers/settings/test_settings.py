"""Settings by command: value and source, the model as judge, and what depends on them follows at once."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage import outbox, schedules, settings
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

FEATURES = ("questions", "stats", "digest", "privacy", "settings", "help")


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    opened = await open_chat(features=FEATURES, tables={"digest": {"when": "tue 10:00"}})
    await opened.make_admin("ayu")
    return opened


async def one(chat: Chat, text: str, **more: object) -> str:
    replies = await chat.ask_bot("ayu", text, **more)
    assert len(replies) == 1
    return replies[0]


async def rule_of(chat: Chat, group: int = 1) -> tuple[str, bool]:
    async with chat.database.read() as store:
        found = await store.rows(schedules.SCHEDULES.select().where(schedules.SCHEDULES.c.group_id == group))
    return found[0].rule, found[0].active


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/settings digest.when", ["digest.when = tue 10:00（配置文件）"]),
        ("设置 digest.enabled", ["digest.enabled = on（默认）"]),
        ("/settings community.language", ["community.language = zh（配置文件）"]),
        ("/settings stats", ["stats.days = 7（默认）"]),
        ("/settings", ["本群没改过设置。", "能设的：community、questions、stats、digest、privacy"]),
    ],
)
async def test_value_and_source(chat: Chat, text: str, lines: list[str]) -> None:
    assert (await one(chat, text)).splitlines()[: len(lines)] == lines


async def test_set_show_and_drop(chat: Chat) -> None:
    assert await one(chat, "设置 digest.when 周五 18:00") == (
        "digest.when 改成 周五 18:00，原来是 tue 10:00。还原：「设置 digest.when -」"
    )
    assert (await one(chat, "/settings")).splitlines()[:2] == [
        "本群改过的设置：",
        "digest.when = 周五 18:00（本群改的）",
    ]
    assert await one(chat, "/settings digest.when -") == "digest.when 还原成 tue 10:00（配置文件）。"


async def test_the_schedule_follows_at_once(chat: Chat) -> None:
    await chat.say("bob", "早")
    assert await rule_of(chat) == ("tue 10:00", True)
    await one(chat, "/settings digest.when fri 18:00")
    assert await rule_of(chat) == ("fri 18:00", True)
    await one(chat, "/settings digest.enabled off")
    assert await rule_of(chat) == ("fri 18:00", False)
    await one(chat, "/settings digest.when -")
    assert await rule_of(chat) == ("tue 10:00", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/settings digest.whem fri 18:00", "没有 digest.whem 这个设置。是想说 digest.when"),
        ("/settings digset", "没有 digset 这个设置。是想说 digest 吗？"),
        ("/settings digest.when 0 9 * * 1", "digest.when 不能是「0 9 * * 1」：时间这样写：周一 09:00"),
        ("/settings stats.days 0", "stats.days 不能是「0」：最小 1。现在还是 7。"),
        ("/settings stats.days seven", "stats.days 不能是「seven」：要一个整数。"),
        ("/settings community.language fr", "community.language 不能是「fr」：只能是 zh、en。"),
        ("/settings questions.sharing everyone", "只能是 community、group、nobody"),
        ("/settings digest.when; drop table", "看：「设置 digest」"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_done(chat: Chat, text: str, said: str) -> None:
    assert said in await one(chat, text)
    async with chat.database.read() as store:
        assert await settings.overrides(store, 1) == {}


async def test_the_language_of_one_group(chat: Chat) -> None:
    said = await one(chat, "/settings community.language en")
    assert said == "community.language is now en, was zh. Undo: /settings community.language -"
    assert (await one(chat, "/settings stats.days")).splitlines()[0] == "stats.days = 7 (default)"
    await chat.make_admin("ayu", group="g2")
    assert (await one(chat, "/settings stats.days", group="g2")).splitlines()[0] == "stats.days = 7（默认）"


async def test_an_owner_sets_for_all_groups_in_private(chat: Chat) -> None:
    await chat.say("ayu", "早", group="g1")
    await chat.say("bob", "早", group="g2")
    assert await chat.tell("ayu", "/settings stats.days 30") == ["这个要群管理员来发。想收尾自己的题，回「解决了」。"]
    await chat.make_owner("own")
    await chat.tell("own", "/settings digest.when wed 12:00")
    async with chat.database.read() as store:
        assert {s.rule for s in await schedules.active(store)} == {"wed 12:00"}
    assert (await one(chat, "/settings digest.when")).splitlines()[0] == "digest.when = wed 12:00（全社区改的）"
    await one(chat, "/settings digest.when fri 18:00")  # a group's own word stands above
    assert (await one(chat, "/settings digest.when")).splitlines()[0] == "digest.when = fri 18:00（本群改的）"


async def queue(chat: Chat, key: str, purpose: Purpose) -> None:
    async with chat.database.write() as store:
        later = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
        reply = Reply(Body.of("周报"), purpose=purpose, not_before=later)
        await outbox.put(store, reply, key=key, group=1, now=chat.clock.now(), expires_at=None)


async def states(chat: Chat) -> dict[str, State]:
    async with chat.database.read() as store:
        found = {key: await outbox.by_key(store, key) for key in ("digest", "reminder", "reply")}
    return {key: post.state for key, post in found.items() if post is not None}


async def test_quiet_drops_what_nobody_asked_for(chat: Chat) -> None:
    await chat.say("ayu", "早")
    for key, purpose in (("digest", Purpose.DIGEST), ("reminder", Purpose.REMINDER), ("reply", Purpose.REPLY)):
        await queue(chat, key, purpose)
    assert await one(chat, "安静") == "好，安静了：不发周报和提醒，@我还是答。想恢复，管理员发「出声」。"
    assert await states(chat) == {"digest": State.DROPPED, "reminder": State.DROPPED, "reply": State.PENDING}
    assert "已经是安静的" in await one(chat, "/quiet")
    async with chat.database.read() as store:
        assert await settings.get(store, 1, "outbox.quiet") is True


@pytest.mark.parametrize("back", ["出声", "/quiet off", "/speak"])
async def test_and_back(chat: Chat, back: str) -> None:
    await one(chat, "/quiet")
    assert "恢复了" in await one(chat, back)
    assert "本来就没静音" in await one(chat, back)
    async with chat.database.read() as store:
        assert await settings.get(store, 1, "outbox.quiet") is None


async def test_members_set_nothing(chat: Chat) -> None:
    for text in ("/settings stats.days 30", "设置 stats.days 30", "安静", "/quiet", "出声"):
        assert await chat.ask_bot("bob", text) == ["这个要群管理员来发。想收尾自己的题，回「解决了」。"]
        chat.later(minutes=1)


async def test_what_members_ask_about_settings_is_a_question(chat: Chat) -> None:
    replies = await chat.ask_bot("bob", "设置 shared_buffers 多大合适，内存 64G 的机器")
    assert all("群管理员" not in reply for reply in replies)
