"""An account that only posts: its groups are known and get their schedules, and never count as seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.adapters import Ability, Delivery
from bot.ear import AccountEar
from bot.inbox import Inbox
from storage import accounts, groups
from storage.database import Database
from storage.frames import Place
from storage.groups import Coverage, Group
from tests.chat import ManualClock, Recorder

PLACES = [Place("webhook", "partners", name="伙伴群"), Place("webhook", "east", name="华东群")]


@pytest.mark.parametrize(
    ("delivery", "abilities", "seen"),
    [
        (Delivery.NEVER, {Ability.PUSH}, []),
        (Delivery.NEVER, {Ability.PUSH, Ability.SEE_ALL}, []),
        (Delivery.KEPT, {Ability.PUSH}, [Coverage.MENTIONS, Coverage.MENTIONS]),
        (Delivery.LOST, {Ability.SEE_ALL}, [Coverage.FULL, Coverage.FULL]),
    ],
)
async def test_what_counts_as_seen(
    sqlite_database: Database, delivery: Delivery, abilities: set[Ability], seen: list[Coverage]
) -> None:
    clock, met = ManualClock(), list[str]()
    adapter = Recorder(platform="webhook", delivery=delivery, abilities=frozenset(abilities))
    async with sqlite_database.write() as store:
        account = await accounts.ensure(store, "notices", "webhook")

    async def meet(listed: Sequence[Group]) -> None:
        met.extend(group.name for group in listed)

    inbox = Inbox(sqlite_database, clock, lambda: None)
    ear = AccountEar(sqlite_database, inbox, account, adapter, clock, lambda _: None, lambda *_: None, meet)
    await ear.online("notices", "notices", PLACES)
    async with sqlite_database.read() as store:
        every = await groups.every(store)
        spans = await groups.spans(store, [group.id for group in every], clock.time, clock.time + timedelta(days=1))
    assert met == [group.name for group in every] == ["伙伴群", "华东群"]
    assert {group.account_id for group in every} == {account.id}
    assert [span.coverage for span in spans] == seen
