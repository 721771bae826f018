"""Answering: what an expert writes in private goes into the thread's group, in their name, and never silently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from classifiers import Role
from handlers import Context, Reply, UserError, answer
from handlers._experts.routing import FOLLOWED, PREFIX, WEEK
from handlers._experts.settings import FEATURE
from handlers._meant import title
from handlers._said_for import KEY, carried_among, said_for
from handlers._threads.asking import Wants, wants
from handlers._wording.masking import mask
from handlers._wording.names import call_name, called, spaced
from handlers.experts._texts import Answering as Texts
from storage import dialogs, experts, groups, members, messages, outbox, threads
from storage.dialogs import Dialog
from storage.experts import Answered, Ask
from storage.frames import Kind
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.outcome import Outcome
from storage.replies import At, Block, Body, Paragraph, Plain, Span
from storage.threads import Thread

STEP = "post"
WAITED = timedelta(minutes=30)  # how long a word is waited for before what was shown is forgotten
WORTH = timedelta(days=1)  # how long an answer is worth being posted, where the platform is away
MOST = 10  # messages in one answer
SEND = {"发", "发吧", "发出去", "发送", "send", "post"}
_GONE = {Outcome.WITHDRAWN, Outcome.INVALID}


async def heard(message: Stored, ctx: Context[Any]) -> list[Reply] | Reply | None:
    """Post what replies to the question that an expert was asked; show other words first, while one waits for them."""
    if not ctx.group.is_direct or not ctx.trusted:
        return None
    mine = await experts.asked_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id), ctx.now() - FOLLOWED)
    quoted = await _quoted(message, ctx, mine)
    if quoted is not None:
        if wants(message.text) is not Wants.ANSWER and message.kind is Kind.TEXT:
            return answer(ctx.say(Texts.NO_HURRY))
        return await _post(ctx, quoted, [message])
    week = [one for one in mine if one.state is Answered.WAITING and ctx.now() - one.at < WEEK]
    if message.reply_to is not None or not week or wants(message.text) is not Wants.ANSWER:
        return None
    thread = await threads.find(ctx.store, week[0].thread)
    if thread is None or thread.verdict(ctx.now()).outcome not in {Outcome.OPEN, Outcome.ANSWERED}:
        return None
    return await _preview(ctx, week[0], [message])


async def _quoted(message: Stored, ctx: Context[Any], mine: Sequence[Ask]) -> Ask | None:
    """Return the question to the speaker that a message replies to."""
    post = None if message.reply_to is None else await outbox.posted_as(ctx.store, message.group_id, message.reply_to)
    if post is None or not post.key.startswith(PREFIX):
        return None
    return next((one for one in mine if post.about == f"thread:{one.thread}"), None)


# -- showing first ----------------------------------------------------------------------------------------------------


async def _preview(ctx: Context[Any], ask: Ask, said: Sequence[Stored]) -> Reply:
    """Show what would be posted, and wait for a word."""
    if not _words(said):
        raise UserError(ctx.say(Texts.WORDS_ONLY))
    thread = await _alive(ctx, ask)
    held = {"ask": ask.id, "thread": ask.thread, "messages": [message.id for message in said]}
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, STEP, held, ctx.now() + WAITED))
    group = await groups.get(ctx.store, thread.group_id)
    _, name = await _author(ctx, group)
    head = Body.of(ctx.say(Texts.PREVIEW, thread=thread.id), _head(ctx, thread, name), *_lines(said))
    return Reply(head.plus(Body.of(ctx.say(Texts.SEND))), about=f"thread:{thread.id}")


async def in_dialog(message: Stored, dialog: Dialog, ctx: Context[Any]) -> list[Reply] | Reply | None:
    """Post what was shown, or add to it; what was taken back meanwhile is left out."""
    mine = await experts.asked_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id), ctx.now() - FOLLOWED)
    ask = next((one for one in mine if one.id == dialog.answers.get("ask")), None)
    quoted = await _quoted(message, ctx, mine)
    if ask is None or quoted is not None:
        await dialogs.end(ctx.store, ctx.speaker.id)
        return await heard(message, ctx)
    found = await messages.several(ctx.store, dialog.answers.get("messages", []))
    said = [one for one in found if one.recalled_at is None]
    if message.text.strip().lower().rstrip("。.!！") in SEND:
        await dialogs.end(ctx.store, ctx.speaker.id)
        if not said:
            raise UserError(ctx.say(Texts.NOTHING_LEFT))
        return await _post(ctx, ask, said)
    if wants(message.text) is not Wants.ANSWER:
        return answer(ctx.say(Texts.AGAIN))
    return await _preview(ctx, ask, [*said, message][-MOST:])


async def leave(ctx: Context[Any]) -> None:
    """Forget what was shown and not posted."""
    dialog = await dialogs.current(ctx.store, ctx.speaker.id, ctx.now())
    if dialog is not None and dialog.feature == FEATURE:
        await dialogs.end(ctx.store, ctx.speaker.id)


# -- posting ----------------------------------------------------------------------------------------------------------


async def _post(ctx: Context[Any], ask: Ask, said: Sequence[Stored]) -> list[Reply]:
    """Store an expert's words as their answer in the thread, and return the post there and a word of thanks."""
    text = _words(said)
    if not text:
        raise UserError(ctx.say(Texts.WORDS_ONLY))
    thread = await _alive(ctx, ask)
    group = await groups.get(ctx.store, thread.group_id)
    author, name = await _author(ctx, group)
    await said_for(
        ctx,
        group=group,
        member=author.id,
        text=text,
        key=_key(said[-1].id),
        thread=thread.id,
        role=Role.ANSWER,
        unsigned=not name,
    )
    await experts.settle(ctx.store, ask.id, Answered.GIVEN, ctx.now())
    post = Reply(
        Body(tuple(await _blocks(ctx, thread, name, said))),
        group=group.id,
        reply_to=await _question_key(ctx, thread),
        about=f"thread:{thread.id}",
        key=f"{_key(said[-1].id)}:post",
        expires_at=ctx.now() + WORTH,
    )
    return [post, _thanks(ctx, thread, group, name, masked=mask(text) != text)]


def _thanks(ctx: Context[Any], thread: Thread, group: Group, name: str, *, masked: bool) -> Reply:
    done = ctx.say(Texts.POSTED if name else Texts.POSTED_UNSIGNED, group=f"「{title(group)}」", name=name)
    return answer(spaced(done), *([ctx.say(Texts.MASKED)] if masked else []), about=f"thread:{thread.id}")


async def _alive(ctx: Context[Any], ask: Ask) -> Thread:
    thread = await threads.find(ctx.store, ask.thread)
    if thread is None or thread.verdict(ctx.now()).outcome in _GONE:
        raise UserError(ctx.say(Texts.GONE, thread=ask.thread))
    return thread


async def _author(ctx: Context[Any], group: Group) -> tuple[Member, str]:
    """Return whose words they are in a group, the identity of its platform if there is one, and the name to sign with.

    Somebody one of whose identities does not want to be named is not.
    """
    every = await members.of_person(ctx.store, ctx.speaker.person_id)
    author = next((one for one in every if one.platform == group.platform), ctx.speaker)
    if not all(one.signed for one in every):
        return author, ""
    name = (await called(ctx.store, group.id, [author.id])).get(author.id, "")
    return author, name or call_name(ctx.speaker.name)


async def _blocks(ctx: Context[Any], thread: Thread, name: str, said: Sequence[Stored]) -> list[Block]:
    """Return the post: to whom, by whom, the words as they are but for what is masked, and what to say then.

    Nobody is mentioned whose question was carried: they may not be in the group, and perhaps not be named.
    """
    to: tuple[Span, ...] = ()
    if not await carried_among(ctx.store, [thread.id]):
        asker = await members.get(ctx.store, thread.asker)
        known = (await called(ctx.store, thread.group_id, [asker.id])).get(asker.id, "")
        to = (At(asker.key, known), Plain(" ")) if known else ()
    lines = [*_lines(said), ctx.say(Texts.THEN)]
    first = Paragraph((*to, Plain(_head(ctx, thread, name))))
    return [first, *Body.of(*lines).blocks]


def _head(ctx: Context[Any], thread: Thread, name: str) -> str:
    text = Texts.SAID if name else Texts.SAID_UNSIGNED
    return spaced(ctx.say(text, name=name, thread=thread.id))


def _words(said: Sequence[Stored]) -> str:
    return "\n".join(one.text.strip() for one in said if one.kind is Kind.TEXT and one.text.strip())


def _lines(said: Sequence[Stored]) -> list[str]:
    return [line for line in mask(_words(said)).splitlines() if line.strip()]


async def _question_key(ctx: Context[Any], thread: Thread) -> str | None:
    """Return the platform's id of the message that asked, if it is one of the platform's."""
    opener = await messages.get(ctx.store, thread.first_message)
    return opener.alias or (None if opener.key.startswith(("seq:", KEY)) else opener.key)


def _key(message: int) -> str:
    return f"{PREFIX}{message}"


# -- what happens to the words afterwards -----------------------------------------------------------------------------


async def changed(message: Stored, ctx: Context[Any]) -> Reply | None:
    """Say that what is in the group stays there, where its author edits or takes back the words in private."""
    if message.member_id is None or not ctx.group.is_direct:
        return None
    own = await members.siblings(ctx.store, message.member_id)
    for one in await experts.asked_of(ctx.store, own, ctx.now() - FOLLOWED):
        thread = await threads.find(ctx.store, one.thread)
        if one.state is Answered.GIVEN and thread is not None:
            carried = await messages.find(ctx.store, thread.group_id, f"{KEY}{_key(message.id)}")
            if carried is not None:
                return answer(ctx.say(Texts.STAYS, thread=thread.id), about=f"thread:{thread.id}")
    return None
