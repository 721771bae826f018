"""The card above an announcement: drawn in an errand once for all groups; where it cannot be, the words stand alone."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from typst import TypstError

from handlers import Body, Context, Errand, Outside, Purpose, Reply, Text
from handlers._drawing.typesetting import typeset
from handlers._events import told
from handlers._events.settings import FEATURE
from handlers._events.standing import Standing
from handlers._files import keep
from handlers._wording import durations
from handlers._wording.masking import cut
from storage import reminders
from storage.events import Event
from storage.groups import Group
from storage.replies import Picture, decode, encode

log = logging.getLogger(__name__)

CARD = "card"
TEMPLATE = Path(__file__).parent / "templates" / "card.typ"
SPEAKERS = 4  # with their names on a card


class Texts:
    """Words on a card."""

    HOSTS = Text(zh="主办 {names}", en="Hosted by {names}")
    LIST = Text(zh="、", en=", ")
    JOIN = Text(zh="报名 {number}", en="/join {number}")


def cards(ctx: Context[Any], event: Event, posts: Sequence[tuple[Standing, Reply]]) -> list[Reply | Errand]:
    """Return posts, those that get a picture as an errand for all that share one: a language and a zone."""
    plain: list[Reply | Errand] = []
    drawn: dict[tuple[str, str], list[tuple[Standing, Reply]]] = defaultdict(list)
    for stand, post in posts:
        if stand.settings.card and shows_pictures(ctx, stand.group):
            drawn[stand.ctx.language, stand.zone.key].append((stand, post))
        else:
            plain.append(post)
    return [*plain, *(_drawing(event, found) for found in drawn.values())]


def shows_pictures(ctx: Context[Any], group: Group) -> bool:
    """Say whether a picture can be posted in a group; of another platform's account it is hoped, and words remain."""
    return ctx.pictures or group.platform != ctx.group.platform


def card_of(ctx: Context[Any], event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """Return what a card shows: nothing that is true today alone, and times with their zone where it is not ours."""
    there = ZoneInfo(event.zone) if event.venue else zone
    begins, ends = event.starts_at.astimezone(there), event.ends_at.astimezone(there)
    foreign = begins.utcoffset() != begins.astimezone(ctx.community.zone).utcoffset()
    hosts = ctx.say(Texts.LIST).join(event.hosts)
    place = event.venue if event.city in event.venue else f"{event.city} {event.venue}"
    return {
        "language": ctx.language,
        "kind": ctx.say(told.KINDS[event.kind]),
        "title": cut(event.title, 80),
        "day": durations.dated(event.starts_at, there, ctx.language),
        "time": f"{begins:%H:%M}" + (f"–{ends:%H:%M}" if begins.date() == ends.date() else ""),
        "zone": f"UTC{begins:%:z}" if foreign else "",
        "place": cut(place if event.venue else "", 60),
        "speakers": [
            {"name": cut(one.name, 24), "company": cut(one.company, 32), "about": cut(one.about, 60)}
            for one in event.speakers[:SPEAKERS]
        ],
        "hosts": ctx.say(Texts.HOSTS, names=cut(hosts, 80)) if hosts else "",
        "summary": cut(event.summary, 120),
        "number": event.number,
        "join": ctx.say(Texts.JOIN, number=event.number),
        "page": told.page(ctx, event).removeprefix("https://"),
        "community": cut(ctx.community.name, 24),
    }


def _drawing(event: Event, found: Sequence[tuple[Standing, Reply]]) -> Errand:
    first, post = found[0]
    payload = {
        "card": card_of(first.ctx, event, first.zone),
        "event": event.id,
        "posts": [_kept(reply) for _, reply in found],
    }
    return Errand(FEATURE, CARD, f"{post.key}:{CARD}", payload, group=first.group.id)


def _kept(post: Reply) -> dict[str, Any]:
    times = {"not_before": post.not_before, "expires_at": post.expires_at}
    written = {name: None if moment is None else moment.isoformat() for name, moment in times.items()}
    return {"group": post.group, "key": post.key, "about": post.about, "body": encode(post.body), **written}


async def draw(errand: Errand, outside: Outside) -> list[Reply]:
    """Return the posts of an announcement, each with the card above its words; those taken back meanwhile are left out.

    One that cannot be drawn is missing, and the log says so.
    """
    told_in = errand.payload["posts"]
    async with outside.read() as store:
        keys = [post["key"] for post in told_in]
        wanted = await reminders.still(store, int(errand.payload["event"]), keys)
    posts = [post for post in told_in if post["key"] in wanted]
    name = await _drawn(errand, outside) if posts else None
    above = () if name is None else (Picture(name, f"{errand.payload['card']['title']}"),)
    return [
        Reply(
            Body(above).plus(decode(post["body"])),
            group=post["group"],
            purpose=Purpose.REMINDER,
            key=post["key"],
            about=post["about"],
            not_before=_read(post["not_before"]),
            expires_at=_read(post["expires_at"]),
        )
        for post in posts
    ]


async def _drawn(errand: Errand, outside: Outside) -> str | None:
    try:
        found = await outside.in_worker(png, errand.payload["card"])
    except BrokenProcessPool:
        found = None
    if found is None:
        log.error("the card of %s could not be drawn; its words go out alone", errand.key)
        return None
    return await keep(outside.files, f"event-{errand.payload['event']}", ".png", found)


def png(card: dict[str, Any]) -> bytes | None:
    """Return a card as a PNG, 1080 pixels wide; None where it cannot be typeset."""
    try:
        return typeset(TEMPLATE, card, form="png")
    except TypstError:  # its message quotes the card
        return None


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)
