"""What an event's page shows: a pure function of the event, the time and who the page is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.calendars import _writing as calendars
from bot.pages import _record
from bot.pages._record import Record
from handlers import Community, Text
from handlers._events.told import KINDS, left, length
from handlers._wording import durations
from storage.events import Event
from storage.registrations import Counts

CODE = re.compile(r"[0-9A-Za-z]{2,16}")  # a member's word of referral


class Texts:
    """The page's words."""

    WHEN = Text(zh="时间", en="When")
    WHERE = Text(zh="地点", en="Where")
    ONLINE = Text(zh="线上", en="online")
    SPEAKERS = Text(zh="分享", en="Speakers")
    HOSTS = Text(zh="主办", en="Hosts")
    SEATS = Text(zh="席位", en="Seats")
    PLACES = Text(zh="共 {count} 席，还剩 {left} 席", en="{count} in all, {left} left")
    FULL = Text(zh="{count} 席都满了，候补 {waiting} 位", en="all {count} taken, {waiting} waiting")
    JOIN = Text(zh="报名：在群里发，或私聊{bot}", en="Register: send this in the group, or to {bot} in private")
    JOIN_WORDS = Text(zh="报名 {number}", en="/join {number}")
    ASK = Text(zh="想先问：发这一句，票多的先答", en="To ask ahead: what has most votes is answered first")
    ASK_WORDS = Text(zh="问 {number} 你的问题", en="/q {number} your question")
    ENTRANCE = Text(zh="进入活动", en="Enter")
    CALENDAR = Text(zh="加进日历", en="Add to calendar")
    REPLAY = Text(zh="看回放", en="Watch the replay")
    SLIDES = Text(zh="看资料", en="See the slides")
    BEIJING = Text(zh="北京时间", en="Beijing time")
    OF_ZONE = Text(zh="{city} 时间，UTC{offset}", en="{city} time, UTC{offset}")
    LINE = Text(zh="{zone}，{length}", en="{zone}, {length}")
    SPAN = Text(zh="{begins} 到 {ends}", en="{begins} to {ends}")
    CANCELLED = Text(zh="《{title}》取消了", en="“{title}” was cancelled")
    CANCELLED_WHY = Text(zh="原定 {when}。", en="It was planned for {when}.")
    OTHERS = Text(zh="看还有哪些：在群里发「活动」。", en="To see others, send /events in the group.")


@dataclass(frozen=True, slots=True)
class Link:
    """Something to press: its words, where it leads, and whether it is the first thing to do."""

    label: str
    href: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Something to type into a group: what for, and the words."""

    why: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that stands on an event's page."""

    title: str
    above: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    summary: str
    typed: tuple[Words, ...]
    links: tuple[Link, ...]


def shown(
    event: Event, counts: Counts, now: datetime, community: Community, code: str = "", record: Record | None = None
) -> Shown:
    """Return what the page of a published event shows.

    Args:
        event: The event.
        counts: How many come and wait.
        now: When it is read.
        community: Whose page it is.
        code: A word of referral, which is carried into the words with which one registers.
        record: How it was, once it is over.
    """
    tongue = community.language
    lines = [*_rows(event, counts, now, community), *(_record.rows(record, tongue) if record else ())]
    return Shown(
        title=event.title,
        above=f"{KINDS[event.kind].in_language(tongue)} · {left(event, now, tongue)}",
        rows=tuple(_labelled(lines, tongue)),
        summary=event.summary,
        typed=_typed(event, community, code) if now < event.ends_at else (),
        links=tuple(link for link in _links(event, now, community) if link.href),
    )


def cancelled(event: Event, now: datetime, community: Community) -> tuple[str, list[str]]:
    """Return heading and lines for an event that was called off."""
    tongue = community.language
    when = times(event, now, community)[0]
    why = Texts.CANCELLED_WHY.in_language(tongue, when=when)
    return Texts.CANCELLED.in_language(tongue, title=event.title), [why, Texts.OTHERS.in_language(tongue)]


def times(event: Event, now: datetime, community: Community) -> tuple[str, ...]:
    """Return when it is in its own zone, which zone that is, and when that is where the community's clock differs."""
    own, home, tongue = ZoneInfo(event.zone), community.zone, community.language
    told = (
        _span(event, now, own, tongue),
        Texts.LINE.in_language(tongue, zone=_zone(event.starts_at, own, tongue), length=length(event, tongue)),
    )
    if event.starts_at.astimezone(own).utcoffset() == event.starts_at.astimezone(home).utcoffset():
        return told
    return *told, f"{_zone(event.starts_at, home, tongue)} {_span(event, now, home, tongue)}"


def _rows(event: Event, counts: Counts, now: datetime, community: Community) -> list[tuple[Text, tuple[str, ...]]]:
    tongue = community.language
    place = " ".join(part for part in (event.city, event.venue) if part)
    seats = _seats(event, counts, tongue) if event.capacity and now < event.ends_at else ""
    return [
        (Texts.WHEN, times(event, now, community)),
        (Texts.WHERE, (place or Texts.ONLINE.in_language(tongue),) if place or event.link else ()),
        *((Texts.SPEAKERS, (calendars.speaker(one, tongue), one.about)) for one in event.speakers),
        (Texts.HOSTS, event.hosts),
        (Texts.SEATS, (seats,) if seats else ()),
    ]


def _seats(event: Event, counts: Counts, tongue: str) -> str:
    seats = event.capacity or 0
    if counts.taken >= seats:
        return Texts.FULL.in_language(tongue, count=seats, waiting=counts.waiting)
    return Texts.PLACES.in_language(tongue, count=seats, left=seats - counts.taken)


def _labelled(rows: Iterable[tuple[Text, tuple[str, ...]]], tongue: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the rows that say something; a label that was just said is not said again."""
    said: Text | None = None
    for label, lines in rows:
        if lines:
            yield "" if label is said else label.in_language(tongue), tuple(line for line in lines if line)
            said = label


def _typed(event: Event, community: Community, code: str) -> tuple[Words, ...]:
    tongue = community.language
    join = Texts.JOIN_WORDS.in_language(tongue, number=event.number)
    known = f" {code.upper()}" if CODE.fullmatch(code) else ""
    return (
        Words(Texts.JOIN.in_language(tongue, bot=community.bot_name), join + known),
        Words(Texts.ASK.in_language(tongue), Texts.ASK_WORDS.in_language(tongue, number=event.number)),
    )


def _links(event: Event, now: datetime, community: Community) -> list[Link]:
    tongue, over = community.language, now >= event.ends_at
    return [
        Link(Texts.REPLAY.in_language(tongue), safe(event.replay), first=True),
        Link(Texts.SLIDES.in_language(tongue), safe(event.slides)),
        Link(Texts.ENTRANCE.in_language(tongue), "" if over else safe(event.link), first=True),
        Link(Texts.CALENDAR.in_language(tongue), "" if over else f"{community.url}/e/{event.id}.ics"),
    ]


def safe(link: str) -> str:
    """Return an address that may stand behind words to press: of the web, nothing that runs."""
    return link if link.startswith(("https://", "http://")) else ""


def _span(event: Event, now: datetime, zone: ZoneInfo, tongue: str) -> str:
    begins, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if begins.date() == ends.date():
        return f"{_day(begins, now, zone, tongue)} {begins:%H:%M}–{ends:%H:%M}"
    first, last = (f"{_day(one, now, zone, tongue)} {one:%H:%M}" for one in (begins, ends))
    return Texts.SPAN.in_language(tongue, begins=first, ends=last)


def _day(moment: datetime, now: datetime, zone: ZoneInfo, tongue: str) -> str:
    return f"{durations.day(moment, now, zone, tongue)} {durations.weekday(moment.date(), tongue)}"


def _zone(moment: datetime, zone: ZoneInfo, tongue: str) -> str:
    if zone.key in {"Asia/Shanghai", "PRC"}:
        return Texts.BEIJING.in_language(tongue)
    offset = moment.astimezone(zone).strftime("%z")
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return Texts.OF_ZONE.in_language(tongue, city=city, offset=f"{offset[:3]}:{offset[3:]}")
