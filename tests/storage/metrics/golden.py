"""The golden corpus: reads tests/data/figures/ and builds its world in a database, message by message."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from storage import (
    checkins,
    companies,
    derived,
    events,
    groups,
    members,
    memberships,
    segments,
    series,
    suggestions,
    threads,
)
from storage.activity import note
from storage.database import Store
from storage.events import Plan, Speaker
from storage.feedback import FEEDBACK
from storage.frames import Kind
from storage.groups import Coverage, Group, Span
from storage.messages import MESSAGES
from storage.metrics import Options, Period, Row, Scope, Unit, between
from storage.outbox import OUTBOX, State
from storage.outcome import Mark, Marked, facts
from storage.registrations import REGISTRATIONS, Source
from storage.replies import Purpose
from storage.segments import Segment
from storage.suggestions import Offered, Verdict
from storage.threads import THREADS
from tests.storage.metrics.world import LONG_AGO, SHANGHAI, World

FOLDER = Path(__file__).parents[2] / "data" / "figures"
NOW = datetime(2026, 10, 19, 9, tzinfo=SHANGHAI).astimezone(UTC)
HOLIDAYS = frozenset(date(2026, 10, day) for day in (1, 2, 3))
OPTIONS = Options(SHANGHAI, country="", holidays=HOLIDAYS)
CUTS = {
    "all": (between(date(2026, 9, 28), date(2026, 10, 19), SHANGHAI), "AB"),
    "week": (between(date(2026, 10, 5), date(2026, 10, 12), SHANGHAI), "A"),
}
PLATFORMS = {"A": "qq", "B": "telegram"}
_SAID = re.compile(r"\+(?P<after>\d+) (?P<who>\w+) (?P<role>\w+)")
_DONE = re.compile(r"\+(?P<after>\d+) !?(?P<what>\w+)(?: \+(?P<answer>\d+))?")


def sheet(name: str) -> list[dict[str, str]]:
    """Return the rows of a sheet."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    """Return the moment that is written in the community's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@dataclass
class Corpus:
    """The corpus in a database: its groups and members by the names that the sheets use."""

    store: Store
    groups: dict[str, Group] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    persons: dict[int, str] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    active: Counter[tuple[int, date, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.world = World(self.store)

    @classmethod
    async def build(cls, store: Store) -> Corpus:
        """Write everything down."""
        corpus = cls(store)
        await corpus._groups()
        await corpus._members()
        for row in sheet("threads"):
            await corpus._thread(row)
        for row in sheet("chatter"):
            await corpus._say(row["group"], row["member"], moment(row["at"]))
        for row in sheet("suggestions"):
            await corpus._suggest(row)
        await note(store, corpus.active)
        await corpus._events()
        await corpus._people_of_events()
        return corpus

    def scope(self, cut: str) -> Scope:
        """Return the groups of a cut."""
        return Scope(cut, cut, tuple(self.groups[name].id for name in CUTS[cut][1]))

    async def _groups(self) -> None:
        for name, platform in PLATFORMS.items():
            self.groups[name] = await self.world.group(name, platform=platform, seen=None)
        for row in sheet("coverage"):
            until = moment(row["until"]) if row["until"] else None
            missing = int(row["missing"]) if row["missing"] else None
            group = self.groups[row["group"]].id
            await groups.add_span(
                self.store, Span(group, Coverage(row["coverage"]), moment(row["since"]), until, missing)
            )
        for row in sheet("sizes"):
            day = date.fromisoformat(row["day"])
            await groups.set_size(self.store, self.groups[row["group"]].id, day, int(row["size"]), row["source"])

    async def _members(self) -> None:
        group_of = {platform: name for name, platform in PLATFORMS.items()}
        for row in sheet("members"):
            same = self.members.get(row["person"])
            member = await self.world.member(row["member"], platform=row["platform"], same_as=same)
            self.members[row["member"]] = member
            await members.sign(self.store, member, row["signed"] == "yes")
            for day in row["days before"].split():
                self.active[self.groups[group_of[row["platform"]]].id, date.fromisoformat(day), member] += 1
            found = await members.get(self.store, member)
            self.persons[found.person_id] = row["person"]
        for row in sheet("moves"):
            member, group = self.members[row["member"]], self.groups[row["group"]].id
            if row["joined"]:
                await memberships.joined(self.store, group, member, "", moment(row["joined"]))
            if row["left"]:
                await memberships.left(self.store, group, member, moment(row["left"]))

    async def _say(self, group: str, who: str, at: datetime, *, to_bot: bool = False) -> int:
        """Store a message; one without a member is of somebody who opted out: its key and time stay."""
        place = self.groups[group]
        message = await self.world.message(place, self.members[who or "zhang"], at, to_bot=to_bot)
        if who:
            self.active[place.id, at.astimezone(SHANGHAI).date(), self.members[who]] += 1
        else:
            gone = update(MESSAGES).where(MESSAGES.c.id == message)
            await self.store.execute(gone.values(member_id=None, kind=Kind.WITHHELD))
        return message

    async def _thread(self, row: dict[str, str]) -> None:
        number, group, asked = int(row["thread"]), self.groups[row["group"]], moment(row["asked"])
        asker = self.members[row["asker"]]
        opener = await self._say(row["group"], row["asker"], asked, to_bot=row["to_bot"] == "yes")
        await self.store.execute(
            insert(THREADS).values(
                id=number, group_id=group.id, asker=asker, first_message=opener, title=f"题 {number}",
                topic=row["topic"], imported=row["imported"] == "yes", asked_at=asked, last_at=asked,
                duplicate_of=int(row["duplicate_of"]) if row["duplicate_of"] else None,
            )
        )  # fmt: skip
        await threads.place(self.store, opener, number, "question")
        marks = [mark async for mark in self._told(row, number, opener, asked)]
        await derived.write(self.store, number, facts(await threads.lines(self.store, number), marks, asker))
        if row["bot"]:
            await self._answered_by_bot(number, group, asked + timedelta(minutes=int(row["bot"])))

    async def _told(self, row: dict[str, str], number: int, opener: int, asked: datetime) -> AsyncIterator[Marked]:
        """Store what followed a question, and yield the marks that people made on it."""
        said: dict[str, tuple[int, int]] = {}
        for step in filter(None, row["story"].split("; ")):
            if told := _SAID.fullmatch(step):
                at = asked + timedelta(minutes=int(told["after"]))
                message = await self._say(row["group"], told["who"], at)
                await threads.place(self.store, message, number, told["role"])
                said[told["after"]] = self.members[told["who"]], message
                continue
            done = _DONE.fullmatch(step)
            assert done is not None, step
            at = asked + timedelta(minutes=int(done["after"]))
            if done["what"] == "recalled":
                await self.store.execute(update(MESSAGES).where(MESSAGES.c.id == opener).values(recalled_at=at))
            else:
                member, message = said.get(done["answer"], (None, None))
                yield Marked(Mark(done["what"]), at, member, message)

    async def _suggest(self, row: dict[str, str]) -> None:
        """Offer an old thread or an article to a question, and let its asker say what became of that."""
        thread = await threads.find(self.store, int(row["thread"]))
        assert thread is not None
        at = thread.facts.asked_at + timedelta(minutes=int(row["after"]))
        kind, target = Offered(row["kind"]), int(row["target"])
        await suggestions.offer(self.store, thread.id, kind, target, likeness=0.5, at=at)
        if row["verdict"]:
            offer = (await suggestions.of_thread(self.store, thread.id))[-1]
            settled = thread.facts.asked_at + timedelta(minutes=int(row["settled_after"]))
            await suggestions.settle(self.store, offer.id, Verdict(row["verdict"]), settled)

    async def _answered_by_bot(self, number: int, group: Group, at: datetime) -> None:
        await self.store.insert(
            OUTBOX, key=f"answer:{number}", group_id=group.id, about=f"thread:{number}", purpose=Purpose.REPLY,
            body="{}", state=State.SENT, not_before=at, created_at=at, sent_at=at,
        )  # fmt: skip

    async def _events(self) -> None:
        """Keep the events; group B is one of finance."""
        await segments.give(self.store, self.groups["B"].id, Segment(segments.Kind.INDUSTRY, "金融"))
        rounds = await series.add(self.store, "成都", "象行成都", "{}", at=LONG_AGO, by=None)
        for row in sheet("events"):
            starts = moment(row["starts"])
            plan = Plan(
                kind=events.Kind(row["kind"]), title=row["title"], city=row["city"], starts_at=starts,
                ends_at=moment(row["ends"]), zone="Asia/Shanghai",
                speakers=tuple(Speaker(f"{name}的人", name) for name in row["companies"].split()),
                targets=(Segment(segments.Kind.INDUSTRY, row["industry"]),) if row["industry"] else (),
            )  # fmt: skip
            at = starts - timedelta(days=14)
            event = await events.add(self.store, plan, at=at, series=rounds if row["series"] else None)
            assert event is not None
            self.events[row["event"]] = event
            if row["state"] != "draft":
                await events.publish(self.store, event, at)
            if row["state"] == "cancelled":
                await events.cancel(self.store, event, starts - timedelta(days=1))

    async def _people_of_events(self) -> None:
        for row in sheet("registrations"):
            at, company = moment(row["at"]), row["company"]
            await self.store.insert(
                REGISTRATIONS, event_id=self.events[row["event"]], member_id=self.members[row["member"]],
                state=row["state"], at=at, changed_at=at, source=row["source"],
                company_id=await companies.ensure(self.store, company) if company else None,
            )  # fmt: skip
        for row in sheet("checkins"):
            at, event, member = moment(row["at"]), self.events[row["event"]], self.members[row["member"]]
            await checkins.add(self.store, event, member, at.astimezone(SHANGHAI).date(), at)
        for row in sheet("feedback"):
            await self.store.insert(
                FEEDBACK, event_id=self.events[row["event"]], member_id=self.members[row["member"]],
                score=int(row["score"]) if row["score"] else None, at=moment(row["at"]),
            )  # fmt: skip

    # -- the list behind a figure, in the words of the sheets -------------------------------------------------------

    def token(self, row: Row, unit: Unit) -> str:
        """Return a row as expected.csv writes it: a thread, person, day, group or hour, and its value unless 1."""
        names = {group.id: name for name, group in self.groups.items()}
        person = "" if row.person is None else self.persons[row.person]
        if row.event is not None:
            return self._of_event(row)
        if row.thread is not None and person:
            return f"{row.thread}={person}"
        if row.thread is not None:
            return f"{row.thread}-" if unit is Unit.SHARE and not row.value else str(row.thread)
        if person:
            return person if row.value == 1 else f"{person}={row.value}" if row.value else f"{person}-"
        what = str(row.day) if row.group is None and row.day else names.get(row.group or 0, row.why)
        return what if row.value is None else f"{what}={row.value:g}"

    def _of_event(self, row: Row) -> str:
        """Return a row of an event: e3=5, of a share e3=3/5, where nobody checked in e2?, by source e3:group=2."""
        named = {event: name for name, event in self.events.items()}[row.event or 0]
        titles = {told["event"]: told["title"] for told in sheet("events")}
        what = named if row.title == titles[named] else row.title
        if row.why in (*Source, *PLATFORMS.values()):
            what = f"{what}:{row.why}"
        if row.value is None:
            return f"{what}?"
        return f"{what}={row.value:g}" + ("" if row.weight is None else f"/{row.weight:g}")


def period(cut: str) -> Period:
    """Return the days of a cut."""
    return CUTS[cut][0]
