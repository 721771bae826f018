"""Whoever registered is told once: in private, else in the group; many of them by errands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.turn import Turn
from handlers import Body, Errand, Reply
from handlers._events import reaching
from storage import errands, groups, members, seats
from storage.errands import ERRANDS
from storage.events import Event
from storage.frames import GroupKind, Place
from tests.handlers.joining.conftest import Town

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

WORD = Body.of("改到周日 14:00 了。")


async def reach(town: Town, event: Event, **more: Any) -> Sequence[Reply | Errand]:
    """Tell who registered something, from the first group, and return what was queued for it."""
    chat = town.chat
    feature = next(one for one in chat.house.features if one.name == "joining")
    async with chat.database.write() as store:
        turn = Turn(chat.house, store, chat.account, chat.clock.now())
        group = (await groups.every(store))[0]
        replies = await reaching.reach(await turn.context(feature, group), event, WORD, **{"key": "moved", **more})
        await turn.queue(replies, group, "test")
        return replies


async def a_crowd(town: Town) -> Event:
    """Return an event: alice can be written to, bob and carol only in their group."""
    event = await town.event(capacity=2)
    await town.chat.tell("alice", "报名 E1")
    await town.chat.ask_bot("bob", "报名 E1", name="成都-老樊-DBA")
    await town.chat.ask_bot("carol", "报名 E1")
    await town.gathered()
    return event


async def test_each_is_told_once_where_they_can_be(town: Town) -> None:
    event = await a_crowd(town)
    await reach(town, event)
    assert sorted(await town.chat.hear()) == ["E1 报了名的 老樊：\n改到周日 14:00 了。", "改到周日 14:00 了。"]
    await reach(town, event)
    assert await town.chat.hear() == []
    await reach(town, event, key="again", waiting=True)
    assert sorted(await town.chat.hear())[0] == "E1 报了名的 老樊、carol：\n改到周日 14:00 了。"


async def test_some_are_told(town: Town) -> None:
    event = await a_crowd(town)
    async with town.chat.database.read() as store:
        alice = await members.find(store, "qq", "alice")
    assert alice is not None
    assert len(await reach(town, event, members=[alice.id])) == 1
    assert await town.chat.hear() == ["改到周日 14:00 了。"]
    assert town.chat.adapter.posted[-1].place.key == "direct:alice"


async def test_nothing_is_posted_where_it_is_quiet(town: Town) -> None:
    event = await a_crowd(town)
    async with town.chat.database.read() as store:
        group = (await groups.every(store))[0]
    await town.set("outbox.quiet", True, group.id)
    assert [one.member is not None for one in await reach(town, event) if isinstance(one, Reply)] == [True]


async def test_many_are_told_by_errands_some_at_a_time(town: Town, tmp_path: Path) -> None:
    event = await town.event()
    await town.chat.ask_bot("bob", "报名 E1")
    await town.gathered()
    async with town.chat.database.write() as store:
        for number in range(2 * reaching.AT_ONCE + 5):
            member = await members.ensure(store, "qq", f"m{number}", f"m{number}", town.chat.clock.now())
            place = Place("qq", f"direct:{member.key}", GroupKind.DIRECT, member.name)
            direct = await groups.ensure(store, place, town.chat.account.id)
            await groups.belongs_to(store, direct.id, member.id)
            await seats.join(store, event, member.id, town.chat.clock.now())
    (errand,) = await reach(town, event)
    assert isinstance(errand, Errand)
    told = await town.errands(tmp_path)
    assert sorted(told)[0] == "E1 报了名的 bob：\n改到周日 14:00 了。"
    assert len({posted.place.key for posted in town.chat.adapter.posted[-len(told) :]}) == len(told) == 406
    await reach(town, event)
    assert await town.errands(tmp_path) == []
    async with town.chat.database.read() as store:
        done = await store.rows(select(ERRANDS.c.state, ERRANDS.c.key))
    assert [row.state for row in done] == [errands.State.DONE] * 3
    assert done[0].key == "reach:moved:0"
