"""Answering: at an expert Q&A a question and its answer become a thread in a group, in the names of who said them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from classifiers import Role
from handlers import Command, Context, Purpose, Reply, UserError, answer
from handlers._events.audience import groups_for
from handlers._events.hosting import hosts, speaks
from handlers._meant import title
from handlers._said_for import said_for
from handlers._settings import is_approved, is_quiet
from handlers._wording.masking import cut, mask, quoted
from handlers._wording.names import call_name, called, spaced
from handlers.speakers._meant import NUMBER, question_meant, words_after
from handlers.speakers._texts import Answering as Texts
from storage import experts, groups, members, privacy, settings, speaker_questions, threads
from storage.events import Event, Kind
from storage.groups import Group
from storage.members import Member
from storage.replies import Block, Body, Paragraph, Plain, Quote
from storage.speaker_questions import Question
from storage.threads import Thread

WORTH = timedelta(days=1)  # how long an answer is worth being posted, where the platform is away
LIMIT = 300  # characters of a question that are posted
TOLD = 200  # of an answer, in private


async def respond(command: Command, ctx: Context[Any]) -> list[Reply]:
    """Store a question and an answer to it as their authors' messages in a group, and return the post there.

    What is said to a question that was answered before is a further answer in its thread.

    Raises:
        UserError: It is no expert Q&A, or not for the speaker to answer, or there is no group for it.
    """
    question, event = await question_meant(ctx, command)
    if event.kind is not Kind.QA:
        raise UserError(ctx.say(Texts.NOT_QA, event=event.number, number=question.number))
    if not await _may_answer(ctx, event):
        raise UserError(ctx.say(Texts.NOT_YOURS, number=question.number))
    words = words_after(command, NUMBER)
    if not words:
        raise UserError(ctx.say(Texts.NOTHING, number=question.number))
    group = await _where(ctx, event, question)
    thread, asked = await _thread(ctx, question, group)
    author, name = await _as_in(ctx, group, ctx.speaker)
    key = f"q:{question.id}:answer:{_id(command, ctx)}"
    said = {"thread": thread.id, "role": Role.ANSWER, "unsigned": not name}
    await said_for(ctx, group=group, member=author.id, text=words, key=key, **said)  # type: ignore[arg-type]
    await speaker_questions.answered(ctx.store, question.id, ctx.now(), thread.id)
    body = _body(ctx, event, question, thread, asked, name, words)
    post = Reply(
        body, group=group.id, about=f"thread:{thread.id}", key=f"{key}:post", expires_at=ctx.now() + WORTH
    )  # fmt: skip
    told = await _tell_asker(ctx, event, question, thread, words, f"{key}:told")
    return [post, *told, _thanks(ctx, question, group, thread, name, words)]


def _id(command: Command, ctx: Context[Any]) -> str:
    return str(command.message_id or int(ctx.now().timestamp()))


async def _may_answer(ctx: Context[Any], event: Event) -> bool:
    if await speaks(ctx, event) or await hosts(ctx, event):
        return True
    return ctx.trusted and ctx.speaker.person_id in await experts.every(ctx.store)


async def _where(ctx: Context[Any], event: Event, question: Question) -> Group:
    """Return the group in which a question is answered: its thread's, else the event's first that may be posted in."""
    thread = None if question.thread is None else await threads.find(ctx.store, question.thread)
    if thread is not None:
        return await groups.get(ctx.store, thread.group_id)
    for group in await groups_for(ctx, event):
        overrides = await settings.overrides(ctx.store, group.id)
        open_to = is_approved(overrides, ctx.community) and not is_quiet(overrides, ctx.now())
        if group.account_id is not None and open_to:
            return group
    raise UserError(ctx.say(Texts.NOWHERE, event=event.number, number=question.number))


async def _thread(ctx: Context[Any], question: Question, group: Group) -> tuple[Thread, str]:
    """Return the thread that a question is, opened where it is none yet, and what its asker is called there."""
    if await privacy.is_silent(ctx.store, question.member):
        raise UserError(ctx.say(Texts.SILENT, number=question.number))
    asker, name = await _as_in(ctx, group, await members.get(ctx.store, question.member))
    known = None if question.thread is None else await threads.find(ctx.store, question.thread)
    if known is not None:
        return known, name
    stored = await said_for(
        ctx, group=group, member=asker.id, text=question.text, key=f"q:{question.id}", role=Role.QUESTION,
        unsigned=not name,
    )  # fmt: skip
    return (await threads.holding(ctx.store, [stored.id]))[stored.id], name


async def _as_in(ctx: Context[Any], group: Group, member: Member) -> tuple[Member, str]:
    """Return a person's identity on a group's platform, if there is one, and the name to sign with; empty for none."""
    every = await members.of_person(ctx.store, member.person_id)
    there = member if member.platform == group.platform else None
    author = there or next((one for one in every if one.platform == group.platform), member)
    if not all(one.signed for one in every):
        return author, ""
    name = (await called(ctx.store, group.id, [author.id])).get(author.id, "")
    return author, name or call_name(member.name)


def _body(
    ctx: Context[Any], event: Event, question: Question, thread: Thread, asked: str, name: str, words: str
) -> Body:
    told = {"event": event.number, "number": question.number, "name": asked}
    first = spaced(ctx.say(Texts.ASKED if asked else Texts.ASKED_UNSIGNED, **told))
    by = ctx.say(Texts.SAID, name=name) if name else ctx.say(Texts.SAID_UNSIGNED)
    then = ctx.say(Texts.THEN, thread=thread.id)
    head: tuple[Block, ...] = (Paragraph((Plain(first),)), Quote(quoted(question.text, LIMIT)))
    return Body(head).plus(Body.of(by + mask(words), then))


async def _tell_asker(
    ctx: Context[Any], event: Event, question: Question, thread: Thread, words: str, key: str
) -> list[Reply]:
    """Return the answer for an asker who asked in private; who asked in a group reads it there."""
    if question.group is not None or await groups.direct_of(ctx.store, question.member) is None:
        return []
    head = ctx.say(Texts.TOLD, event=event.number, number=question.number, thread=thread.id)
    lines = Body.of(head).plus(Body((Quote(cut(mask(words), TOLD)),)))
    body = lines.plus(Body.of(ctx.say(Texts.TOLD_HOW, thread=thread.id)))
    return [Reply(body, member=question.member, purpose=Purpose.NOTICE, about=f"thread:{thread.id}", key=key)]


def _thanks(ctx: Context[Any], question: Question, group: Group, thread: Thread, name: str, words: str) -> Reply:
    told = {"number": question.number, "group": f"「{title(group)}」", "thread": thread.id, "name": name}
    line = spaced(ctx.say(Texts.POSTED if name else Texts.POSTED_UNSIGNED, **told))
    masked = [ctx.say(Texts.MASKED)] if mask(words) != words else []
    return answer(line, *masked, about=f"thread:{thread.id}")
