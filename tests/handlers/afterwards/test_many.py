"""Many at once, who left the records, and both engines: the same words, each once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.afterwards._privately import PORTION
from storage import events, feedback, groups, invitations, members, outbox, privacy, registrations, segments
from storage.database import Database
from storage.frames import GroupKind, Place
from storage.registrations import Source, State
from storage.segments import Kind, Segment
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import FEATURES, TALK, After

pytestmark = pytest.mark.middle  # hundreds of members, a page that is set, both engines


async def crowd(after: After, count: int) -> None:
    """Let many register who all talk to the bot in private."""
    now = after.chat.clock.now()
    async with after.chat.database.write() as store:
        for number in range(count):
            member = await members.ensure(store, "qq", f"c{number}", f"c{number}", now)
            place = Place("qq", f"direct:c{number}", GroupKind.DIRECT, f"c{number}")
            direct = await groups.ensure(store, place, after.chat.account.id)
            await groups.belongs_to(store, direct.id, member.id)
            values = {"state": State.IN, "at": now, "changed_at": now, "source": Source.PRIVATE}
            await registrations.put(store, after.event.id, member.id, values)


async def test_many_are_asked_in_portions_each_once(open_after: Open) -> None:
    after = await open_after(plan=TALK, tables={"afterwards": {"invite_after": 0}})
    await crowd(after, PORTION + 30)
    posted = await after.ends(hours=2)
    assert len(posted) == PORTION + 30
    assert len(set(after.told("怎么样"))) == PORTION + 30
    after.chat.later(hours=1)
    assert await after.tick() == []


async def test_who_is_not_to_be_recorded_is_not_written_to(open_after: Open) -> None:
    after = await open_after(plan=TALK)
    await after.registers("muzi", "douzi")
    async with after.chat.database.write() as store:
        await privacy.opt_out(store, "qq", "muzi", after.chat.clock.now())
    await after.ends(hours=2)
    assert after.told("怎么样") == ["direct:douzi"]


async def test_both_engines_play_alike(database: Database, tmp_path: Path) -> None:
    after = await After.open(database, tmp_path, features=FEATURES)
    async with database.write() as store:
        group = await groups.ensure(store, Place("qq", "cd", name="成都群"), after.chat.account.id)
        await segments.give(store, group.id, Segment(Kind.REGION, "成都"))
    await after.registers("muzi", "jiangnan", "douzi")
    await after.comes("muzi", "jiangnan")
    assert len(await after.ends(hours=2)) == 2
    assert (await after.chat.tell("muzi", "5 讲得清楚"))[0].startswith("记下了，5 分")
    await after.chat.tell("root", "回放 E1 https://pg.example.org/r/1")
    after.chat.later(minutes=6)
    assert sorted(one.splitlines()[0] for one in await after.tick()) == [
        "《象行成都》 柏舟", "你报了《象行成都》，没来成的话，都在这里："
    ]  # fmt: skip
    after.chat.later(hours=24)
    assert len([one for one in await after.tick() if "想进" in one]) == 2
    await after.chat.tell("muzi", "进")
    assert await after.work() == ["「成都群」现在没人能拉，等有了入口再说。"]
    (issued,) = await after.chat.tell("root", "发证 E1 muzi 通过")
    number = issued.split("：")[1].split("（")[0]
    assert "有效：m*" in (await after.chat.ask_bot("hank", f"查证 {number}"))[0]
    assert (await after.chat.tell("root", "反馈 E1"))[0].splitlines()[1:] == ["5 分 1", "「讲得清楚」"]
    async with database.read() as store:
        (said,) = await feedback.of_event(store, after.event.id)
        asked = await invitations.of_event(store, after.event.id)
        kept = await events.get(store, after.event.id)
    assert (said.score, said.text) == (5, "讲得清楚")
    assert sorted(one.how for one in asked) == ["admins", "asked"]
    assert kept.replay == "https://pg.example.org/r/1"


async def test_what_somebody_said_goes_with_them_and_the_score_stays(open_after: Open) -> None:
    after = await open_after()
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    await after.chat.tell("muzi", "5 讲得清楚")
    async with after.chat.database.write() as store:
        shown = await privacy.mydata(store, [await _id(after)])
        assert "讲得清楚" in str(shown)
        await privacy.forget(store, [await _id(after)], after.chat.clock.now())
        (kept,) = await feedback.of_event(store, after.event.id)
        assert (kept.score, kept.text) == (5, "")


async def _id(after: After) -> int:
    async with after.chat.database.read() as store:
        found = await members.find(store, "qq", "muzi")
    assert found is not None
    return found.id


async def test_what_the_bot_said_of_somebody_goes_as_well(open_after: Open) -> None:
    after = await open_after()
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    await after.chat.tell("muzi", "5 我在杉木公司")
    await after.chat.tell("root", "发证 E1 muzi 通过")
    await after.work()
    await after.chat.tell("root", "反馈 E1")
    async with after.chat.database.write() as store:
        await privacy.forget(store, [await _id(after)], after.chat.clock.now())
        bodies = " ".join(await store.scalars(select(outbox.OUTBOX.c.body)))
    assert "杉木" not in bodies
    assert "muzi" not in bodies
