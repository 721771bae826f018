"""The proof sheet of a sponsor: what was shown where, to how many; of nobody by name, and no count below five."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Text
from handlers._drawing.typesetting import typeset
from handlers._events import told
from handlers._wording import durations
from storage import carry_over, checkins, event_posts, events, groups, money, registrations
from storage.database import Store
from storage.event_posts import Outcome, Shown
from storage.events import Event
from storage.groups import Group
from storage.money import Slot, Sponsorship
from storage.reminders import Kind

TEMPLATE = Path(__file__).with_name("templates") / "proof.typ"
K = 5  # people behind a count; fewer are not told

SLOTS: dict[Slot, Text] = {
    Slot.TOPIC: Text(zh="议题", en="Talk"),
    Slot.BOOTH: Text(zh="展位", en="Booth"),
    Slot.NAMING: Text(zh="冠名", en="Naming"),
    Slot.ARTICLE: Text(zh="文章", en="Article"),
}


class Texts:
    """What stands on the sheet."""

    TITLE = Text(zh="赞助回执", en="Sponsor's proof")
    EVENT = Text(zh="活动", en="Event")
    SPONSOR = Text(zh="赞助方", en="Sponsor")
    WHEN = Text(zh="时间", en="When")
    WHERE = Text(zh="地点", en="Where")
    PROMISED = Text(zh="约定与展示", en="What was agreed, and shown")
    NOT_YET = Text(zh="还没有登记展示", en="not noted as shown yet")
    SHOWN = Text(zh="{day}登记：{proof}", en="noted {day}: {proof}")
    SHOWN_ONLY = Text(zh="{day}登记", en="noted {day}")
    PEOPLE = Text(zh="到了多少人", en="How many came")
    REGISTERED = Text(zh="报名", en="Registered")
    CAME = Text(zh="签到", en="Checked in")
    COMPANIES = Text(zh="参与企业", en="Companies")
    BESIDE_PEOPLE = Text(zh="人，去重", en="distinct persons")
    BESIDE_COMPANIES = Text(zh="家，报名时填了公司的", en="of those who told theirs")
    GROUPS = Text(zh="发到了哪些群", en="Where it was posted")
    HEAD = Text(zh="群,群人数,发了什么,何时,怎么发的", en="group,members,what,when,how")
    ANNOUNCED = Text(zh="公告", en="announcement")
    REMINDED = Text(zh="提醒 {count} 次", en="reminders: {count}")
    CHANGED = Text(zh="变更通知", en="change")
    BY_BOT = Text(zh="已送达", en="delivered")
    UNKNOWN = Text(zh="结果不明", en="outcome unknown")
    BY_HAND = Text(zh="由人转发，已确认", en="by hand, confirmed")
    ASKED = Text(zh="请人转发，未回话", en="by hand, not confirmed")
    NO_GROUPS = Text(zh="没有群收到过公告。", en="It was posted in no group.")
    SUMS = Text(
        zh="确认送达 {sent} 个群，群人数合计 {size}{by_hand}；结果不明或未回话 {unknown} 个群，不计入。",
        en="Confirmed in {sent} groups with {size} members{by_hand}; {unknown} without confirmation, not counted.",
    )
    SIZE_BY_HAND = Text(zh="，另有手填的 {size}", en=", and {size} entered by hand")
    AGAIN = Text(
        zh="同一个人可能在几个群里，合计是上限。", en="A person may be in several groups: the sum is an upper bound."
    )
    REPLAY = Text(zh="回放", en="Replay")
    SLIDES = Text(zh="资料", en="Slides")
    FOOT = Text(
        zh="数字出自机器人的记录，按人去重；不含任何参与者的姓名，不足 5 的只写「少于 5」。{community} · {day}",
        en="From the bot's records, by distinct person; nobody is named, nothing below 5 is told. {community} · {day}",
    )
    FEW = Text(zh="少于 5", en="fewer than 5")
    ENTERED = Text(zh="手填 {size}", en="{size} by hand")
    NO_SIZE = Text(zh="看不到", en="not observable")


@dataclass(frozen=True, slots=True)
class Reach:
    """A group in which an event was shown: its size and who counted it, and all posts there."""

    group: Group
    size: int | None
    by_hand: bool
    posts: tuple[Shown, ...]

    @property
    def confirmed(self) -> bool:
        """Whether any post is known to have arrived."""
        return any(post.outcome in {Outcome.SENT, Outcome.CARRIED} for post in self.posts)


@dataclass(frozen=True, slots=True)
class Proof:
    """All that a sheet tells."""

    event: Event
    sponsor: str
    slots: tuple[Sponsorship, ...]
    registered: int
    came: int
    companies: int
    reaches: tuple[Reach, ...]


def count(number: int, language: str) -> str:
    """Return a count of people as strangers may read it: nothing below five, but nobody is nobody."""
    return f"{number:,}" if number >= K or number == 0 else Texts.FEW.in_language(language)


# -- gathering --------------------------------------------------------------------------------------------------------


async def gather(store: Store, event: int, company: int) -> Proof:
    """Return what is known for a sponsor of an event.

    Raises:
        LookupError: There is no such event, or the company sponsors nothing of it.
    """
    found = await events.get(store, event)
    slots = tuple(one for one in await money.sponsorships(store, event) if one.company == company)
    if not slots:
        raise LookupError(f"company {company} sponsors nothing of event {event}")
    came = await checkins.persons(store, event)
    registered = await carry_over.registered_for(store, event)
    told_companies = {one.company for one in await registrations.of_event(store, event) if one.company is not None}
    reaches = await _reaches(store, found, await event_posts.shown(store, event))
    return Proof(found, slots[0].company_name, slots, len(registered), len(came), len(told_companies), reaches)


async def _reaches(store: Store, event: Event, posts: Iterable[Shown]) -> tuple[Reach, ...]:
    by_group: dict[int, list[Shown]] = {}
    for post in posts:
        by_group.setdefault(post.group, []).append(post)
    every = {group.id: group for group in await groups.every(store)}
    reaches = []
    for number, mine in sorted(by_group.items()):
        if number in every:
            day = min(post.at for post in mine).astimezone(ZoneInfo(event.zone)).date()
            size, by_hand = await _size(store, number, day)
            reaches.append(Reach(every[number], size, by_hand, tuple(mine)))
    return tuple(reaches)


async def _size(store: Store, group: int, day: date) -> tuple[int | None, bool]:
    """Return how many members a group had on the day it was told, as the platform counts them or as people entered."""
    observed = await groups.size_on(store, group, day)
    if observed is not None:
        return observed, False
    entered = await groups.size_on(store, group, day, "by_hand")
    return entered, entered is not None


# -- writing ----------------------------------------------------------------------------------------------------------


async def sheet(store: Store, event: int, company: int, now: datetime, community: str, language: str) -> bytes:
    """Return the proof sheet of a sponsor as a PDF; for a worker process."""
    return pdf(await gather(store, event, company), now, community, language)


def pdf(proof: Proof, now: datetime, community: str, language: str) -> bytes:
    """Return the sheet; its date is the day it is made, so that a day gives the same bytes."""
    zone = ZoneInfo(proof.event.zone)
    made = datetime.combine(now.astimezone(zone).date(), time(), UTC)
    return typeset(TEMPLATE, content(proof, now, community, language), form="pdf", created=made)


def content(proof: Proof, now: datetime, community: str, language: str) -> dict[str, Any]:
    """Return what the template shows, all of it words; pure."""

    def say(text: Text, **values: object) -> str:
        return text.in_language(language, **values)

    event, zone = proof.event, ZoneInfo(proof.event.zone)
    day = durations.day(event.starts_at, event.starts_at, zone, language)
    year = f"{event.starts_at.astimezone(zone):%Y}"
    when = f"{day} {year}" if language == "en" else f"{year} 年 {day}"
    place = " · ".join(part for part in (event.city, event.venue) if part) or event.link
    links = [(say(text), url) for text, url in ((Texts.REPLAY, event.replay), (Texts.SLIDES, event.slides)) if url]
    made = f"{now.astimezone(zone):%Y-%m-%d}"
    return {
        "language": language,
        "title": say(Texts.TITLE),
        "facts": [
            [say(Texts.SPONSOR), proof.sponsor],
            [say(Texts.EVENT), f"{event.number} {told.title(event, language)} · {say(told.KINDS[event.kind])}"],
            [say(Texts.WHEN), f"{when} {event.starts_at.astimezone(zone):%H:%M}"],
            *([[say(Texts.WHERE), place]] if place else []),
        ],
        "slots": {"heading": say(Texts.PROMISED), "rows": [_slot(one, event, language) for one in proof.slots]},
        "people": {"heading": say(Texts.PEOPLE), "tiles": _tiles(proof, language)},
        "groups": _groups(proof, language),
        "links": [list(pair) for pair in links],
        "foot": say(Texts.FOOT, community=community, day=made),
    }


def _slot(one: Sponsorship, event: Event, language: str) -> list[str]:
    """Return a slot: what it is, what was agreed, and where it was shown. Amounts are nobody's but the books'."""
    if one.shown_at is None:
        shown = Texts.NOT_YET.in_language(language)
    else:
        day = durations.day(one.shown_at, event.starts_at, ZoneInfo(event.zone), language)
        text = Texts.SHOWN if one.proof else Texts.SHOWN_ONLY
        shown = text.in_language(language, day=day, proof=one.proof)
    return [SLOTS[one.slot].in_language(language), one.what, shown]


def _tiles(proof: Proof, language: str) -> list[list[str]]:
    people, firms = Texts.BESIDE_PEOPLE.in_language(language), Texts.BESIDE_COMPANIES.in_language(language)
    tiles = [
        [Texts.REGISTERED.in_language(language), count(proof.registered, language), people],
        [Texts.CAME.in_language(language), count(proof.came, language), people],
    ]
    if proof.companies:  # nobody told one: nobody may have been asked
        tiles.append([Texts.COMPANIES.in_language(language), count(proof.companies, language), firms])
    return tiles


def _groups(proof: Proof, language: str) -> dict[str, Any]:
    zone = ZoneInfo(proof.event.zone)
    rows = [_row(reach, proof.event, zone, language) for reach in proof.reaches]
    sure = [reach for reach in proof.reaches if reach.confirmed]
    by_hand = sum(reach.size or 0 for reach in sure if reach.by_hand)
    entered = Texts.SIZE_BY_HAND.in_language(language, size=f"{by_hand:,}") if by_hand else ""
    seen = sum(reach.size or 0 for reach in sure if not reach.by_hand)
    sums = Texts.SUMS.in_language(
        language, sent=len(sure), size=f"{seen:,}", by_hand=entered, unknown=len(proof.reaches) - len(sure)
    )
    return {
        "heading": Texts.GROUPS.in_language(language),
        "head": Texts.HEAD.in_language(language).split(","),
        "rows": rows,
        "none": Texts.NO_GROUPS.in_language(language),
        "sums": [sums, Texts.AGAIN.in_language(language)] if rows else [],
    }


_OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.SENT: Texts.BY_BOT,
    Outcome.CARRIED: Texts.BY_HAND,
    Outcome.UNKNOWN: Texts.UNKNOWN,
    Outcome.ASKED: Texts.ASKED,
}


def _row(reach: Reach, event: Event, zone: ZoneInfo, language: str) -> list[str]:
    best = next(outcome for outcome in _OUTCOMES if any(post.outcome is outcome for post in reach.posts))
    first = min(post.at for post in reach.posts)
    size = Texts.NO_SIZE.in_language(language) if reach.size is None else f"{reach.size:,}"
    size = Texts.ENTERED.in_language(language, size=size) if reach.by_hand else size
    day = durations.day(first, event.starts_at, zone, language)
    name = reach.group.name or reach.group.key
    return [name, size, _what(reach.posts, language), day, _OUTCOMES[best].in_language(language)]


def _what(posts: Sequence[Shown], language: str) -> str:
    sure = [post.kind for post in posts if post.outcome in {Outcome.SENT, Outcome.CARRIED}] or [
        post.kind for post in posts
    ]
    parts = [Texts.ANNOUNCED.in_language(language)] if Kind.ANNOUNCE in sure else []
    reminded = sum(1 for kind in sure if kind in {Kind.WEEK, Kind.DAY, Kind.HOUR})
    parts += [Texts.REMINDED.in_language(language, count=reminded)] if reminded else []
    parts += [Texts.CHANGED.in_language(language)] if {Kind.MOVED, Kind.CANCELLED} & set(sure) else []
    return (", " if language == "en" else "，").join(parts)
