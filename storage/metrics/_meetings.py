"""Held events for whoever tells of them one by one, and the figures of some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from storage.database import Store
from storage.metrics import attendance, events
from storage.metrics._ask import Ask, Options, Scope
from storage.metrics._coverage import VISIBLE, look, see
from storage.metrics._held import Meetings, load_held
from storage.metrics._terms import Value
from storage.metrics.periods import Period


async def meetings(store: Store, scope: Scope, period: Period, now: datetime, options: Options) -> Meetings:
    """Return the events of a period that were held, with their people: what all figures of events are made of."""
    return await load_held(store, Ask(scope, period, now, options), await look(store, scope.groups, period, now))


def of_meetings(
    found: Meetings, names: Iterable[str], period: Period, now: datetime, options: Options
) -> dict[str, Value]:
    """Return figures of events, by name, from meetings that were read before: all of them, or some (`only`).

    Raises:
        KeyError: There is none of one of the names, or it needs more than held events.
    """
    known = {figure.name: figure for figure in (*events.FIGURES, *attendance.FIGURES)}
    ask = Ask(Scope("meetings", "", ()), period, now, options)
    seen = replace(see((), (), period, now), ever=VISIBLE)  # events are our own records: none of them went unseen
    return {name: known[name].value(found, ask, seen) for name in names}
