"""Sections of the digest about people: whom to thank, by name where they agree, and how many are new, by none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import Body, Context, Scope, Section, Text
from handlers._drawing import Part
from handlers._threads.blocked import blocked
from handlers._wording.figures import options_of, scope_of
from handlers._wording.names import called, spaced
from handlers._wording.pinyin import by_pinyin
from storage import metrics
from storage.metrics import Bound, Missing, Period, Row

NAMED = 30


class Texts:
    """Headings, and what stands under them."""

    THANKS = Text(zh="谢谢", en="Thanks")
    HELPED = Text(zh="{count} 位朋友回答了别人的问题。", en="{count} people answered others' questions.")
    HELPED_ONE = Text(zh="1 位朋友回答了别人的问题。", en="One person answered others' questions.")
    THANKED = Text(
        zh="提问者道过谢的：{names}（按拼音，不排名）", en=" Thanked by the askers: {names} (by alphabet, no ranking)."
    )
    FIRST = Text(zh="第一次出手：{names}。欢迎常来。", en="Answered for the first time: {names}. Glad to have you.")
    FIRST_SEEN = Text(
        zh="第一次出手（从我进群算起）：{names}。欢迎常来。",
        en="Answered for the first time since I came: {names}. Glad to have you.",
    )
    NEWCOMERS = Text(zh="新来的", en="New here")
    NEW = Text(
        zh="{count} 位新面孔，欢迎。不知道问哪里，直接在群里问就行。",
        en="{count} new faces, welcome. Not sure where to ask? Right here.",
    )
    NEW_ONE = Text(
        zh="1 位新面孔，欢迎。不知道问哪里，直接在群里问就行。",
        en="One new face, welcome. Not sure where to ask? Right here.",
    )
    AND_MORE = Text(zh="{names}等 {count} 位", en="{names} and others, {count} in all")


async def thanks(ctx: Context[Any], scope: Scope) -> Section | None:
    """Return who helped: how many, those whom askers thanked, and the first-timers; names by pinyin, no counts."""
    options, period = options_of(ctx.community), Period(scope.since, scope.until)
    told = await scope_of(ctx, scope.groups)
    found = await metrics.compute_all(
        ctx.store, ("answerers", "thanks", "first_answerers"), told, period, ctx.now(), options
    )
    helped, first = found["answerers"].n, found["first_answerers"]
    if not helped:
        return None
    line = ctx.say(Texts.HELPED_ONE if helped == 1 else Texts.HELPED, count=helped)
    rows = await metrics.why(ctx.store, "thanks", told, period, ctx.now(), options)
    if names := await _names(ctx, scope, rows):
        line += spaced(ctx.say(Texts.THANKED, names=names))
    if first.missing is Missing.NOT_OBSERVABLE:
        return _section(ctx, Texts.THANKS, line)
    rows = await metrics.why(ctx.store, "first_answerers", told, period, ctx.now(), options)
    names = await _names(ctx, scope, rows)
    text = Texts.FIRST_SEEN if first.bound is Bound.UPPER else Texts.FIRST
    return _section(ctx, Texts.THANKS, line, *([ctx.say(text, names=names)] if names else []))


async def _names(ctx: Context[Any], scope: Scope, rows: Iterable[Row]) -> str:
    """Return the call names of the members in rows that want to be named, by pinyin; nobody whom admins keep out."""
    group, kept_out = ctx.group.id if ctx.group.id in scope.groups else scope.groups[0], await blocked(ctx)
    wanted = {row.person: row.member for row in rows if row.counted and row.named and row.member is not None}
    shown = [member for member in wanted.values() if not kept_out.has_member(member, group)]
    names = {name for name in (await called(ctx.store, group, shown)).values() if not kept_out.has_word(name, group)}
    between = ", " if ctx.language == "en" else "、"
    listed = between.join(sorted(names, key=by_pinyin)[:NAMED])
    return ctx.say(Texts.AND_MORE, names=listed, count=len(names)) if len(names) > NAMED else listed


async def newcomers(ctx: Context[Any], scope: Scope) -> Section | None:
    """Return how many were active for the first time, as a count: nobody is pointed at for being new.

    Nothing where it cannot be told, because the record of a group begins only then: everybody would be new.
    """
    told, period = await scope_of(ctx, scope.groups), Period(scope.since, scope.until)
    found = await metrics.compute(ctx.store, "newcomers", told, period, ctx.now(), options_of(ctx.community))
    if not found.n or found.bound is Bound.UPPER:
        return None
    return _section(ctx, Texts.NEWCOMERS, ctx.say(Texts.NEW_ONE if found.n == 1 else Texts.NEW, count=found.n))


def _section(ctx: Context[Any], heading: Text, *lines: str) -> Section:
    return Section(ctx.say(heading), Body.of(*lines).blocks, Part(ctx.say(heading), lines=lines))
