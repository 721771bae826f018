"""Listing: what is asked of an event's speakers, by votes; hosts and speakers tick off what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Command, Context, Reply, UserError, answer
from handlers._events.hosting import hosts, names_of, refuse_guests, speaks
from handlers._events.meant import about, event_meant
from handlers._events.told import title
from handlers._wording.masking import quoted
from handlers._wording.names import spaced
from handlers.speakers._meant import question_meant, takes_back
from handlers.speakers._texts import Texts
from storage import speaker_questions
from storage.events import Event, Kind
from storage.speaker_questions import Question

SHOWN, LINE = 5, 60


async def listed(command: Command, ctx: Context[Any]) -> Reply:
    """Return the questions with most votes; in private to hosts and speakers all of them by pages, with who asks."""
    event, rest = await event_meant(ctx, command)
    found = await speaker_questions.listed(ctx.store, event.id)
    named = {"event": event.number, "title": title(event, ctx.language)}
    if not found:
        return answer(ctx.say(Texts.NONE, **named), about=about(event))
    ordered = [one for one in found if one.answered_at is None] + [one for one in found if one.answered_at is not None]
    if ctx.group.is_direct and (await speaks(ctx, event) or await hosts(ctx, event)):
        return answer(*await _for_hosts(ctx, event, ordered, int(rest or 1)), about=about(event))
    lines = [_line(ctx, question) for question in ordered[:SHOWN]]
    left = [ctx.say(Texts.LEFT_ALL, count=len(ordered) - SHOWN)] if len(ordered) > SHOWN else []
    how = ctx.say(Texts.HOW, number=ordered[0].number, event=event.number)
    return answer(ctx.say(Texts.HEAD, **named), *lines, "".join([*left, how]), about=about(event))


async def _for_hosts(ctx: Context[Any], event: Event, ordered: Sequence[Question], page: int) -> list[str]:
    pages = -(-len(ordered) // SHOWN)
    if not 1 <= page <= pages:
        raise UserError(ctx.say(Texts.NO_PAGE, page=page, pages=pages))
    shown, left = ordered[(page - 1) * SHOWN : page * SHOWN], len(ordered) - page * SHOWN
    names = await names_of(ctx.store, [question.member for question in shown])
    named = {"event": event.number, "title": title(event, ctx.language), "page": page}
    head = ctx.say(Texts.HEAD if page == 1 else Texts.HEAD_PAGE, **named)
    lines = [_line(ctx, question, names.get(question.member, "")) for question in shown]
    how = ctx.say(Texts.HOST_ANSWER if event.kind is Kind.QA else Texts.HOST_HOW, number=shown[0].number)
    more = [ctx.say(Texts.LEFT, count=left, event=event.number, page=page + 1)] if left > 0 else []
    return [head, *lines, "".join([*more, how])]


def _line(ctx: Context[Any], question: Question, name: str = "") -> str:
    votes = ctx.say(Texts.VOTES, count=question.votes) if question.votes else ""
    done = ctx.say(Texts.DONE) if question.answered_at is not None else ""
    by = ctx.say(Texts.BY, name=name) if name else ""
    told = {"number": question.number, "words": quoted(question.text, LINE), "votes": votes + done}
    return spaced(ctx.say(Texts.LINE_HOST, name=by, **told)) if by else ctx.say(Texts.LINE, **told)


async def tick(command: Command, ctx: Context[Any]) -> Reply:
    """Tick a question off that was answered, or open it again.

    Raises:
        UserError: The speaker neither hosts the event nor speaks at it.
    """
    question, event = await question_meant(ctx, command)
    if not (await speaks(ctx, event) or await hosts(ctx, event)):
        raise UserError(ctx.say(Texts.NOT_YOURS, number=question.number))
    if takes_back(command):
        await speaker_questions.answered(ctx.store, question.id, None)
        return answer(ctx.say(Texts.UNTICKED, number=question.number), about=about(event))
    await speaker_questions.answered(ctx.store, question.id, ctx.now())
    left = sum(one.answered_at is None for one in await speaker_questions.listed(ctx.store, event.id))
    told = ctx.say(Texts.TICKED if left else Texts.TICKED_ALL, number=question.number, left=left)
    return answer(told, about=about(event))


async def hide(command: Command, ctx: Context[Any]) -> Reply:
    """List a question no more, or again; for hosts."""
    question, event = await question_meant(ctx, command)
    await refuse_guests(ctx, event)
    back = takes_back(command)
    await speaker_questions.hide(ctx.store, question.id, None if back else ctx.now())
    return answer(ctx.say(Texts.SHOWN if back else Texts.HIDDEN, number=question.number), about=about(event))
