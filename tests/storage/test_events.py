"""Events as rows: what was planned comes back, changes move them, and nothing is there twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage import events
from storage.database import Database
from storage.events import Kind, Plan, Speaker, State
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
TALK = Plan(
    kind=Kind.TALK,
    title="慢 SQL 三板斧",
    starts_at=NOW + timedelta(days=2),
    ends_at=NOW + timedelta(days=2, minutes=50),
    zone="Asia/Shanghai",
    link="https://pg.example.org/live",
    capacity=40,
    languages=("zh", "en"),
    asks=("company",),
    speakers=(Speaker("柏舟", "苇间数据", "线上跑着 400 多套逻辑复制"), Speaker("Lena")),
    hosts=("苇间数据",),
    targets=(Segment(SegmentKind.GENERAL), Segment(SegmentKind.REGION, "成都")),
)


async def test_what_was_planned_comes_back(database: Database) -> None:
    async with database.write() as store:
        number = await events.add(store, TALK, at=NOW)
        assert number is not None
        found = await events.get(store, number)
    assert found.number == f"E{number}"
    assert found.state is State.DRAFT
    for name in ("title", "starts_at", "capacity", "languages", "asks", "reminders", "speakers", "hosts", "targets"):
        assert getattr(found, name) == getattr(TALK, name), name


async def test_the_same_uid_is_kept_once(database: Database) -> None:
    async with database.write() as store:
        assert await events.add(store, TALK, at=NOW, uid="a@b") is not None
        assert await events.add(store, TALK, at=NOW, uid="a@b") is None


async def test_only_what_was_published_moves(database: Database) -> None:
    later = replace(TALK, starts_at=TALK.starts_at + timedelta(days=1), ends_at=TALK.ends_at + timedelta(days=1))
    async with database.write() as store:
        number = await events.add(store, TALK, at=NOW) or 0
        await events.change(store, number, later, NOW)
        assert (await events.get(store, number)).moved_at is None
        assert await events.publish(store, number, NOW)
        assert not await events.publish(store, number, NOW)
        await events.change(store, number, TALK, NOW)
        found = await events.locked(store, number)
        assert (found.moved_at, found.sequence) == (NOW, 2)
        assert [event.id for event in await events.coming(store, NOW)] == [number]
        assert await events.cancel(store, number, NOW)
        assert await events.coming(store, NOW) == []
