"""Feedback: who was there is asked once, in private, for a score and one line; admins read it without names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from handlers import Body, Command, Context, Reply, Text, UserError, answer
from handlers._events.meant import NUMBER, about, event_meant
from handlers._events.told import title
from handlers._wording.masking import cut, flat, quoted
from handlers.afterwards._privately import Here, addresses, key, notice
from handlers.afterwards._who import attended, only_admins, only_begun, was_there
from storage import checkins, events, feedback, members, outbox
from storage.events import Event
from storage.feedback import Feedback
from storage.frames import Kind
from storage.messages import Stored

ASK = "ask"
OPEN = timedelta(days=7)  # how long a number in private answers the question
LIMIT = 200  # characters of a line
AVERAGE = 5  # scores below which there is no average
LINES = 4
SCORE = r"[1-5](?: ?分)?"
FITS = rf"(?:{NUMBER} )?{SCORE}(?:[ ,，。;；:：]+.+)?"
_SCORE = re.compile(r"([1-5])(?: ?分(?!钟))?(?:$|[ \n,，。;；:：!！]+(.*))", re.DOTALL)
# What a number that begins a sentence counts: of none of these it is a score.
_COUNTED = re.compile(r"(?:分钟|小时|秒|天|周|个|台|条|次|点|号|月|年|人|[KMGTkmgt]?[Bb]\b|%|[+*/=.、)）-])")


class Texts:
    """One question, cheap to answer, and what is said to the answer."""

    ASKED = Text(
        zh="{title}怎么样？回 1 到 5，想说什么接着写。不回也没事。",
        en="How was {title}? Reply 1 to 5, with a line if you like. No answer is fine, too.",
    )
    KEPT = Text(
        zh="记下了，{score} 分，谢谢。改主意了回「评分 {number} 4」。",
        en="Noted: {score}. Thanks. To change it: /rate {number} 4",
    )
    CHANGED = Text(zh="改成 {score} 分了。", en="Changed to {score}.")
    LINE_KEPT = Text(
        zh="记下了，谢谢。想给个分再回「评分 {number} 4」。", en="Noted, thanks. For a score: /rate {number} 4"
    )
    CUT = Text(zh="话长了，只记了前 {limit} 个字。", en="Of the line, the first {limit} characters are kept.")
    FEEDBACK = Text(zh="反馈", en="feedback")
    NOT_THERE = Text(zh="{number} 的评分只收报了名、签过到的人的。", en="{number} is rated by those who were there.")
    NONE = Text(zh="{number} 还没有人评。", en="Nobody rated {number} yet.")
    HEAD = Text(zh="{number} {title} · {count} 人评，签到 {came}", en="{number} {title} · {count} rated, {came} came")
    AVERAGE = Text(zh="平均 {average} 分（n={n}）：{counts}", en="{average} on average (n={n}): {counts}")
    COUNTED = Text(zh="{score} 分 {count}", en="{score}: {count}")
    LINE = Text(zh="「{line}」", en="“{line}”")
    MORE = Text(zh="还有 {count} 句。", en="{count} lines more.")


# -- asking -----------------------------------------------------------------------------------------------------------


async def ask(here: Here, persons: Collection[int]) -> list[Reply]:
    """Ask persons once what they think of an event, and keep that they were asked."""
    known = await feedback.asked(here.store, here.event.id)
    found = {person: one for person, one in (await addresses(here.store, persons)).items() if person not in known}
    await feedback.ask(here.store, here.event.id, [member.id for member in found.values()], here.now)
    body = Body.of(Texts.ASKED.in_language(here.language, title=title(here.event, here.language)))
    return [notice(here, ASK, member, body) for member in found.values()]


async def asked_of(ctx: Context[Any], event: Event) -> set[int]:
    """Return the persons who are asked about an event."""
    return await attended(ctx.store, event)


# -- hearing ----------------------------------------------------------------------------------------------------------


def read(text: str) -> tuple[int | None, str]:
    """Return the score and the line of what somebody said; None where it begins with no score."""
    found = _SCORE.fullmatch(text.strip())
    if found is None or _COUNTED.match((found[2] or "").lstrip()):
        return None, flat(text)
    return int(found[1]), flat(found[2] or "")


async def heard(message: Stored, ctx: Context[Any]) -> Reply | None:
    """Keep a number that answers the question within a week; any words, where they reply to it."""
    if not ctx.group.is_direct or not ctx.trusted or message.kind is not Kind.TEXT:
        return None
    event = await _replied(message, ctx)
    score, line = read(message.text)
    if event is None and score is not None and message.reply_to is None:
        mine = await members.siblings(ctx.store, ctx.speaker.id)
        waiting = await feedback.unanswered(ctx.store, mine, ctx.now() - OPEN)
        event = await events.find(ctx.store, waiting[0]) if waiting else None
    return None if event is None or not (score or line) else await _keep(ctx, event, score, line)


async def _replied(message: Stored, ctx: Context[Any]) -> Event | None:
    """Return the event of whose question a message is the reply."""
    post = None if message.reply_to is None else await outbox.posted_as(ctx.store, message.group_id, message.reply_to)
    if post is None or post.about is None or f":{ASK}:" not in post.key:
        return None
    event = await events.find(ctx.store, int(post.about.partition(":")[2]))
    return event if event is not None and post.key.startswith(key(event, ASK)) else None


async def rate(command: Command, ctx: Context[Any]) -> Reply:
    """Keep a score, said by command.

    Raises:
        UserError: The event is not held yet, or the speaker was not there.
    """
    event, words = await event_meant(ctx, command)
    only_begun(ctx, event, ctx.say(Texts.FEEDBACK))
    if not await was_there(ctx.store, event, ctx.speaker.person_id):
        raise UserError(ctx.say(Texts.NOT_THERE, number=event.number))
    score, line = read(words)
    return await _keep(ctx, event, score, line)


async def _keep(ctx: Context[Any], event: Event, score: int | None, line: str) -> Reply:
    me = ctx.speaker.id
    siblings = await members.siblings(ctx.store, me)
    before = await feedback.rate(ctx.store, event.id, me, siblings, score, line[:LIMIT], ctx.now())
    if score is None:
        told = ctx.say(Texts.LINE_KEPT, number=event.number)
    else:
        told = ctx.say(Texts.CHANGED if before else Texts.KEPT, score=score, number=event.number)
    return answer(told, ctx.say(Texts.CUT, limit=LIMIT) if len(line) > LIMIT else "", about=about(event))


# -- showing ----------------------------------------------------------------------------------------------------------


async def shown(command: Command, ctx: Context[Any]) -> Reply:
    """Show an admin what was said of an event, without names.

    Raises:
        UserError: It is none.
    """
    await only_admins(ctx)
    event, _ = await event_meant(ctx, command)
    found = await feedback.of_event(ctx.store, event.id)
    if not found:
        return answer(ctx.say(Texts.NONE, number=event.number), about=about(event))
    came = len(await checkins.persons(ctx.store, event.id))
    named = {"number": event.number, "title": title(event, ctx.language)}
    head = ctx.say(Texts.HEAD, **named, count=len(found), came=came)
    return answer(head, *scores(ctx, found), *_lines(ctx, found), about=about(event))


def scores(ctx: Context[Any], found: Collection[Feedback]) -> list[str]:
    """Return how the scores stand: an average where there are five or more, else the counts alone."""
    given = Counter(one.score for one in found if one.score is not None)
    if not given:
        return []
    between = ", " if ctx.language == "en" else "、"
    counts = between.join(
        ctx.say(Texts.COUNTED, score=score, count=given[score]) for score in range(5, 0, -1) if given[score]
    )
    n = given.total()
    if n < AVERAGE:
        return [counts]
    average = sum(score * count for score, count in given.items()) / n
    return [ctx.say(Texts.AVERAGE, average=f"{average:.1f}", n=n, counts=counts)]


def _lines(ctx: Context[Any], found: Collection[Feedback]) -> list[str]:
    said = [one.text for one in found if one.text]
    lines = [ctx.say(Texts.LINE, line=cut(quoted(text, LIMIT), 60)) for text in said[-LINES:]]
    return [*lines, ctx.say(Texts.MORE, count=len(said) - LINES)] if len(said) > LINES else lines
