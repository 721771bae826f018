"""Issues editions: each once, kept as printed, as text or as a picture; again only deliberately."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import Context, Errand, Purpose, Reply, Text, UserError
from handlers._settings import ORDERED, OUTBOX, context_of, is_quiet, resolved
from handlers._wording import figures
from handlers.digest._composing import tell
from handlers.digest._edition import Edition, edition, kind
from handlers.digest._model import Digest
from handlers.digest._picture import drawing
from handlers.digest._settings import FEATURE, Settings
from handlers.digest._where import telling
from storage import errands, groups, outbox, replies, settings
from storage.outbox import Post, State

WEEK = timedelta(days=7)
_PICTURES_KEPT = timedelta(days=6)


class Texts:
    """Why an edition is not issued."""

    QUIET = Text(
        zh="本群在安静，{kind}不发。管理员发「出声」恢复。",
        en="This group wants quiet. /quiet off brings the {kind} digest back.",
    )
    ISSUED = Text(
        zh="这期已经出过了，不重复发。真要再发一次：「周报 重发」",
        en="This one is out already. To post it again: /digest resend",
    )
    USED_UP = Text(
        zh="这周我主动发过 {used} 条了，说好每周最多 {budget} 条，再发会被嫌吵。真要现在发：「周报 现在 也发」",
        en="I posted {used} times unasked this week, and {budget} is the limit here. All the same: /digest now anyway",
    )
    NOT_YET = Text(zh="这期还没发过，直接「周报 现在」。", en="This one was not posted yet: /digest now.")
    WAITS = Text(zh="这期还在等着发，看「待发」。", en="This one still waits: /posts.")


def current(ctx: Context[Settings], due: datetime, when: str = "") -> Edition:
    """Return the edition of this group that a due instant means."""
    chosen = ctx.settings
    return edition(ctx.group.id, when or chosen.when, due, ctx.community.zone, chosen.every)


def named(ctx: Context[Any], found: Edition) -> str:
    """Return what people call an edition: 日报, 周报, 月报."""
    return kind(found.period, ctx.community.zone, ctx.language)


async def issue(ctx: Context[Settings], found: Edition, wait: timedelta = timedelta()) -> Reply | Errand | None:
    """Return the post of an edition, its figures kept as printed; None where it was issued before."""
    if await outbox.by_key(ctx.store, found.key) is not None or await errands.is_known(ctx.store, found.key):
        return None
    told = await tell(ctx, await telling(ctx), found.period)
    if told.printed is not None:
        await figures.keep(ctx, told.printed)
    return _post(ctx, told, found.key, wait=wait)


def _post(
    ctx: Context[Settings], told: Digest, key: str, *, about: str | None = None, wait: timedelta = timedelta()
) -> Reply | Errand:
    not_before = ctx.now() + wait if wait else None
    text = Reply(
        told.body, group=ctx.group.id, purpose=Purpose.DIGEST, key=key, about=about or key, not_before=not_before
    )
    if ctx.settings.picture == "off" or not ctx.pictures or not told.sections:
        return text
    return drawing(told, text, ctx.group.id, dark=ctx.settings.picture == "dark")


async def now(ctx: Context[Settings], *, anyway: bool) -> Reply | Errand:
    """Return the post of the current edition at once.

    It counts among the week's posts like one that was due; beyond them it goes out only where the admin insists.

    Raises:
        UserError: The group wants quiet, has had it, or had its posts of this week.
    """
    await refuse_quiet(ctx)
    found = current(ctx, ctx.now())
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    budget = resolved(OUTBOX, ctx.community.quiet, overrides).weekly_budget
    used = await outbox.count_sent(ctx.store, ctx.group.id, ctx.now() - WEEK, [Purpose.DIGEST, Purpose.REMINDER])
    post = await issue(ctx, found)
    if post is None:
        raise UserError(ctx.say(Texts.ISSUED))
    if used >= budget:
        if not anyway:
            raise UserError(ctx.say(Texts.USED_UP, used=used, budget=budget))
        await settings.put(ctx.store, ctx.group.id, ORDERED, found.key, ctx.now(), ctx.speaker.id)
    return post


async def again(ctx: Context[Settings]) -> Reply | Errand:
    """Return the latest edition once more, word for word where its words are still kept.

    Raises:
        UserError: The group wants quiet, or it was not posted yet.
    """
    await refuse_quiet(ctx)
    found = current(ctx, ctx.now())
    post = await outbox.by_key(ctx.store, found.key)
    gave_up = await errands.gave_up(ctx.store, found.key)
    if post is None and not gave_up:
        waits = await errands.is_known(ctx.store, found.key)
        raise UserError(ctx.say(Texts.WAITS if waits else Texts.NOT_YET))
    if post is not None and post.state not in {State.SENT, State.FAILED, State.DROPPED}:
        raise UserError(ctx.say(Texts.WAITS))
    key = f"{found.key}:again:{ctx.now().isoformat()}"
    await settings.put(ctx.store, ctx.group.id, ORDERED, key, ctx.now(), ctx.speaker.id)
    if post is None or _is_gone(post, ctx.now()):
        return _post(ctx, await tell(ctx, await telling(ctx), found.period), key, about=found.key)
    return Reply(post.body, group=ctx.group.id, purpose=Purpose.DIGEST, key=key, about=post.about)


def _is_gone(post: Post, now: datetime) -> bool:
    """Say whether the words of a post, or its picture, are kept no longer."""
    drawn = any(isinstance(block, replies.Picture) for block in post.body.blocks)
    return not post.body.blocks or (drawn and now - post.created_at > _PICTURES_KEPT)


async def refuse_quiet(ctx: Context[Settings]) -> None:
    """Refuse to post where the group wants quiet.

    Raises:
        UserError: It does.
    """
    if is_quiet(await settings.overrides(ctx.store, ctx.group.id), ctx.now()):
        raise UserError(ctx.say(Texts.QUIET, kind=named(ctx, current(ctx, ctx.now()))))


async def rewrite(ctx: Context[Settings]) -> None:
    """Compose anew what waits to be posted and was not shown to the group yet: something was blocked since.

    Said by an owner for everyone, in all groups.
    """
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    where = None if ctx.group.is_direct else ctx.group.id
    for post in await outbox.in_state(ctx.store, State.PENDING, State.HELD, group=where):
        if post.purpose is not Purpose.DIGEST or post.attempts or post.part > 1:
            continue
        overrides = await settings.overrides(ctx.store, post.group_id)
        there = context_of(ctx, feature, overrides, await groups.get(ctx.store, post.group_id))
        found = current(there, post.created_at)
        if found.key == post.key:
            told = await tell(there, await telling(there), found.period)
            await outbox.settle(ctx.store, post.id, post.state, body=replies.encode(told.body), payload=None)
