"""Asking: a question for the speakers, once, and who has it too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import Command, Context, Reply, UserError, answer
from handlers._events.meant import NUMBER, about, event_meant
from handlers._events.told import title
from handlers._said_for import Texts as Carried
from handlers._threads.asking import Wants, wants
from handlers._wording.masking import flat, quoted
from handlers.speakers._meant import question_meant, words_after
from handlers.speakers._texts import Texts
from storage import events, members, outbox, privacy, speaker_questions
from storage.events import Event, State
from storage.replies import Body
from storage.speaker_questions import Question

AFTERWARDS = timedelta(days=1)  # how long after its end an event takes questions
GATHERED = 3  # questions that a confirmation in a group tells apart
_BEHIND = re.compile(rf"^({NUMBER})[\s:,]*")
LINE = 40  # characters of a question in such a line


async def ask(command: Command, ctx: Context[Any]) -> Reply:
    """Keep a question for an event's speakers; one that was asked already becomes a vote.

    Raises:
        UserError: The event takes none, the words are none or too many, or the person asked enough.
    """
    event, _ = await event_meant(ctx, replace(command, args=_BEHIND.sub(r"\1 ", command.args, count=1)))
    if await privacy.is_silent(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Carried.SILENT))
    _refuse_closed(ctx, event)
    text = flat(words_after(command, NUMBER))
    if wants(text) is not Wants.ANSWER:
        raise UserError(ctx.say(Texts.NOTHING, event=event.number))
    if len(text) > ctx.settings.length:
        raise UserError(ctx.say(Texts.LONG, most=ctx.settings.length, count=len(text)))
    await events.locked(ctx.store, event.id)
    known = await speaker_questions.same(ctx.store, event.id, text)
    return await _joined(ctx, event, known) if known is not None else await _kept(ctx, event, text)


def _refuse_closed(ctx: Context[Any], event: Event) -> None:
    if event.state is State.CANCELLED:
        raise UserError(ctx.say(Texts.OFF, event=event.number))
    if ctx.now() > event.ends_at + AFTERWARDS:
        raise UserError(ctx.say(Texts.OVER, event=event.number))


async def _joined(ctx: Context[Any], event: Event, known: Question) -> Reply:
    if known.person == ctx.speaker.person_id:
        raise UserError(ctx.say(Texts.AGAIN, number=known.number))
    if known.answered_at is not None:
        return _answered(ctx, event, known)
    await speaker_questions.vote(ctx.store, known.id, ctx.speaker.id)
    return answer(ctx.say(Texts.JOINED, number=known.number), about=about(event))


async def _kept(ctx: Context[Any], event: Event, text: str) -> Reply:
    count = await speaker_questions.count(ctx.store, event.id, ctx.speaker.person_id)
    if count >= ctx.settings.per_person:
        raise UserError(ctx.say(Texts.ENOUGH, event=event.number, count=count))
    group = None if ctx.group.is_direct else ctx.group.id
    number = f"Q{await speaker_questions.add(ctx.store, event.id, ctx.speaker.id, text, ctx.now(), group)}"
    vote = ctx.say(Texts.VOTE, number=number, event=event.number)
    if group is None:
        told = ctx.say(Texts.NOTED, number=number, event=event.number, title=title(event, ctx.language))
        return answer(told, vote, about=about(event))
    return await _gathered(ctx, event, group)


async def _gathered(ctx: Context[Any], event: Event, group: int) -> Reply:
    """Return one confirmation in a group for all that was asked there since the one that still waits began."""
    word = f"q:{event.id}"
    waiting = await outbox.gathering(ctx.store, group, word)
    since = ctx.now() if waiting is None else waiting.created_at
    new = await speaker_questions.asked_in(ctx.store, event.id, group, since)
    told = [ctx.say(Texts.NOTED_HERE, number=one.number, words=quoted(one.text, LINE)) for one in new[:GATHERED]]
    more = [ctx.say(Texts.MORE_HERE, count=len(new) - GATHERED)] if len(new) > GATHERED else []
    vote = ctx.say(Texts.VOTE, number=new[0].number, event=event.number)
    return Reply(Body.of(*told, *more, vote), about=about(event), gather=word, anew=True)


async def up(command: Command, ctx: Context[Any]) -> Reply:
    """Keep that the speaker has a question as well; once for a person, and not for one's own."""
    question, event = await question_meant(ctx, command)
    _refuse_closed(ctx, event)
    if question.hidden_at is not None:
        raise UserError(ctx.say(Texts.NO_SUCH, number=question.number))
    told = {"number": question.number, "votes": question.votes}
    if question.answered_at is not None:
        return _answered(ctx, event, question)
    if question.member in await members.siblings(ctx.store, ctx.speaker.id):
        raise UserError(ctx.say(Texts.UP_OWN, **told))
    if not await speaker_questions.vote(ctx.store, question.id, ctx.speaker.id):
        raise UserError(ctx.say(Texts.UP_KNOWN, **told))
    if ctx.group.is_direct:
        return answer(ctx.say(Texts.UP, number=question.number, votes=question.votes + 1), about=about(event))
    line = ctx.say(Texts.UP_HERE, event=event.number)
    return Reply(Body.of(line), about=about(event), gather=f"up:{event.id}")


def _answered(ctx: Context[Any], event: Event, question: Question) -> Reply:
    text = Texts.UP_ANSWERED if question.thread is None else Texts.UP_THREAD
    return answer(ctx.say(text, number=question.number, thread=question.thread), about=about(event))
