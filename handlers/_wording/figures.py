"""Figures beside those of the period before, as /stats and the digest print them, and what was printed of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers import Community, Context
from handlers import _hours as hours
from handlers._wording.spans import compared_with
from storage import activity, groups, metrics
from storage.metrics import Options, Period, Scope, Value
from storage.outcome import DEFINITION_VERSION

WEEK = timedelta(days=7)
HEADLINES = ("questions", "first_response_time", "response_rate_24h")
COHORT = ("r7", "close_time")  # of the questions that turned seven days old: a fresh week would always look bad


@dataclass(frozen=True, slots=True)
class Compared:
    """Figures of a period and of the one before, at the same age.

    Attributes:
        scope: The groups that are counted: those seen in both periods, where there are any.
        period, last: The two periods.
        now: Figures of the period, by name; those of `COHORT` are told of the questions a week older.
        before: The same of the period before; empty where it was not seen.
        revised: Figures of the period before that were printed otherwise than they are now.
        as_of: When `now` was told.
    """

    scope: Scope
    period: Period
    last: Period
    now: Mapping[str, Value]
    before: Mapping[str, Value]
    revised: frozenset[str]
    as_of: datetime

    @property
    def weeks(self) -> bool:
        """Whether weeks are compared, give or take a change of the clocks."""
        return abs(self.period.until - self.period.since - WEEK) <= timedelta(hours=1)

    def pair(self, name: str) -> tuple[Value, Value | None]:
        """Return a figure with the one before, where that has a value."""
        before = self.before.get(name)
        return self.now[name], before if before is not None and before.value is not None else None


def options_of(community: Community) -> Options:
    """Return what the configuration says about figures; for those of service time take `options_in`."""
    return hours.configured(community)


async def options_in(ctx: Context[Any]) -> Options:
    """Return what the community, and each group for itself, decided about its figures."""
    return await hours.options(ctx.store, ctx.community)


async def scope_of(ctx: Context[Any], wanted: Iterable[int], label: str = "") -> Scope:
    """Return groups as the scope of figures; its key is the same whenever they are the same groups."""
    ids = tuple(sorted(set(wanted)))
    if len(ids) == 1:
        return Scope.group(await groups.get(ctx.store, ids[0]))
    every = await groups.every(ctx.store)
    if ids == tuple(sorted(group.id for group in every)):
        return Scope.community(every, label)
    return Scope("groups:" + ",".join(map(str, ids)), label, ids)


async def compare(
    ctx: Context[Any], wanted: Sequence[int], period: Period, names: Iterable[str] = HEADLINES
) -> Compared:
    """Return figures of groups over a period beside the period before; of that as it stood when it was printed."""
    zone, now = ctx.community.zone, ctx.now()
    scope, last = await scope_of(ctx, wanted), compared_with(period, zone)
    both = await metrics.visible_in(ctx.store, scope.groups, [period, last], now)
    seen = both or await metrics.visible_in(ctx.store, scope.groups, [period], now, at_least=0) or scope.groups
    counted = scope.only(seen)
    kept = await activity.printed(ctx.store, scope.key, last.since, last.until, DEFINITION_VERSION) or {}
    then = datetime.fromisoformat(kept["as_of"]) if "as_of" in kept else now - (period.since - last.since)
    before = await _told(ctx, names, counted, last, then) if both else {}
    revised: set[str] = set()
    if kept.get("groups") == list(counted.groups):
        revised = metrics.revised(kept["figures"], metrics.printable(before))
    told = await _told(ctx, names, counted, period, now)
    return Compared(counted, period, last, told, before, frozenset(revised), now)


async def _told(
    ctx: Context[Any], names: Iterable[str], scope: Scope, period: Period, as_of: datetime
) -> dict[str, Value]:
    options = await options_in(ctx)
    found = await metrics.compute_all(ctx.store, names, scope, period, as_of, options)
    older = cohort(period, options)
    return {**found, **await metrics.compute_all(ctx.store, COHORT, scope, older, as_of, options)}


def cohort(period: Period, options: Options) -> Period:
    """Return whose questions are told of in `COHORT`: of a week the week before, of longer periods their own."""
    return period if period.until - period.since > WEEK + timedelta(hours=1) else metrics.previous(period, options.zone)


async def keep(ctx: Context[Any], printed: Compared) -> None:
    """Keep figures as they are printed; the first print of a period stays."""
    figures = {
        "as_of": printed.as_of.isoformat(),
        "groups": list(printed.scope.groups),
        "figures": metrics.printable(printed.now),
    }
    period = printed.period
    await activity.print_figures(
        ctx.store, printed.scope.key, period.since, period.until, DEFINITION_VERSION, figures, ctx.now()
    )
