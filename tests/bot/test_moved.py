"""A group that the platform gives another key stays one group; what is called by whom is asked once a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.adapters import Ability, Roll
from bot.ear import AccountEar
from bot.inbox import Inbox
from bot.rollcall import RollCall
from storage import accounts, groups, members, memberships
from storage.database import Database
from storage.frames import Place
from storage.groups import Coverage
from tests.chat import Chat, ManualClock, Recorder

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

OLD, NEW = Place("telegram", "-100"), Place("telegram", "-1001234", name="PG 超级群")


@dataclass
class Telling(Recorder):
    """An adapter that tells rolls, and remembers whether cards were asked for."""

    rolls: list[Roll] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)

    async def roll(self, *, cards: bool) -> list[Roll]:
        self.asked.append(cards)
        return [roll if cards else replace(roll, cards={}) for roll in self.rolls]


async def ear_of(database: Database, adapter: Recorder, clock: ManualClock) -> AccountEar:
    async with database.write() as store:
        account = await accounts.ensure(store, "telegram", "telegram")
    inbox = Inbox(database, clock, lambda: None)
    return AccountEar(database, inbox, account, adapter, clock, lambda _: None, lambda *_: None)


async def test_a_group_that_moved_keeps_what_is_known_of_it(database: Database) -> None:
    clock = ManualClock()
    ear = await ear_of(database, Recorder(), clock)
    await ear.online("1", "bot", [OLD])
    await ear.moved(OLD, NEW)
    await ear.moved(OLD, NEW)  # told twice, once from either side
    async with database.write() as store:
        by_new = await groups.ensure(store, NEW, ear.account.id)
        by_old = await groups.ensure(store, OLD, ear.account.id)  # a frame that was stored before it moved
        assert by_new == by_old
        assert (by_new.key, by_new.name) == (NEW.key, NEW.name)
        assert len(await groups.every(store)) == 1
    assert ear.oddities == 0


async def test_a_group_whose_new_key_is_known_already_is_told_and_left_alone(database: Database) -> None:
    ear = await ear_of(database, Recorder(), ManualClock())
    await ear.online("1", "bot", [OLD, NEW])
    await ear.moved(OLD, NEW)
    async with database.read() as store:
        assert len(await groups.every(store)) == 2
    assert ear.oddities == 1


async def test_what_is_not_known_by_its_old_key_does_not_move(database: Database) -> None:
    ear = await ear_of(database, Recorder(), ManualClock())
    await ear.moved(OLD, NEW)
    async with database.read() as store:
        assert await groups.every(store) == []
    assert ear.oddities == 0


async def test_sight_of_a_group_may_differ_from_the_account(database: Database) -> None:
    clock = ManualClock()
    ear = await ear_of(database, Recorder(abilities=frozenset(Ability) - {Ability.SEE_ALL}), clock)
    await ear.online("1", "bot", [OLD])
    clock.time += timedelta(hours=1)
    await ear.sees(OLD, everything=True)
    async with database.read() as store:
        (group,) = await groups.every(store)
        spans = await groups.spans(store, [group.id], clock.time - timedelta(days=1), clock.time + timedelta(days=1))
    assert [span.coverage for span in spans] == [Coverage.MENTIONS, Coverage.FULL]


async def test_what_an_adapter_says_of_a_group_outlasts_its_first_message(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    adapter = Recorder(abilities=frozenset(Ability) - {Ability.SEE_ALL})
    object.__setattr__(chat.house, "adapters", {"test": adapter})
    place = Place("qq", "g1")
    inbox = Inbox(sqlite_database, chat.clock, lambda: None)
    ear = AccountEar(sqlite_database, inbox, chat.account, adapter, chat.clock, lambda _: None, lambda *_: None)
    await ear.online("10000", "小象", [place])
    await ear.sees(place, everything=True)
    await chat.say("alice", "早")
    async with sqlite_database.read() as store:
        (group,) = await groups.every(store)
        spans = await groups.spans(store, [group.id], chat.clock.time - timedelta(1), chat.clock.time + timedelta(1))
    assert spans[-1].coverage is Coverage.FULL


async def test_cards_are_asked_once_a_day_and_only_known_members_get_them(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.say("alice", "pg_wal 涨到 200G 了，怎么清理？")
    adapter, clock = Telling(), ManualClock()
    async with sqlite_database.read() as store:
        (group,) = await groups.every(store)
        account = await accounts.get(store, group.account_id or 0)
    adapter.rolls = [Roll(replace(group.place, name="新群名"), 812, {"alice": "成都-爱丽丝", "bob": "没说过话"})]
    inbox = Inbox(sqlite_database, clock, lambda: None)
    ear = AccountEar(sqlite_database, inbox, account, adapter, clock, lambda _: None, lambda *_: None)
    calling = RollCall(sqlite_database, [ear], chat.house.community, clock)
    for hours in (0, 1, 24):
        clock.time += timedelta(hours=hours)
        await calling.count(ear)
    assert adapter.asked == [True, False, True]
    async with sqlite_database.read() as store:
        (group,) = await groups.every(store)
        alice = await members.find(store, "qq", "alice")
        assert alice is not None
        names = await memberships.names_in(store, group.id, [alice.id])
        size = await groups.size_on(store, group.id, clock.time.date())
    assert (group.name, size, list(names.values())) == ("新群名", 812, ["成都-爱丽丝"])
