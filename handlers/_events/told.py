"""How an event is told: its name, its time in the reader's words, where it is, and its pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Text
from handlers._wording import durations
from storage.events import Event, Kind

KINDS: dict[Kind, Text] = {
    Kind.VISIT: Text(zh="企业行", en="Company visit"),
    Kind.UNIVERSITY: Text(zh="高校行", en="University"),
    Kind.TOUR: Text(zh="城市行", en="City tour"),
    Kind.SUMMIT: Text(zh="峰会", en="Summit"),
    Kind.TRAINING: Text(zh="培训", en="Training"),
    Kind.CERTIFICATION: Text(zh="认证", en="Certification"),
    Kind.TALK: Text(zh="线上分享", en="Online talk"),
    Kind.QA: Text(zh="专家答疑", en="Expert Q&A"),
    Kind.CONTEST: Text(zh="比赛", en="Contest"),
    Kind.MEETING: Text(zh="会议", en="Meeting"),
}


class Texts:
    """Pieces of what is told of every event."""

    THERE = Text(zh="{when}（{city}时间）", en="{when} ({city} time)")
    NOW = Text(zh="正在进行", en="now")
    OVER = Text(zh="已结束", en="over")
    LEFT = Text(zh="还有 {span}", en="{span} left")


def title(event: Event, language: str) -> str:
    """Return the name as it stands in a sentence: 《慢 SQL 三板斧》."""
    return f"《{event.title}》" if language != "en" else f"“{event.title}”"


def zone_of(ctx: Context[Any]) -> ZoneInfo:
    """Return the zone in which the reader lives: the group's, else the community's."""
    return ZoneInfo(ctx.group.zone) if ctx.group.zone else ctx.community.zone


def when(event: Event, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return when it begins, as the reader says it: 本周四 20:00.

    What happens at a place is told in that place's time, and says so where the reader's clock shows another one.
    """
    there = ZoneInfo(event.zone)
    if not event.venue or event.starts_at.astimezone(there).utcoffset() == event.starts_at.astimezone(zone).utcoffset():
        return durations.when(event.starts_at, now, zone, language)
    told = durations.when(event.starts_at, now, there, language)
    return Texts.THERE.in_language(language, when=told, city=event.city or event.zone.rpartition("/")[2])


def left(event: Event, now: datetime, language: str) -> str:
    """Return how long until it begins: 还有 2 天; or that it is on, or over."""
    if now >= event.ends_at:
        return Texts.OVER.in_language(language)
    if now >= event.starts_at:
        return Texts.NOW.in_language(language)
    return Texts.LEFT.in_language(language, span=durations.rough(event.starts_at - now, language))


def length(event: Event, language: str) -> str:
    """Return how long it takes: 50 分钟."""
    return durations.exact(max(event.ends_at - event.starts_at, timedelta()), language)


def page(ctx: Context[Any], event: Event) -> str:
    """Return the address of an event's page; empty where there are no pages."""
    return f"{ctx.community.url}/e/{event.id}" if ctx.community.url else ""


def calendar(ctx: Context[Any], event: Event) -> str:
    """Return the address of an event's calendar file; empty where there are no pages."""
    return f"{ctx.community.url}/e/{event.id}.ics" if ctx.community.url else ""
