"""How far back anything is known of groups: without a past, everybody would be new and nobody would be back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.database import Store
from storage.groups import COVERAGE
from storage.metrics._coverage import VISIBLE
from storage.metrics._terms import Bound, Limits, Missing

DAY = timedelta(days=1)
ENOUGH = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class History:
    """When the messages of some groups began to be seen: of the first group, and of the last; None: of none."""

    earliest: datetime | None
    latest: datetime | None

    def limits(self, before: datetime, bound: Bound = Bound.UPPER, needed: timedelta = DAY) -> Limits:
        """Return what a short past does to a figure that looks back from a moment.

        With less than `needed` in any group it cannot be observed; with less than 90 days in some group it lies on
        the `bound` side.
        """
        if self.earliest is None or self.latest is None or before - self.earliest < needed:
            return Limits(Missing.NOT_OBSERVABLE)
        return Limits(bound=bound if before - self.latest < ENOUGH else None)


async def history(store: Store, groups: Iterable[int]) -> History:
    """Return how far back the messages of groups were seen, live or by import."""
    query = (
        select(func.min(COVERAGE.c.since))
        .where(COVERAGE.c.group_id.in_(list(groups)), COVERAGE.c.coverage.in_(VISIBLE))
        .group_by(COVERAGE.c.group_id)
    )
    began = await store.scalars(query)
    return History(min(began, default=None), max(began, default=None))
