"""What is asked of figures: which groups, over which period, as of when, by which of the community's rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.groups import Group
from storage.metrics._clocks import ServiceClock, public_holidays
from storage.metrics.periods import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """The groups that a figure speaks of.

    Attributes:
        key: Stable name of the scope, under which figures are kept as printed: `group:5`, `segment:region=成都`,
            `community`.
        label: What people call it.
        groups: `groups.id` of its groups.
    """

    key: str
    label: str
    groups: tuple[int, ...]

    @classmethod
    def group(cls, group: Group) -> Scope:
        """Return the scope of one group."""
        return cls(f"group:{group.id}", group.name, (group.id,))

    @classmethod
    def segment(cls, kind: str, value: str, groups: Iterable[Group]) -> Scope:
        """Return the scope of the groups that carry a segment."""
        return cls(f"segment:{kind}={value}", value or kind, tuple(group.id for group in groups))

    @classmethod
    def community(cls, groups: Iterable[Group], label: str = "") -> Scope:
        """Return the scope of all groups."""
        return cls("community", label, tuple(group.id for group in groups))

    @property
    def is_community(self) -> bool:
        """Whether all groups are meant, so that what belongs to none of them counts as well."""
        return self.key == "community"

    def only(self, groups: Iterable[int]) -> Scope:
        """Return this scope without the groups that are not among `groups` (e.g. those seen in both weeks)."""
        kept = set(groups)
        return Scope(self.key, self.label, tuple(group for group in self.groups if group in kept))


@dataclass(frozen=True, slots=True)
class Options:
    """What the community decided about its figures.

    Attributes:
        zone: The community's one zone; it cuts days and service hours.
        opens, closes: Service hours of every local day, weekends included; `closes` of 00:00 is the day's end.
        country: Whose public holidays are closed, an ISO code; empty for none.
        holidays: Days that are closed besides those.
        workdays: Public holidays on which the community is there all the same.
        own: What groups decided otherwise about their own service time, by group.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    opens: time = time(9)
    closes: time = time(22)
    country: str = "CN"
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    own: Mapping[int, Options] = field(default_factory=dict, hash=False)

    def of(self, group: int) -> Options:
        """Return what holds in a group: its threads wait by its own service time, whatever they are counted with."""
        return self.own.get(group, self)

    def closed_on(self, day: date) -> bool:
        """Return whether a local day has no service hours.

        Raises:
            ValueError: The country is unknown.
        """
        if day in self.holidays:
            return True
        return day not in self.workdays and day in public_holidays(self.country, day.year)

    @property
    def clock(self) -> ServiceClock:
        """The service clock of these options."""
        return _clock(self)


@lru_cache(maxsize=16)
def _clock(options: Options) -> ServiceClock:
    return ServiceClock(options.zone, options.opens, options.closes, options.closed_on)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question for figures: of which groups, over which period, as of when."""

    scope: Scope
    period: Period
    now: datetime
    options: Options

    @property
    def until(self) -> datetime:
        """The end of what can have happened: the period's, or now where it still goes on."""
        return min(self.period.until, self.now)
