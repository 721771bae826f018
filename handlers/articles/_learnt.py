"""The section of the digest that says what the community learnt: articles that were reviewed for the first time."""

from __future__ import annotations

from typing import Any

from handlers import Body, Context, Scope, Section, Text
from handlers._articles import told
from handlers._drawing import Part, Row
from handlers._threads.blocked import blocked
from handlers._threads.sharing import quotable
from storage import articles
from storage.articles import State

MOST = 3


class Texts:
    """The heading, and where to read on."""

    LEARNT = Text(zh="学到的", en="Learnt")
    READ = Text(zh="看全文：发「文 {number}」", en="In full: /article {number}")


async def learnt(ctx: Context[Any], scope: Scope) -> Section | None:
    """Return the articles that were new in a period and may be shown here, the latest first; None where none was."""
    inside, kept_out = set(await _shown(ctx, scope)), await blocked(ctx)
    found = [
        one
        for one in await articles.in_state(ctx.store, State.REVIEWED)
        if one.published_at is not None and scope.since <= one.published_at < scope.until
        if one.group in inside and not kept_out.has_word(one.words.title, one.group)
    ]
    found.sort(key=lambda one: (one.published_at or one.drafted_at, one.id), reverse=True)
    rows = tuple(
        Row(
            told.number(one.id, ctx.language),
            told.title(one.words, ctx.language),
            told.versions(one.words, ctx.language),
        )
        for one in found[:MOST]
    )
    if not rows:
        return None
    lines = [told.marked(f"{row.number} {row.text}", [row.aside], ctx.language) for row in rows]
    heading, note = ctx.say(Texts.LEARNT), ctx.say(Texts.READ, number=found[0].id)
    return Section(heading, Body.of(*lines, note).blocks, Part(heading, rows=rows, note=note))


async def _shown(ctx: Context[Any], scope: Scope) -> list[int]:
    """Return the groups whose articles may stand in this digest: what one may read here, whichever it tells of."""
    if ctx.group.is_direct and ctx.member is None:
        return list(scope.groups)
    return await quotable(ctx)
