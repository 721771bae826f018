"""Composes a digest from the sections of all features; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import Context, Scope, Section, Text
from handlers._settings import context_of
from handlers._wording import figures
from handlers._wording.figures import Compared
from handlers._wording.spans import LAST, THIS, span_of
from handlers.digest import _edition as editions
from handlers.digest import _headline as headlines
from handlers.digest import _layout as layout
from handlers.digest._model import Digest
from handlers.digest._settings import Settings
from handlers.digest._where import Telling
from storage import settings
from storage.metrics import Period

OWN = ("open questions",)  # told of the group alone, whichever groups the rest is told of
_ALWAYS = frozenset({"figures", "thanks", "newcomers"})  # sections that any week with a question in it has


class Texts:
    """The line of a group whose members read the rest elsewhere."""

    ELSEWHERE = Text(
        zh="大家共同的部分在「{group}」，多数人都在那边，这里不重复。",
        en="What all groups have in common stands in {group}, where most of you are; it is not repeated here.",
    )


async def tell(ctx: Context[Settings], where: Telling, period: Period) -> Digest:
    """Return the digest of groups over a period as this group may read it.

    With few questions and nothing else to say it is two lines. A group whose members mostly read the common part in
    another one gets its own open questions only.
    """
    found = await figures.compare(ctx, where.common, period)
    if where.elsewhere is not None:
        return await _rest(ctx, where, found)
    told = await _sections(ctx, where, period, ctx.settings.sections)
    if told.keys() <= _ALWAYS and _is_quiet(ctx, found):
        span = span_of(period, ctx.community.zone)
        return replace(_head(ctx, where, found), headline=headlines.quiet(found, span, ctx.language))
    return replace(_head(ctx, where, found), sections=told, foot=await layout.foot(ctx, found, where.common))


async def _rest(ctx: Context[Settings], where: Telling, found: Compared) -> Digest:
    """Return what is left for a group that reads the common part elsewhere."""
    told = await _sections(ctx, where, found.period, [name for name in ctx.settings.sections if name in OWN])
    called = where.elsewhere.name or where.elsewhere.key if where.elsewhere is not None else ""
    foot = await layout.foot(ctx, found, where.common)
    return replace(_head(ctx, where, found), sections=told, foot=(ctx.say(Texts.ELSEWHERE, group=called), *foot))


def _head(ctx: Context[Any], where: Telling, found: Compared) -> Digest:
    period, zone, language = found.period, ctx.community.zone, ctx.language
    span = span_of(period, zone)
    return Digest(
        title=editions.called(where.name, period, zone, language),
        days=editions.dates(period, zone, language),
        first=editions.title(where.name, period, zone, language),
        headline=headlines.headline(found, span, language),
        language=language,
        spans=(ctx.say(THIS[span]), ctx.say(LAST[span])),
        printed=found,
    )


def _is_quiet(ctx: Context[Settings], found: Compared) -> bool:
    asked = found.now["questions"]
    return asked.value is None or asked.n < ctx.settings.quiet_below


async def _sections(
    ctx: Context[Settings], where: Telling, period: Period, wanted: tuple[str, ...] | list[str]
) -> dict[str, Section]:
    """Return what the features have to say, in the configured order."""
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    told: dict[str, Section] = {}
    for name in wanted:
        feature = next((f for f in ctx.features if name in f.router.sections), None)
        if feature is None:
            continue
        groups = where.own if name in OWN else where.common
        scope = Scope(where.name, groups, period.since, period.until)
        section = await feature.router.sections[name](scope, context_of(ctx, feature, overrides))
        if section is not None:
            told[name] = section
    return told
