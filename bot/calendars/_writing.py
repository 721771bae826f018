"""Writes events as a calendar (iCalendar, RFC 5545) that others subscribe to.

Every event is a row, so none has a rule: what a client shows is exactly what was announced. Times are in UTC, which
every client turns into its own time alike; no VTIMEZONE is there to be read wrongly across a DST change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import icalendar

from handlers import Text
from handlers._events.told import KINDS
from storage.events import Event, Speaker, State

PRODUCT = "-//Xiangqun//Events//ZH"
REFRESH = timedelta(hours=6)  # how often who subscribed should look again
KEPT = 4096  # events whose lines are kept: they change seldom, and are asked for by many


class Texts:
    """What a calendar says beside the events' own words."""

    CANCELLED = Text(zh="取消了：{title}", en="Cancelled: {title}")
    JOIN = Text(
        zh="报名：在群里或私聊发「报名 {number}」", en="Register: send /join {number} in the group or in private"
    )
    OF = Text(zh="{name}，{company}", en="{name}, {company}")
    REPLAY = Text(zh="回放：{link}", en="Replay: {link}")


def calendar(events: Iterable[Event], *, name: str, language: str, url: str) -> bytes:
    """Return a calendar of events, in their order.

    Args:
        events: Published or cancelled ones.
        name: What the calendar is called.
        language: Of the words around the events' own.
        url: Where the pages are, without a slash at its end; empty where there are none.
    """
    head = icalendar.Calendar()
    head.add("prodid", PRODUCT)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    head.add("method", "PUBLISH")
    head.add("name", name)
    head.add("x-wr-calname", name)
    head.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    head.add("x-published-ttl", icalendar.vDuration(REFRESH))
    begin, end, _ = head.to_ical().partition(b"END:VCALENDAR")
    return b"".join([begin, *(_lines(event, language, url) for event in events), end, b"\r\n"])


@lru_cache(KEPT)
def _lines(event: Event, language: str, url: str) -> bytes:
    lines: bytes = _entry(event, language, url).to_ical()
    return lines


def _entry(event: Event, language: str, url: str) -> icalendar.Event:
    page = f"{url}/e/{event.id}" if url else ""
    cancelled = event.state is State.CANCELLED
    entry = icalendar.Event()
    entry.add("uid", event.uid)
    entry.add("dtstamp", changed_at(event))
    entry.add("sequence", event.sequence)
    entry.add("dtstart", event.starts_at.astimezone(UTC))
    entry.add("dtend", event.ends_at.astimezone(UTC))
    entry.add("summary", Texts.CANCELLED.in_language(language, title=event.title) if cancelled else event.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("categories", [KINDS[event.kind].in_language(language)])
    for key, value in (("location", where(event)), ("description", _description(event, language, page)), ("url", page)):
        if value:
            entry.add(key, value)
    return entry


def changed_at(event: Event) -> datetime:
    """Return when an event was last changed, as far as that is known: the same rows give the same calendar."""
    times = (event.created_at, event.published_at, event.moved_at, event.cancelled_at)
    return max(time for time in times if time is not None).astimezone(UTC)


def where(event: Event) -> str:
    """Return where an event is: city and venue, else where it is watched."""
    return " ".join(part for part in (event.city, event.venue) if part) or event.link


def speaker(found: Speaker, language: str) -> str:
    """Return who speaks, with the company: 柏舟，苇间数据."""
    if not found.company:
        return found.name
    return Texts.OF.in_language(language, name=found.name, company=found.company)


def _description(event: Event, language: str, page: str) -> str:
    lines: Sequence[str] = [
        event.summary,
        *(speaker(one, language) for one in event.speakers),
        Texts.REPLAY.in_language(language, link=event.replay) if event.replay else "",
        Texts.JOIN.in_language(language, number=event.number) if event.state is State.PUBLISHED else "",
        page,
        event.link if event.link != where(event) else "",
    ]
    return "\n".join(line for line in lines if line)
