"""Quiet in a group: for good or until a time, which ends by itself and is said nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.errands import Errands
from handlers.settings._until import end_of
from storage import groups, outbox, settings
from storage.frames import Place
from storage.outbox import State
from storage.replies import Body, Purpose, Reply
from tests.chat import Chat
from tests.handlers.settings.conftest import Say

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("3d", "2026-11-28 12:00"),
        ("12h", "2026-11-26 00:00"),
        ("2w", "2026-12-09 12:00"),
        ("3 天", "2026-11-28 12:00"),
        ("两周", "2026-12-09 12:00"),
        ("一个星期", "2026-12-02 12:00"),
        ("半年", None),
        ("0d", None),
        ("400d", None),
        ("到周一", "2026-11-30 09:00"),
        ("到 周五 18:00", "2026-11-27 18:00"),
        ("到周三", "2026-12-02 09:00"),  # this morning is past
        ("到周三 20:00", "2026-11-25 20:00"),
        ("到下周一", "2026-11-30 09:00"),
        ("到下周五", "2026-12-04 09:00"),
        ("until fri", "2026-11-27 09:00"),
        ("until next fri 18:00", "2026-12-04 18:00"),
        ("到明天", "2026-11-26 09:00"),
        ("到今天", None),
        ("until tomorrow 14:00", "2026-11-26 14:00"),
        ("到 20:00", "2026-11-25 20:00"),
        ("到 8:30", "2026-11-26 08:30"),
        ("到 12 月 5 日", "2026-12-05 09:00"),
        ("到12月5日 14:00", "2026-12-05 14:00"),
        ("until 12-05", "2026-12-05 09:00"),
        ("until 2027-02-05", "2027-02-05 09:00"),
        ("到 2 月 5 日", "2027-02-05 09:00"),
        ("到 2025-02-05", None),
        ("到 2 月 30 日", None),
        ("到 25:00", None),
        ("到", None),
        ("到 ", None),
        ("一点好吗", None),
    ],
)
def test_until_when(text: str, end: str | None) -> None:
    found = end_of(text, NOON, SHANGHAI, time(9))
    assert (found and f"{found.astimezone(SHANGHAI):%Y-%m-%d %H:%M}") == end


async def queue(chat: Chat, key: str, purpose: Purpose) -> None:
    async with chat.database.write() as store:
        later = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
        reply = Reply(Body.of("周报"), purpose=purpose, not_before=later)
        await outbox.put(store, reply, key=key, group=1, now=chat.clock.now(), expires_at=None)


async def states(chat: Chat) -> dict[str, State]:
    async with chat.database.read() as store:
        found = {key: await outbox.by_key(store, key) for key in ("digest", "reminder", "reply")}
    return {key: post.state for key, post in found.items() if post is not None}


@pytest.mark.middle
async def test_quiet_drops_what_nobody_asked_for(chat: Chat, one: Say) -> None:
    await chat.say("ayu", "早")
    for key, purpose in (("digest", Purpose.DIGEST), ("reminder", Purpose.REMINDER), ("reply", Purpose.REPLY)):
        await queue(chat, key, purpose)
    assert await one("安静") == "好，安静了：不发周报和提醒，@我还是答。想恢复，管理员发「出声」。"
    assert await states(chat) == {"digest": State.DROPPED, "reminder": State.DROPPED, "reply": State.PENDING}
    assert "已经是安静的" in await one("/quiet")
    async with chat.database.read() as store:
        assert await settings.get(store, 1, "outbox.quiet") is True


@pytest.mark.middle
@pytest.mark.parametrize("back", ["出声", "/quiet off", "/speak"])
async def test_and_back(chat: Chat, one: Say, back: str) -> None:
    await one("/quiet")
    assert "恢复了" in await one(back)
    assert "本来就没静音" in await one(back)
    async with chat.database.read() as store:
        assert await settings.get(store, 1, "outbox.quiet") is None


async def wanted(chat: Chat) -> object:
    async with chat.database.read() as store:
        return await settings.get(store, 1, "outbox.quiet")


async def digest(chat: Chat) -> State:
    """Queue a digest, let the outbox work, and return what became of it."""
    async with chat.database.write() as store:
        group = await groups.ensure(store, Place("qq", "g1"), chat.account.id)
        reply = Reply(Body.of("周报"), purpose=Purpose.DIGEST)
        post = await outbox.put(store, reply, key=f"d{chat.clock.now()}", group=group.id, now=chat.clock.now(),
                                expires_at=None)  # fmt: skip
    await chat.outbox.drain()
    assert chat.replies in ([], ["周报"])
    async with chat.database.read() as store:
        return (await outbox.get(store, post or 0)).state


@pytest.mark.middle
async def test_quiet_until_a_time_ends_by_itself(chat: Chat, one: Say, tmp_path: Path) -> None:
    errands = Errands(chat.database, chat.house, chat.clock, tmp_path, lambda: None)
    assert (await one("安静 到明天")).startswith("好，安静到 明天 09:00：不发周报和提醒")
    assert "现在安静，到 明天 09:00" in await one("设置")
    assert await digest(chat) is State.DROPPED
    assert not await errands.work()
    chat.later(days=1)
    assert await digest(chat) is State.SENT  # even before the errand has run
    assert await errands.work()
    assert await wanted(chat) is None
    assert chat.replies == []


@pytest.mark.middle
async def test_what_was_set_since_stays(chat: Chat, one: Say, tmp_path: Path) -> None:
    errands = Errands(chat.database, chat.house, chat.clock, tmp_path, lambda: None)
    await one("/quiet 3d")
    assert (await one("/quiet 2w")).startswith("好，安静到")
    chat.later(days=4)
    assert await errands.work()
    assert await digest(chat) is State.DROPPED
    await one("/quiet")
    assert await wanted(chat) is True
    chat.later(days=20)
    assert await errands.work()
    assert await wanted(chat) is True


@pytest.mark.middle
async def test_what_is_due_only_afterwards_stays(chat: Chat, one: Say) -> None:
    await chat.say("ayu", "早")
    await queue(chat, "digest", Purpose.DIGEST)  # for tomorrow, 09:00
    await one("/quiet until 20:00")
    assert await states(chat) == {"digest": State.PENDING}


@pytest.mark.middle
async def test_until_when_is_asked_where_nobody_can_tell(chat: Chat, one: Say) -> None:
    assert "到什么时候？" in await one("安静 到 2 月 30 日")
    assert await wanted(chat) is None


@pytest.mark.middle
async def test_a_sentence_is_no_command(chat: Chat) -> None:
    await chat.ask_bot("ayu", "安静 一点好吗")
    assert await wanted(chat) is None
