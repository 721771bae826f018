"""How an event is told: its name, its time in the reader's words, where it is, and its pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Text
from handlers._events.words import ANYWHERE
from handlers._wording import durations
from storage.events import Event, Kind, State

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
    DRAFT = Text(zh="草稿", en="draft")
    CANCELLED = Text(zh="取消了", en="cancelled")
    DATED = Text(zh="（{day}，{length}，{left}）", en=" ({day}, {length}, {left})")
    LASTS = Text(zh="（{length}，{left}）", en=" ({length}, {left})")
    UNTIL = Text(zh="（到 {day} {clock}，{left}）", en=" (until {day} {clock}, {left})")
    OF = Text(zh="{name}（{company}）", en="{name} ({company})")
    HOSTS = Text(zh="主办 {names}", en="hosted by {names}")
    ONLINE = Text(zh="线上", en="online")
    LATER = Text(zh="地点待定", en="place to follow")


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


def timed(event: Event, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return when it is, for whoever reads it once: 本周四 20:00（12 月 3 日，50 分钟，还有 2 天）."""
    there = ZoneInfo(event.zone) if event.venue else zone
    begins, day = when(event, now, zone, language), durations.day(event.starts_at, now, there, language)
    told = {"day": day, "left": left(event, now, language)}
    if event.ends_at.astimezone(there).date() > event.starts_at.astimezone(there).date():
        end = event.ends_at.astimezone(there)
        told |= {"day": durations.day(event.ends_at, now, there, language), "clock": f"{end:%H:%M}"}
        return begins + Texts.UNTIL.in_language(language, **told)
    told["length"] = length(event, language)
    return begins + (Texts.LASTS if begins.startswith(day) else Texts.DATED).in_language(language, **told)


def where(event: Event, language: str) -> str:
    """Return where it is: 成都 · 高新区天府五街, or 线上; of what happens at a place, that it is not settled yet."""
    place = " · ".join(part for part in (event.city, event.venue) if part)
    return place or (Texts.ONLINE if is_online(event) else Texts.LATER).in_language(language)


def is_online(event: Event) -> bool:
    """Say whether it is watched from anywhere: no place was told, and there is a link, or its kind needs no place."""
    return not (event.city or event.venue) and (bool(event.link) or event.kind in ANYWHERE)


def speakers(event: Event, language: str) -> str:
    """Return who speaks: 柏舟（苇间数据）、Lena."""
    named = [
        Texts.OF.in_language(language, name=one.name, company=one.company) if one.company else one.name
        for one in event.speakers
    ]
    return (", " if language == "en" else "、").join(named)


def hosts(event: Event, language: str) -> str:
    """Return which companies host it: 主办 苇间数据."""
    names = (", " if language == "en" else "、").join(event.hosts)
    return Texts.HOSTS.in_language(language, names=names) if names else ""


def standing(event: Event, language: str) -> str:
    """Return what has to be known of its state: 草稿, 取消了; nothing where it is published."""
    texts = {State.DRAFT: Texts.DRAFT, State.CANCELLED: Texts.CANCELLED}
    return texts[event.state].in_language(language) if event.state in texts else ""


def page(ctx: Context[Any], event: Event) -> str:
    """Return the address of an event's page; empty where there are no pages."""
    return f"{ctx.community.url}/e/{event.id}" if ctx.community.url else ""


def calendar(ctx: Context[Any], event: Event) -> str:
    """Return the address of an event's calendar file; empty where there are no pages."""
    return f"{ctx.community.url}/e/{event.id}.ics" if ctx.community.url else ""
