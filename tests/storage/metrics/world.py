"""Worlds for figures: threads as plain facts for what is pure, and a few rows in a real database for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage import derived, groups, members, threads
from storage.activity import note
from storage.database import Store
from storage.frames import Place
from storage.groups import Coverage, Group, Span
from storage.messages import MESSAGES
from storage.metrics import Options, Period, Row, Sample, Scope, Value, compute, evaluate, week_of, why
from storage.outcome import Facts
from storage.threads import THREAD_MESSAGES, THREADS, Thread

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = week_of(date(2026, 11, 25), SHANGHAI)  # ISO week 48: 2026-11-22 16:00 UTC and seven days
NOW = datetime(2026, 12, 20, tzinfo=UTC)  # three weeks later: everything is old enough
OPTIONS = Options()
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def question(number: int = 1, *, at: datetime | None = None, group: int = 1, **what: Any) -> Thread:
    """Return a thread asked at `at` (default: the week's Monday 10:00 in Shanghai).

    What happened is told in hours after it: `responded`, `answered`, `confirmed`, `endorsed`, `thanked`, `linked`,
    `withdrawn`, `invalid`, `first_resolved`, `last`; `reopened` is a number of times.
    """
    asked = at or WEEK.since + hours(10)
    head = {name: what.pop(name) for name in ("topic", "imported", "duplicate_of") if name in what}
    reopened = what.pop("reopened", 0)
    moments = {name: asked + hours(after) for name, after in what.items()}
    names = {"responded": "first_response_at", "answered": "first_answer_at", "first_resolved": "first_resolved_at"}
    facts = {names.get(name, f"{name}_at"): moment for name, moment in moments.items()}
    if "answered" in moments and "responded" not in moments:
        facts["first_response_at"] = moments["answered"]
    if "confirmed" in moments and "first_resolved" not in moments:
        facts["first_resolved_at"] = moments["confirmed"]
    facts.setdefault("last_at", max([asked, *facts.values()]))
    blank = Thread(number, group, 1, number, f"题 {number}", "", False, None, None, Facts(asked, asked))
    return replace(blank, **head, facts=Facts(asked_at=asked, reopened=reopened, **facts))


def span(coverage: Coverage, group: int = 1, since: datetime = LONG_AGO, until: datetime | None = None) -> Span:
    return Span(group, coverage, since, until, None)


FULL = (span(Coverage.FULL),)


def sample(*asked: Thread, spans: tuple[Span, ...] = FULL, period: Period = WEEK) -> Sample:
    """Return a sample of threads; the scope is the groups of threads and spans."""
    ids = sorted({thread.group_id for thread in asked} | {found.group_id for found in spans} | {1})
    numbered = [replace(thread, id=number) for number, thread in enumerate(asked, 1)]
    return Sample(Scope("test", "test", tuple(ids)), period, tuple(numbered), spans)


def value(name: str, *asked: Thread, now: datetime = NOW, options: Options = OPTIONS, **more: Any) -> Value:
    """Return a figure of threads."""
    return evaluate([name], sample(*asked, **more), now, options)[name]


@dataclass
class World:
    """A few rows in a database, made as the nouns make them."""

    store: Store
    made: dict[str, int] = field(default_factory=lambda: {"message": 0})

    async def group(
        self,
        key: str,
        *,
        platform: str = "qq",
        seen: Coverage | None = Coverage.FULL,
        since: datetime = LONG_AGO,
        account: int | None = None,
    ) -> Group:
        """Return a group, seen in one way since long ago."""
        group = await groups.ensure(self.store, Place(platform, key, name=key), account)
        if seen is not None:
            await groups.cover(self.store, group.id, seen, since)
        return group

    async def member(self, key: str, *, platform: str = "qq", same_as: int | None = None) -> int:
        """Return a member; `same_as` another one: one person."""
        member = await members.ensure(self.store, platform, key, key, LONG_AGO)
        if same_as is not None:
            await members.link(self.store, member.id, same_as, LONG_AGO)
        return member.id

    async def message(self, group: Group, member: int, at: datetime, *, to_bot: bool = False) -> int:
        """Return a stored message."""
        self.made["message"] += 1
        return await self.store.insert(
            MESSAGES,
            group_id=group.id,
            key=str(self.made["message"]),
            member_id=member,
            at=at,
            received_at=at,
            kind="text",
            text="",
            mentions=[],
            to_bot=to_bot,
        )

    async def thread(
        self, group: Group, asker: int, template: Thread | None = None, *, to_bot: bool = False, **what: Any
    ) -> int:
        """Return a thread with its opening message and the facts of a `question`; `solver` is a member."""
        solver = what.pop("solver", None)
        model = template or question(**what)
        opener = await self.message(group, asker, model.facts.asked_at, to_bot=to_bot)
        number = await self.store.insert(
            THREADS,
            group_id=group.id,
            asker=asker,
            first_message=opener,
            title=model.title,
            topic=model.topic,
            imported=model.imported,
            asked_at=model.facts.asked_at,
            last_at=model.facts.last_at,
        )
        await derived.write(self.store, number, replace(model.facts, solver=solver))
        await threads.place(self.store, opener, number, "question")
        return number

    async def answer(self, thread: int, member: int, at: datetime, role: str = "answer") -> None:
        """Add a message of a member to a thread."""
        group = (await self.store.rows(select(THREADS.c.group_id, THREADS.c.last_at).where(THREADS.c.id == thread)))[0]
        message = await self.message(await groups.get(self.store, group[0]), member, at)
        await self.store.insert_new(
            THREAD_MESSAGES, [{"message_id": message, "thread_id": thread, "role": role, "confidence": 1.0}]
        )
        await threads.describe(self.store, thread, last_at=max(at, group[1]))

    async def active(self, group: Group, member: int, *days: date | int, count: int = 1) -> None:
        """Note activity on local days; a number counts from the week's Monday (0)."""
        monday = date(2026, 11, 23)
        for day in days:
            local = day if isinstance(day, date) else monday + timedelta(days=day)
            await note(self.store, {(group.id, local, member): count})


async def ask(
    world: World, name: str, *ids: int, now: datetime = NOW, options: Options = OPTIONS, period: Period = WEEK
) -> Value:
    return await compute(world.store, name, Scope("test", "test", ids), period, now, options)


async def rows(world: World, name: str, *ids: int) -> list[Row]:
    return await why(world.store, name, Scope("test", "test", ids), WEEK, NOW, OPTIONS)
