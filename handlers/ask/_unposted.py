"""Unposted: a question that its platform did not take is told to its asker, and waits for nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import Context, Purpose, Reply
from handlers._meant import title
from handlers._relink import Relinker
from handlers._said_for import KEY as CARRIED_KEY
from handlers.ask._carrying import post_of
from handlers.ask._texts import Texts
from storage import entrusted, groups, messages, outbox, pins, privacy, threads
from storage.entrusted import Entrusted
from storage.outbox import Post, State
from storage.outcome import Mark
from storage.replies import Body

LOOKED_BACK = timedelta(hours=3)  # a post that is as old as that was sent, or is not sent any more


async def unposted(ctx: Context[Any]) -> list[Reply]:
    """Return what the askers of questions are told that were not posted; such a thread is withdrawn."""
    found = [(one, await _post(ctx, one)) for one in await entrusted.recent(ctx.store, ctx.now() - LOOKED_BACK)]
    return [await _told(ctx, one, post) for one, post in found if post is not None]


async def _post(ctx: Context[Any], one: Entrusted) -> Post | None:
    """Return the post of a question if it was given up, and its asker, who can be told, was not told so."""
    thread = await threads.find(ctx.store, one.thread)
    if thread is None or await privacy.is_silent(ctx.store, one.member):
        return None
    key = (await messages.get(ctx.store, thread.first_message)).key.removeprefix(CARRIED_KEY)
    post = await outbox.by_key(ctx.store, post_of(key))
    given_up = post is not None and post.state in {State.FAILED, State.DROPPED}
    return post if given_up and await outbox.by_key(ctx.store, _key(one)) is None else None


def _key(one: Entrusted) -> str:
    return f"ask:unposted:{one.thread}"


async def _told(ctx: Context[Any], one: Entrusted, post: Post) -> Reply:
    perhaps = post.state is State.DROPPED and post.attempts > 0  # it was tried, and nobody knows
    if not perhaps:
        by, group = one.member, one.group
        await pins.mark(ctx.store, Mark.WITHDRAWN, group=group, thread=one.thread, at=ctx.now(), by=by)
        await Relinker(ctx.store, ctx.linker, ctx.topics, ctx.memories).refresh([one.thread])
    text = Texts.PERHAPS if perhaps else Texts.NOT_POSTED
    name = title(await groups.get(ctx.store, one.group))
    body = Body.of(text.in_language(ctx.community.language, thread=one.thread, group=name))
    return Reply(body, member=one.member, about=f"thread:{one.thread}", purpose=Purpose.NOTICE, key=_key(one))
