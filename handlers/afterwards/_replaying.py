"""Replay and slides: an admin gives a link, which is told once, to groups that knew and to who could not come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from handlers import Body, Command, Context, Errand, Purpose, Reply, Text, UserError, answer
from handlers._carrying import carried
from handlers._events.audience import groups_for
from handlers._events.meant import NUMBER, about, event_meant
from handlers._events.standing import standings
from handlers._events.told import title
from handlers._wording.names import spaced
from handlers.afterwards._privately import Here, addresses, key, notice, tell
from handlers.afterwards._times import SETTLED
from handlers.afterwards._who import missed, only_admins, only_begun
from storage import event_records, events, groups, reminders
from storage.events import Event
from storage.replies import Link, Paragraph, Plain

REPLAY, SLIDES = "replay", "slides"  # as the columns of an event are called
TOLD = "replay"
LINK = r"https?://[^\s<>\"'「」]{3,500}"
FITS = rf"(?:{NUMBER} )?(?:{LINK}|再发|again)"
WORTH = timedelta(days=1)
_AGAIN = {"再发", "again"}


class Texts:
    """What an admin hears, and what is posted."""

    REPLAY = Text(zh="回放", en="replay")
    SLIDES = Text(zh="资料", en="slides")
    WATCH = Text(zh="回放", en="Replay")
    READ = Text(zh="资料", en="Slides")
    ALSO_SLIDES = Text(
        zh="资料也有的话回「资料 {number} 链接」，合成一条发。",
        en="Are there slides as well? /slides {number} LINK, and one post tells both.",
    )
    ALSO_REPLAY = Text(
        zh="回放也有的话回「回放 {number} 链接」，合成一条发。",
        en="Is there a replay as well? /replay {number} LINK, and one post tells both.",
    )
    KEPT = Text(
        zh="记下了：{number} 的{what}。几分钟后发到 {groups} 个预告过的群，报了名没来的私聊发，只发一次。",
        en="Noted: the {what} of {number}. In some minutes {groups} groups that knew of it are told, and in private"
        " who registered and did not come; once.",
    )
    CHANGED = Text(
        zh="{number} 的{what}换好了。已经发过一次，不再自动发；要再发回「回放 {number} 再发」。",
        en="The {what} of {number} is changed. It was told before, so it is not told again; to do so: /replay {number}"
        " again",
    )
    SAME = Text(zh="{number} 的{what}就是这个，发过了。", en="That is the {what} of {number}; it was told.")
    AGAIN = Text(
        zh="好，几分钟后把新链接再发到 {groups} 个群。", en="In some minutes the new link is told in {groups} groups."
    )
    TOLD = Text(zh="{number} 的链接都发过了，没有变。", en="The links of {number} were told, and did not change.")
    NOTHING = Text(
        zh="{number} 还没有回放和资料。给链接：「回放 {number} https://…」",
        en="{number} has neither replay nor slides. Give a link: /replay {number} https://…",
    )
    BAD_LINK = Text(
        zh="这个链接读不懂。要 https:// 开头，中间没有空格。",
        en="I cannot read this link. It begins with https:// and has no spaces.",
    )
    MISSED = Text(zh="你报了{title}，没来成的话，都在这里：", en="You registered for {title}; in case you missed it:")


# -- what an admin says -----------------------------------------------------------------------------------------------


async def given(command: Command, ctx: Context[Any], *, slides: bool) -> Reply:
    """Keep where an event can be watched, or its slides; they are told some minutes later.

    Raises:
        UserError: Not by an admin, not of an event that began, or no link.
    """
    await only_admins(ctx)
    event, words = await event_meant(ctx, command)
    kind, what = (SLIDES, Texts.SLIDES) if slides else (REPLAY, Texts.REPLAY)
    named = {"number": event.number, "what": ctx.say(what)}
    only_begun(ctx, event, named["what"])
    event = await events.locked(ctx.store, event.id)  # nobody tells of it meanwhile
    if words.lower() in _AGAIN:
        return await _again(ctx, event)
    link = _link(ctx, words)
    told = (await event_records.get(ctx.store, event.id)).told
    if _mark(kind, link) in told:
        return answer(ctx.say(Texts.SAME, **named), about=about(event))
    await events.keep_record(ctx.store, event.id, **{kind: link})
    if any(one.startswith(f"{kind}:") for one in told):
        return answer(ctx.say(Texts.CHANGED, **named), about=about(event))
    await event_records.given(ctx.store, event.id, ctx.now())
    lines = [ctx.say(Texts.KEPT, **named, groups=len(await _knew(ctx, event)))]
    if not (event.replay if slides else event.slides):
        lines.append(ctx.say(Texts.ALSO_REPLAY if slides else Texts.ALSO_SLIDES, number=event.number))
    return answer(*lines, about=about(event))


def _link(ctx: Context[Any], words: str) -> str:
    try:
        host = urlsplit(words).hostname if re.fullmatch(LINK, words) else None
    except ValueError:
        host = None
    if not host:
        raise UserError(ctx.say(Texts.BAD_LINK))
    return words


async def _again(ctx: Context[Any], event: Event) -> Reply:
    """Let a link that was changed be told as well; one that was told stays told."""
    if not event.replay and not event.slides:
        raise UserError(ctx.say(Texts.NOTHING, number=event.number))
    if not _untold(event, (await event_records.get(ctx.store, event.id)).told):
        raise UserError(ctx.say(Texts.TOLD, number=event.number))
    await event_records.given(ctx.store, event.id, ctx.now())
    return answer(ctx.say(Texts.AGAIN, groups=len(await _knew(ctx, event))), about=about(event))


def _mark(kind: str, link: str) -> str:
    return f"{kind}:{hashlib.sha256(link.encode()).hexdigest()[:12]}"


def _untold(event: Event, told: Collection[str]) -> dict[str, str]:
    """Return the links of an event that were not told yet, by kind."""
    links = {REPLAY: event.replay, SLIDES: event.slides}
    return {kind: link for kind, link in links.items() if link and _mark(kind, link) not in told}


# -- what is posted ---------------------------------------------------------------------------------------------------


async def due(ctx: Context[Any]) -> list[Reply | Errand]:
    """Tell what was given some minutes ago, each link once for ever."""
    replies: list[Reply | Errand] = []
    for number in await event_records.untold(ctx.store, ctx.now() - SETTLED):
        event = await events.locked(ctx.store, number)
        record = await event_records.get(ctx.store, number)
        links = _untold(event, record.told)
        marks = [_mark(kind, link) for kind, link in links.items()]
        if await event_records.tell(ctx.store, number, [*record.told, *marks], ctx.now()):
            replies += await _tell(ctx, event, links) if links and event.is_published else []
    return replies


async def _tell(ctx: Context[Any], event: Event, links: Mapping[str, str]) -> list[Reply | Errand]:
    """Return the posts that tell of links: to the groups that knew of the event, by hand, and to who could not come.

    Where the week's posts are used up nothing is said: the digest tells of it.
    """
    mark = "-".join(_mark(kind, link) for kind, link in links.items()).replace(":", "")
    begins = key(event, TOLD, mark)
    wanted = set(await _knew(ctx, event))
    known = [group for group in await groups.every(ctx.store) if group.id in wanted]
    posts: list[Reply | Errand] = []
    by_hand: dict[int, Body] = {}
    for stand in await standings(ctx, known):
        body = _post(event, links, stand.ctx.language)
        if stand.bar is None and stand.heard:
            posts.append(_group_post(ctx, event, stand.group.id, body, begins))
        elif stand.bar is None:
            by_hand[stand.group.id] = body
    absent = await missed(ctx.store, event)
    told = await tell(ctx, event, TOLD, to_absent, absent, mark)
    return [*posts, *await carried(ctx, begins, by_hand), *told]


def _group_post(ctx: Context[Any], event: Event, group: int, body: Body, begins: str) -> Reply:
    return Reply(
        body,
        group=group,
        purpose=Purpose.REMINDER,
        about=about(event),
        key=f"{begins}:group:{group}",
        expires_at=ctx.now() + WORTH,
    )


async def to_absent(here: Here, persons: Collection[int]) -> list[Reply]:
    """Tell persons who registered and did not come; `mark` says which links it is about."""
    event, language = here.event, here.language
    links = {kind: link for kind, link in _untold(event, ()).items() if _mark(kind, link).replace(":", "") in here.mark}
    head = Body.of(Texts.MISSED.in_language(language, title=title(event, language)))
    body = head.plus(_links(links, language))
    return [notice(here, TOLD, member, body) for member in (await addresses(here.store, persons)).values()]


async def _knew(ctx: Context[Any], event: Event) -> list[int]:
    """Return the groups that an event was announced in; couriers' ones are those that it is for."""
    reached = await reminders.reached(ctx.store, event.id)
    by_hand = [group.id for group in await groups_for(ctx, event) if group.account_id is None]
    return sorted(reached | set(by_hand))


def _post(event: Event, links: Mapping[str, str], language: str) -> Body:
    names = ("、" if language != "en" else ", ").join(speaker.name for speaker in event.speakers[:3])
    head = spaced(f"{title(event, language)} {names}".strip())
    return Body.of(head).plus(_links(links, language))


def _links(links: Mapping[str, str], language: str) -> Body:
    called = {REPLAY: Texts.WATCH, SLIDES: Texts.READ}
    lines = ((Plain(f"{called[kind].in_language(language)} "), Link(url)) for kind, url in links.items())
    return Body(tuple(Paragraph(spans) for spans in lines))
