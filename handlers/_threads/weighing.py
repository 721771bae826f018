"""Weighing: how like an old question must be to be offered, and what askers' verdicts make of a likeness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from classifiers._similar.index import Alike
from classifiers._similar.likeness import by_topic
from handlers import Context
from handlers._settings import effective
from storage import settings
from storage.suggestions import Record

Confidence = Literal["low", "normal", "high"]

# Measured on chat of two groups: two of three known repetitions lie above LIKE, and none of 54 other questions.
LIKE = 0.21
ALSO = 0.14
FAITH = 2  # verdicts in favour of what nobody has judged yet
WORN = 3  # rejections without one success, from which on something is never offered first


@dataclass(frozen=True, slots=True)
class Bar:
    """How like something must be, 0..1, to be offered first, to be named beside that, and in another language at all.

    What texts of two languages have in common is known by their subject alone: four of five translations lie above
    0.32, and half of what is only near.
    """

    first: float
    also: float
    abroad: float


BARS: dict[Confidence, Bar] = {
    "low": Bar(0.16, 0.12, 0.28),
    "normal": Bar(LIKE, ALSO, 0.32),
    "high": Bar(0.35, LIKE, 0.4),
}
NEVER = 2.0  # more like than anything is


def judged(alike: Alike, one: str, other: str, bar: Bar) -> float:
    """Return how like two questions on topics are; what only their meaning says counts from `Bar.abroad` on."""
    words, meaning = (by_topic(like, one, other) for like in alike)
    return max(words, meaning if meaning >= bar.abroad else 0.0)


def lowered(likeness: float, record: Record) -> float:
    """Return a likeness with what askers said of the target before.

    It is multiplied by the share of askers whom the target helped, shrunk towards 1 by `FAITH` votes: one rejection
    leaves two thirds, two a half, and every success takes some of that back. What was rejected `WORN` times and helped
    nobody is at most named beside another, whatever its likeness: any fresh one that is like enough comes before it.
    """
    share = (record.solved + FAITH) / (record.solved + record.rejected + FAITH)
    worn = record.rejected >= WORN and record.solved == 0
    return min(likeness * share, ALSO) if worn else likeness * share


async def bar(ctx: Context[Any], *, unasked: bool = False) -> Bar:
    """Return how like something must be in the context's group.

    Unasked it is never less than asked, and nothing in another language is like enough.
    """
    feature = next((one for one in ctx.features if one.name == "questions"), None)
    if feature is None:
        return BARS["normal"]
    wanted = ctx.settings  # of another feature, where one asks for the next answer
    if type(wanted) is not type(feature.settings):
        wanted = effective(feature, await settings.overrides(ctx.store, ctx.group.id))
    asked = BARS[wanted.confidence]
    if not unasked:
        return asked
    return replace(max(asked, BARS[wanted.suggest_confidence], key=lambda one: one.first), abroad=NEVER)
