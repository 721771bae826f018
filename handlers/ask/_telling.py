"""Telling: what others said to a carried question comes back to its asker in private, gathered, by day, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from handlers import Context, Purpose, Reply, Text
from handlers._threads.described import head
from handlers._wording import names
from handlers._wording.masking import quoted
from handlers.ask._texts import Texts
from storage import entrusted, members, messages, privacy, threads
from storage.entrusted import Entrusted
from storage.messages import UNSIGNED, Stored
from storage.replies import Body, Button
from storage.threads import Thread

FOLLOWED = timedelta(days=30)  # how long what is said to a question is told to its asker
LINES, LIMIT = 3, 120


async def tell(ctx: Context[Any]) -> list[Reply]:
    """Return what askers are to be told now: nothing at night, when it waits for the morning."""
    if ctx.community.quiet.is_night(ctx.now().astimezone(ctx.community.zone).time()):
        return []
    found = await entrusted.untold(ctx.store, ctx.now() - FOLLOWED)
    replies = [await _news(ctx, one, said) for one, said in found]
    return [reply for reply in replies if reply is not None]


async def _news(ctx: Context[Any], one: Entrusted, said: Sequence[int]) -> Reply | None:
    """Return what an asker is told; nothing of their own words, or after they closed it, or to who left the records."""
    await entrusted.told(ctx.store, one.thread, said[-1])
    thread = await threads.find(ctx.store, one.thread)
    if thread is None or await privacy.is_silent(ctx.store, one.member):
        return None
    own = await members.siblings(ctx.store, one.member)
    closed = thread.facts.confirmed_at
    heard = [m for m in await messages.several(ctx.store, said) if m.member_id not in own and m.text.strip()]
    if not heard or (closed is not None and heard[-1].at <= closed):
        return None
    body = Body.of(*await _lines(ctx, thread, heard)).blocks
    buttons = (_button(ctx, Texts.SOLVED, "solved", thread), _button(ctx, Texts.REOPEN, "reopen", thread))
    key = f"ask:told:{one.thread}:{said[-1]}"
    about, purpose = f"thread:{one.thread}", Purpose.NOTICE
    return Reply(Body(body, buttons), member=one.member, about=about, purpose=purpose, key=key)


async def _lines(ctx: Context[Any], thread: Thread, heard: Sequence[Stored]) -> list[str]:
    language = ctx.community.language
    signed = {m.member_id for m in heard if m.member_id is not None and UNSIGNED not in m.flags}
    called = await names.called(ctx.store, thread.group_id, signed)
    lines = [Texts.ANSWERED.in_language(language, head=head(thread, language))]
    for message in heard[:LINES]:
        nameless = message.member_id is None or UNSIGNED in message.flags
        name = "" if nameless else called.get(message.member_id or 0, "")
        who, words = name or Texts.SOMEBODY.in_language(language), quoted(message.text, LIMIT)
        lines.append(Texts.SAID.in_language(language, name=who, words=words))
    if len(heard) > LINES:
        lines.append(Texts.MORE.in_language(language, count=len(heard) - LINES, thread=thread.id))
    return [*lines, Texts.THEN.in_language(language)]


def _button(ctx: Context[Any], label: Text, command: str, thread: Thread) -> Button:
    return Button(label.in_language(ctx.community.language), f"/{command} {thread.id}")
