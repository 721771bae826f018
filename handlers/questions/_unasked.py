"""Unasked: where a group wants it, a plain question is answered with what solved one very like it; once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from classifiers import BURST_GAP, Role
from classifiers._phrases import ASKS, SEEKS
from classifiers._tokens import normalize, shape
from handlers import Context, Reply
from handlers._settings import is_approved, is_quiet
from handlers._threads import suggesting
from storage import messages, settings, threads
from storage.messages import Stored
from storage.threads import Thread

_ASKS = frozenset({Role.QUESTION, Role.DETAIL})


async def unasked(message: Stored, place: tuple[int, str], ctx: Context[Any]) -> Reply | None:
    """Return what may help with a question that was just asked in the group; None for everything else.

    It quotes its asker, mentions nobody and counts as a reply: the group asked for it by its setting, so it takes no
    post of the week. What ends all that is unasked (no approval, `/quiet`) ends it as well.
    """
    if place[1] not in _ASKS or not is_plain(message) or await messages.twin(ctx.store, message):
        return None
    thread = await threads.find(ctx.store, place[0])
    if thread is None or not is_fresh(thread, message, ctx.now()):
        return None
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    if not is_approved(overrides, ctx.community) or is_quiet(overrides, ctx.now()):
        return None
    return await suggesting.unasked(ctx, thread) if asks(await suggesting.question_of(ctx, thread)) else None


def is_plain(message: Stored) -> bool:
    """Say whether a message speaks to the group: not to the bot, nor to somebody in it, nor by another bot."""
    aimed = message.to_bot or message.mentions or message.reply_to is not None or message.quote is not None
    return not (aimed or message.replayed or message.flags & {"bot", "forwarded"})


def is_fresh(thread: Thread, message: Stored, now: datetime) -> bool:
    """Say whether a thread is only being opened, by the message's own author, and nobody said anything to it yet."""
    opening = thread.asker == message.member_id and now - thread.facts.asked_at <= BURST_GAP
    return opening and thread.facts.first_response_at is None and not thread.imported


def asks(question: Iterable[str]) -> bool:
    """Say whether what was said is put as a question, or shows an error: a tale of what broke once does neither."""
    return any(ASKS.search(text) or SEEKS.search(text) or shape(text).error for text in map(normalize, question))
