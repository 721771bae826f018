"""The median wait when some still wait: Kaplan-Meier, so that open threads count for as long as they have waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

ROUNDING = 1e-9  # a share of exactly one half must not be lost to a product of a thousand floats


def survival_median(ended: Iterable[float], waiting: Iterable[float]) -> float | None:
    """Return the time by which half would have ended; None where less than half have, or nobody waited.

    `ended` are the waits that came to their end, `waiting` those that go on (censored), in one unit. The share that
    still waits after a time t is the product over all ends up to t of (1 - ends / at risk), where a wait that goes
    on is at risk up to and including its own length (Kaplan and Meier 1958). The answer is the first end at which
    that share is one half or less; with nobody waiting it is the lower of the middle two values.
    """
    ends = Counter(ended)
    leaving = Counter(waiting)
    leaving.update(ends)
    at_risk = leaving.total()
    share = 1.0
    for time in sorted(leaving):
        share *= 1 - ends[time] / at_risk
        if ends[time] and share <= 0.5 + ROUNDING:
            return time
        at_risk -= leaving[time]
    return None
