"""Which question for a speaker is meant: Q12, and the words that follow it as they were typed."""

from __future__ import annotations

import re
from typing import Any

from handlers import Command, Context, Right, UserError
from handlers.speakers._texts import Texts
from storage import events, speaker_questions
from storage.events import Event, State
from storage.speaker_questions import Question

NUMBER = r"[qQ]\d{1,18}"  # of a command's arguments
UNDO = {"取消", "undo", "-"}


async def question_meant(ctx: Context[Any], command: Command) -> tuple[Question, Event]:
    """Return the question that a command names, and its event.

    Raises:
        UserError: There is none, or it is an event's that members do not know of.
    """
    found = re.match(NUMBER, command.args)
    number = "" if found is None else found[0].upper()
    question = await speaker_questions.find(ctx.store, int(number[1:])) if number else None
    event = None if question is None else await events.find(ctx.store, question.event)
    if question is None or event is None or (event.state is State.DRAFT and Right.GROUP not in ctx.rights):
        raise UserError(ctx.say(Texts.NO_SUCH, number=number))
    return question, event


def words_after(command: Command, number: str) -> str:
    """Return what follows a number (a regex) as it was typed; in half-width where it cannot be found there."""
    head = re.compile(rf".*?(?:{number})[\s:：,，]*", re.DOTALL)
    raw = "" if command.message is None else command.message.text
    found = head.match(raw)
    return (raw[found.end() :] if found else head.sub("", command.args, count=1)).strip()


def takes_back(command: Command) -> bool:
    """Say whether a command takes back what it else does: 「答过 Q12 取消」."""
    return command.args.partition(" ")[2].strip().lower() in UNDO
