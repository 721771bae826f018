"""What could be seen of groups: at a moment, over a period, and what follows for figures.

Spans may overlap: an import lies over a time in which only mentions were heard, a gap over a time of full sight.
At a moment the best of them holds: full, then imported, then mentions. A gap changes nothing of what was heard in
spite of it (backfill, import); it is reported beside the figures. A thread that an import opened counts as
imported, whatever else is known. Where no span tells what was seen, nothing is known: such threads are left out,
and counted as unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage import groups
from storage.database import Store
from storage.groups import Coverage, Span
from storage.metrics.periods import Period

BEST_FIRST = (Coverage.FULL, Coverage.IMPORTED, Coverage.MENTIONS)
VISIBLE = frozenset({Coverage.FULL, Coverage.IMPORTED})
HEARD = frozenset(BEST_FIRST)
FAR = datetime.max.replace(tzinfo=UTC)
NOTHING = timedelta(0)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Covered:
    """What a figure rests on.

    Attributes:
        groups: Ids of the scope's groups, each under what was seen of it in the period: `full`, `imported` or
            `mentions`, whichever held longest, `none` where nothing was seen.
        left_out: Threads that were left out because only mentions were seen when they began.
        unknown: Threads that were left out because nobody knows what was seen then.
        gaps: Spans in which messages may be lost, as far as they touch the period.
    """

    groups: Mapping[Coverage, tuple[int, ...]]
    left_out: int = 0
    unknown: int = 0
    gaps: tuple[Span, ...] = ()

    @property
    def counts(self) -> dict[Coverage, int]:
        """How many groups were covered in which way, all four named."""
        return {coverage: len(self.groups.get(coverage, ())) for coverage in Coverage}

    @property
    def visible(self) -> tuple[int, ...]:
        """The groups whose messages were seen, live or by import."""
        return tuple(sorted(group for coverage in VISIBLE for group in self.groups.get(coverage, ())))


class Timeline:
    """What was seen of one group, by moment."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        found: dict[Coverage, list[Stretch]] = defaultdict(list)
        for span in spans:
            found[span.coverage].append((span.since, span.until or FAR))
        self._stretches = {kind: merged(found[kind]) for kind in BEST_FIRST}
        self._visible = merged([*found[Coverage.FULL], *found[Coverage.IMPORTED]])
        self._heard = merged([*self._visible, *found[Coverage.MENTIONS]])

    def at(self, moment: datetime) -> Coverage:
        """Return the best coverage at a moment; `none` where no span tells."""
        return next((kind for kind in BEST_FIRST if _holds(self._stretches[kind], moment)), Coverage.NONE)

    def lengths(self, period: Period) -> dict[Coverage, timedelta]:
        """Return how long each coverage was the best within a period."""
        full = _length(self._stretches[Coverage.FULL], period)
        visible, heard = _length(self._visible, period), _length(self._heard, period)
        return {
            Coverage.FULL: full,
            Coverage.IMPORTED: visible - full,
            Coverage.MENTIONS: heard - visible,
            Coverage.NONE: period.until - period.since - heard,
        }

    def label(self, period: Period) -> Coverage:
        """Return what was seen for longest in a period, the better one of equals; `none` only where nothing was."""
        lengths = self.lengths(period)
        longest = max(BEST_FIRST, key=lambda kind: lengths[kind])
        return longest if lengths[longest] else Coverage.NONE

    def share(self, period: Period) -> float:
        """Return for which share (0..1) of a period all messages were seen."""
        return _length(self._visible, period) / (period.until - period.since)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the union of stretches of time, in order and apart."""
    union: list[Stretch] = []
    for since, until in sorted(stretches):
        if union and since <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], until))
        elif until > since:
            union.append((since, until))
    return union


def _holds(stretches: Sequence[Stretch], moment: datetime) -> bool:
    index = bisect_right(stretches, (moment, FAR)) - 1
    return index >= 0 and moment < stretches[index][1]


def _length(stretches: Iterable[Stretch], period: Period) -> timedelta:
    overlaps = (min(until, period.until) - max(since, period.since) for since, until in stretches)
    return sum((overlap for overlap in overlaps if overlap > NOTHING), NOTHING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a scope's groups in a period, as far as it has passed.

    Attributes:
        period: The part of the period that has passed.
        timelines: By group.
        labels: What was seen of each group for longest.
        ever: What held at any moment, in any group.
        gaps: Spans in which messages may be lost.
    """

    period: Period
    timelines: Mapping[int, Timeline]
    labels: Mapping[int, Coverage]
    ever: frozenset[Coverage]
    gaps: tuple[Span, ...] = ()

    def at(self, group: int, moment: datetime, *, imported: bool = False) -> Coverage:
        """Return what was seen of a group when a thread began there (the module's docstring has the rules)."""
        timeline = self.timelines.get(group)
        found = Coverage.NONE if timeline is None else timeline.at(moment)
        return Coverage.IMPORTED if imported and found is not Coverage.FULL else found

    def visible(self, at_least: float = 0.0) -> tuple[int, ...]:
        """Return the groups whose messages were seen, and for at least a share (0..1) of the period."""
        return tuple(
            group
            for group, label in self.labels.items()
            if label in VISIBLE and self.timelines[group].share(self.period) >= at_least
        )

    def covered(self, left_out: int = 0, unknown: int = 0) -> Covered:
        """Return the summary that a figure carries."""
        by_label: dict[Coverage, list[int]] = defaultdict(list)
        for group, label in self.labels.items():
            by_label[label].append(group)
        return Covered({label: tuple(found) for label, found in by_label.items()}, left_out, unknown, self.gaps)


def see(ids: Iterable[int], spans: Iterable[Span], period: Period, now: datetime) -> Seen:
    """Return what was seen of groups, by the spans that touch a period; what lies after `now` was not seen yet."""
    by_group: dict[int, list[Span]] = {group: [] for group in ids}
    for span in spans:
        if span.group_id in by_group:
            by_group[span.group_id].append(span)
    passed = Period(period.since, min(period.until, now)) if now > period.since else period
    timelines = {group: Timeline(found) for group, found in by_group.items()}
    lengths = [timeline.lengths(passed) for timeline in timelines.values()]
    return Seen(
        period=passed,
        timelines=timelines,
        labels={group: timeline.label(passed) for group, timeline in timelines.items()},
        ever=frozenset(kind for length in lengths for kind in BEST_FIRST if length[kind]),
        gaps=tuple(span for found in by_group.values() for span in found if span.coverage is Coverage.NONE),
    )


async def look(store: Store, ids: Iterable[int], period: Period, now: datetime) -> Seen:
    """Return what was seen of groups in a period, as of `now`."""
    wanted = list(ids)
    return see(wanted, await groups.spans(store, wanted, period.since, period.until), period, now)
