"""What a group set for itself holds for its posts at once, and for no other group's; on both engines."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage import groups, outbox, settings
from storage.database import Database
from storage.frames import Place
from storage.outbox import State
from storage.replies import At, Body, Paragraph, Plain, Purpose, Reply
from storage.settings import COMMUNITY
from tests.chat import Chat


@pytest.fixture
async def chat(database: Database) -> Chat:
    return await Chat.open(database, features=())


async def put(chat: Chat, group: int, key: str, value: object) -> None:
    async with chat.database.write() as store:
        await settings.put(store, group, key, value, chat.clock.now(), None)


async def post(chat: Chat, group: str, purpose: Purpose = Purpose.REMINDER) -> tuple[str, State]:
    """Post something that mentions somebody; return what arrived, and what became of it."""
    chat.later(minutes=1)
    now, before = chat.clock.now(), len(chat.adapter.posted)
    reply = Reply(Body((Paragraph((At("1", "老樊"), Plain(" 好"))),)), purpose=purpose)
    async with chat.database.write() as store:
        there = await groups.ensure(store, Place("qq", group), chat.account.id)
        number = await outbox.put(store, reply, key=f"{group}{now}", group=there.id, now=now, expires_at=None)
    await chat.outbox.drain()
    async with chat.database.read() as store:
        state = (await outbox.get(store, number or 0)).state
    return "".join(posted.text for posted in chat.adapter.posted[before:]), state


async def states(chat: Chat, group: str, times: int) -> list[State]:
    return [(await post(chat, group))[1] for _ in range(times)]


SENT, DROPPED = State.SENT, State.DROPPED


async def test_the_budget_of_a_group(chat: Chat) -> None:
    await post(chat, "g1", Purpose.REPLY)
    await put(chat, 1, "outbox.weekly_budget", 2)
    assert await states(chat, "g1", 2) == [SENT, DROPPED]  # the second place is the digest's
    assert await states(chat, "g2", 3) == [SENT, SENT, DROPPED]
    await put(chat, 1, "outbox.weekly_budget", 4)  # holds for the next post already
    assert await states(chat, "g1", 3) == [SENT, SENT, DROPPED]


async def test_a_budget_for_all_groups_but_one(chat: Chat) -> None:
    await put(chat, COMMUNITY, "outbox.weekly_budget", 0)
    await post(chat, "g1", Purpose.REPLY)
    await put(chat, 1, "outbox.weekly_budget", 9)
    assert await states(chat, "g1", 1) == [SENT]
    assert await states(chat, "g2", 1) == [DROPPED]


async def test_quiet_hours_of_a_group(chat: Chat) -> None:
    chat.clock.time = datetime.fromisoformat("2026-11-23T22:30:00+08:00")
    assert (await post(chat, "g1"))[0] == "老樊 好"
    await put(chat, 1, "outbox.quiet_from", "23:00:00")
    assert (await post(chat, "g1"))[0] == "@老樊 好"
    assert (await post(chat, "g2"))[0] == "老樊 好"
    async with chat.database.write() as store:
        await groups.set_zone(store, 2, "Europe/Berlin")  # 15:30 there
    assert (await post(chat, "g2"))[0] == "@老樊 好"


async def test_what_no_longer_fits_is_as_if_it_were_not_there(chat: Chat) -> None:
    await post(chat, "g1", Purpose.REPLY)
    await put(chat, 1, "outbox.weekly_budget", "many")
    await put(chat, 1, "outbox.gone_since", 1)
    assert await states(chat, "g1", 3) == [SENT, SENT, DROPPED]


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (True, DROPPED),
        (False, SENT),
        ("2026-11-23T12:00:00+00:00", DROPPED),  # until this evening
        ("2026-11-23T01:00:00+00:00", SENT),  # since this morning
    ],
)
async def test_quiet_of_a_group(chat: Chat, value: object, state: State) -> None:
    chat.clock.time = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
    await post(chat, "g1", Purpose.REPLY)
    await put(chat, 1, "outbox.quiet", value)
    assert await states(chat, "g1", 1) == [state]
    assert await states(chat, "g2", 1) == [SENT]
    assert (await post(chat, "g1", Purpose.REPLY))[1] is SENT
