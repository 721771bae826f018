"""Choosing: into which of a member's groups a question fits, and what they answer when they are asked. Mostly pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unicodedata import normalize

from handlers import Context, Feature
from handlers._settings import effective, is_approved, is_quiet
from storage import entrusted, groups, members, memberships, segments, settings
from storage.groups import Group
from storage.segments import Kind, Segment

LOOK_BACK = timedelta(days=90)
SHOWN = 5
FEATURE = "ask"

_UNSIGNED = re.compile(
    r"匿名|不署名|别署名|不要署名|不具名|anonymous(?:ly)?|unsigned|without (?:my )?name", re.IGNORECASE
)
_SIGNED = re.compile(r"署名|实名|signed", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}")
_YES = frozenset({"发", "发吧", "好", "好的", "可以", "行", "是", "yes", "ok", "y", "post"})
_FILLERS = re.compile(r"[\s,，。.!！、:：#]+|发到?|第|个|群|就|吧|the|in|to", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: which of the listed groups, from 1 on (None: not told), and whether without the name."""

    number: int | None
    unsigned: bool


def chosen(text: str, count: int) -> Choice | None:
    """Return what an answer chooses among `count` groups; None where it chooses nothing.

    A number, 匿名 and nothing else: a sentence is no choice. With one group 「发」 or 「匿名」 will do.
    """
    words = normalize("NFKC", text).strip().casefold()
    unsigned = _UNSIGNED.search(words) is not None
    bare = _SIGNED.sub("", _UNSIGNED.sub("", words))
    only = 1 if count == 1 else None
    if bare.strip(" ,.!") in _YES or (unsigned and not _FILLERS.sub("", bare)):
        return Choice(only, unsigned)
    number = _FILLERS.sub("", bare)
    if _NUMBER.fullmatch(number) and 1 <= int(number) <= count:
        return Choice(int(number), unsigned)
    return None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a group fits a question: named in it, how much was asked there on its topic, and in all."""

    group: int
    named: bool
    on_topic: int
    asked: int


def order(
    text: str, topic: str, wanted: Sequence[int], kinds: Mapping[int, Sequence[Segment]], asked: Mapping[Any, int]
) -> list[int]:
    """Return groups, best fit first: a region or industry that the question names, then where its topic is asked most.

    Where none is, a general group goes before others.
    """
    fits = [
        Fit(
            group,
            any(one.value and one.value.casefold() in text.casefold() for one in kinds.get(group, ())),
            asked.get((group, topic), 0) if topic else 0,
            sum(count for (where, _), count in asked.items() if where == group),
        )
        for group in wanted
    ]
    general = {group for group, held in kinds.items() if any(one.kind is Kind.GENERAL for one in held)}
    ranked = sorted(fits, key=lambda f: (not f.named, -f.on_topic, f.group not in general, -f.asked, f.group))
    return [fit.group for fit in ranked]


async def fitting(ctx: Context[Any], text: str) -> list[Group]:
    """Return the groups that the speaker is in and into which a question may be carried now, best fit first."""
    mine = set(await memberships.inside(ctx.store, await members.siblings(ctx.store, ctx.speaker.id)))
    found = {group.id: group for group in await groups.every(ctx.store) if group.id in mine}
    open_to = [group for group in found.values() if await takes(ctx, group)]
    guesses = (await ctx.memories.taught.classifier(ctx.store, ctx.topics)).topic(text)
    topic = guesses[0].topic if guesses else ""
    asked = await entrusted.asked_in(ctx.store, [group.id for group in open_to], ctx.now() - LOOK_BACK)
    ranked = order(text, topic, [group.id for group in open_to], await segments.of_groups(ctx.store), asked)
    return [found[group] for group in ranked]


async def takes(ctx: Context[Any], group: Group) -> bool:
    """Say whether a question may be carried into a group now: served, approved, not quiet, and not switched off there.

    Nor where so many were carried today that the group has had enough.
    """
    overrides = await settings.overrides(ctx.store, group.id)
    chosen_there = effective(_feature(ctx), overrides)
    if not (chosen_there.enabled and group.account_id is not None and is_approved(overrides, ctx.community)):
        return False
    if is_quiet(overrides, ctx.now()):
        return False
    carried = await entrusted.count(ctx.store, midnight(ctx), group=group.id)
    return carried < int(chosen_there.group_per_day)


def _feature(ctx: Context[Any]) -> Feature:
    return next(feature for feature in ctx.features if feature.name == FEATURE)


def midnight(ctx: Context[Any]) -> datetime:
    """Return when the community's day began."""
    return ctx.now().astimezone(ctx.community.zone).replace(hour=0, minute=0, second=0, microsecond=0)
