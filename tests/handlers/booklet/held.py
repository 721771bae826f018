"""A year of events for booklets: a series of two rounds, a talk at which nobody checked in, one of the year before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import checkins, companies, events, members, series, speaker_questions
from storage.database import Store
from storage.events import Kind, Plan, Speaker
from storage.feedback import FEEDBACK
from storage.registrations import REGISTRATIONS

NOW = datetime.fromisoformat("2026-12-31T12:00:00+08:00")
SAID = "案例都是线上真出过的，回去就能用。电话 13812345678"
QUESTION = "复制槽积压到多少该报警？我们 10.20.30.40 上已经 200G 了"


async def event(
    store: Store, title: str, starts: str, *, city: str = "", company: str = "", series: int | None = None
) -> int:
    """Keep an event that was published two weeks before."""
    begins = datetime.fromisoformat(f"{starts}+08:00")
    plan = Plan(
        kind=Kind.TOUR if city else Kind.TALK, title=title, city=city, venue="创业大厦 3 楼" if city else "",
        starts_at=begins, ends_at=begins + timedelta(hours=2), zone="Asia/Shanghai", capacity=40 if city else None,
        summary="讲一次真实的切换事故。", speakers=(Speaker("柏舟", company, "跑着 400 多套逻辑复制"),),
        hosts=("云上物流",),
    )  # fmt: skip
    made = await events.add(store, plan, at=begins - timedelta(days=30), series=series)
    assert made is not None
    await events.publish(store, made, begins - timedelta(days=14))
    return made


async def people(store: Store, event: int, names: Sequence[str], *, came: int = 0) -> list[int]:
    """Register people, of whom the first so many come and say what they think."""
    found = await events.get(store, event)
    at, ids = found.starts_at, []
    company = await companies.ensure(store, "青石银行")
    for number, name in enumerate(names):
        member = (await members.ensure(store, "qq", name, name, at)).id
        ids.append(member)
        await store.insert(
            REGISTRATIONS, event_id=event, member_id=member, state="in", at=at - timedelta(days=3), changed_at=at,
            source="group", company_id=company if number % 2 else None,
        )  # fmt: skip
        if number < came:
            await checkins.add(store, event, member, at.date(), at)
            await store.insert(
                FEEDBACK, event_id=event, member_id=member, score=5 - number % 2, at=at + timedelta(hours=3),
                text=SAID if number == 0 else "",
            )  # fmt: skip
    return ids


async def year(store: Store) -> dict[str, int]:
    """Keep the year; return its events by name."""
    rounds = await series.add(store, "成都", "象行成都", "{}", at=NOW - timedelta(days=300), by=None)
    made = {
        "old": await event(store, "去年的分享", "2025-11-06T20:00"),
        "first": await event(
            store, "象行成都第一轮", "2026-03-07T14:00", city="成都", company="苇间数据", series=rounds
        ),
        "second": await event(
            store, "象行成都第二轮", "2026-04-11T14:00", city="成都", company="启明大学", series=rounds
        ),
        "silent": await event(store, "慢 SQL 三板斧", "2026-04-16T20:00", company="苇间数据"),
        "later": await event(store, "明年的峰会", "2027-05-01T09:00", city="西安"),
    }
    await people(store, made["old"], [f"o{n}" for n in range(10)], came=8)
    ids = await people(store, made["first"], [f"m{n}" for n in range(24)], came=20)
    await people(store, made["second"], [f"m{n}" for n in range(10, 34)], came=21)
    await people(store, made["silent"], ["m1", "m2"])
    asked = await speaker_questions.add(store, made["first"], ids[0], QUESTION, NOW - timedelta(days=298))
    for voter in ids[1:4]:
        await speaker_questions.vote(store, asked, voter)
    await speaker_questions.add(store, made["first"], ids[5], "DDL 怎么同步？", NOW - timedelta(days=298))
    hidden = await speaker_questions.add(store, made["first"], ids[6], "加我微信", NOW - timedelta(days=298))
    await speaker_questions.hide(store, hidden, NOW - timedelta(days=297))
    await events.keep_record(store, made["second"], replay="https://pg.example.org/r/2")
    return {**made, "series": rounds}
