"""Carrying: a question, and what its asker adds to it, go into the group as posts of the bot and messages of theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from classifiers import Role
from handlers import Context, Reply, UserError, answer
from handlers._meant import title
from handlers._said_for import said_for, unsigned_among
from handlers._settings import is_approved, is_quiet
from handlers._wording import names
from handlers._wording.masking import quoted
from handlers.ask._texts import Texts
from storage import entrusted, groups, members, memberships, settings, threads
from storage.entrusted import Entrusted
from storage.groups import Group
from storage.messages import CARRIED, Stored
from storage.replies import Block, Body, Paragraph, Plain, Quote
from storage.threads import Thread

LIMIT = 300  # characters of a question that are posted; /show has the rest
WORTH = timedelta(hours=1)  # how long a question is worth being posted, where the platform is away
ADDITIONS = 5  # to one question
KEY = "ask:"  # begins what identifies carried words


def post_of(key: str) -> str:
    """Return the identity of the post that carries words of an identity."""
    return f"{key}:post"


async def carry(ctx: Context[Any], message: Stored, text: str, group: Group, *, unsigned: bool) -> list[Reply]:
    """Open a thread of the speaker's in a group, and return the post there and what the speaker is told."""
    key = f"{KEY}{message.id}"
    author = await _author(ctx, group.id)
    stored = await said_for(ctx, group=group, member=author, text=text, key=key, role=Role.QUESTION, unsigned=unsigned)
    thread = (await threads.holding(ctx.store, [stored.id]))[stored.id]
    await entrusted.add(ctx.store, Entrusted(thread.id, group.id, ctx.speaker.id, ctx.now()))
    name = "" if unsigned else await _name(ctx, group, author)
    first = ctx.say(Texts.ASKED if name else Texts.ASKED_UNSIGNED, name=name, thread=thread.id)
    post = _post(ctx, thread, first, text, post_of(key))
    told = ctx.say(Texts.POSTED_UNSIGNED if unsigned else Texts.POSTED, group=title(group), thread=thread.id)
    return [post, answer(told, ctx.say(Texts.AFTERWARDS), about=f"thread:{thread.id}")]


async def add(ctx: Context[Any], message: Stored, thread: Thread) -> list[Reply]:
    """Carry what the asker adds, by replying in private to what was said of the question.

    Raises:
        UserError: The group wants quiet, or had enough of it.
    """
    group = await groups.get(ctx.store, thread.group_id)
    overrides = await settings.overrides(ctx.store, group.id)
    if is_quiet(overrides, ctx.now()) or not is_approved(overrides, ctx.community):
        raise UserError(ctx.say(Texts.QUIET))
    if await _additions(ctx, thread) >= ADDITIONS:
        raise UserError(ctx.say(Texts.NO_MORE, thread=thread.id))
    unsigned = bool(await unsigned_among(ctx.store, [thread.id]))
    key, member = f"{KEY}{message.id}", thread.asker
    await said_for(
        ctx, group=group, member=member, text=message.text, key=key, thread=thread.id, role=Role.DETAIL,
        unsigned=unsigned,
    )  # fmt: skip
    name = "" if unsigned else await _name(ctx, group, member)
    first = ctx.say(Texts.ADDED if name else Texts.ADDED_UNSIGNED, name=name, thread=thread.id)
    post = _post(ctx, thread, first, message.text, post_of(key))
    return [post, answer(ctx.say(Texts.CARRIED, thread=thread.id), about=f"thread:{thread.id}")]


async def _additions(ctx: Context[Any], thread: Thread) -> int:
    content = await threads.content(ctx.store, thread.id)
    return sum(placed.role == Role.DETAIL and CARRIED in placed.message.flags for placed in content)


def _post(ctx: Context[Any], thread: Thread, first: str, text: str, key: str) -> Reply:
    """Return the post in the group: masked, and to be replied to; nobody there asked for it, but a member did."""
    line, words, back = names.spaced(first), quoted(text, LIMIT), ctx.say(Texts.BACK)
    blocks: tuple[Block, ...] = (Paragraph((Plain(line),)), Quote(words), Paragraph((Plain(back),)))
    about, until = f"thread:{thread.id}", ctx.now() + WORTH
    return Reply(Body(blocks), group=thread.group_id, about=about, key=key, expires_at=until)


async def _author(ctx: Context[Any], group: int) -> int:
    """Return as whom the speaker asks in a group: the identity that is there, whichever account spoke in private."""
    mine = await members.siblings(ctx.store, ctx.speaker.id)
    there = [member for member in mine if group in await memberships.inside(ctx.store, [member])]
    return ctx.speaker.id if not there or ctx.speaker.id in there else there[0]


async def _name(ctx: Context[Any], group: Group, member: int) -> str:
    """Return what a member is called in a group; empty for who does not want to be named."""
    return (await names.called(ctx.store, group.id, [member])).get(member, "")
