"""What figures are made of: the rows behind a number, the number with all that belongs to it, the definition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from storage.database import Store
from storage.groups import Coverage
from storage.metrics._ask import Ask
from storage.metrics._coverage import VISIBLE, Covered, Seen
from storage.outcome import DEFINITION_VERSION

M = TypeVar("M")
MANY_OPEN = 0.2  # from this share without an end on, a median of the ended ones alone looks too good


class Unit(StrEnum):
    """What a figure's value counts."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"  # 0..1
    MEMBERS = "members"  # distinct persons
    SCORE = "score"  # 1..5


class Missing(StrEnum):
    """Why a figure has no value. It is never 0 for want of sight."""

    NOT_OBSERVABLE = "not_observable"
    NOTHING = "nothing"  # a median of no thread, a share of none
    TOO_EARLY = "too_early"  # the period must be over first
    WITHHELD = "withheld"  # known, but of fewer people than its reader may be told of


class Bound(StrEnum):
    """On which side of the truth a value may lie."""

    UPPER = "upper"
    LOWER = "lower"


class Why(StrEnum):
    """Why a row counts or not, where it is neither an outcome nor an evidence nor a topic."""

    # left out
    MENTIONS = "mentions"  # only mentions of the bot were seen at the time
    UNKNOWN = "unknown"  # nobody knows what was seen at the time
    INVALID = "invalid"
    WITHDRAWN = "withdrawn"
    IMPORTED = "imported"  # the bot was not there
    YOUNG = "young"  # not old enough yet
    UNSIGNED = "unsigned"  # does not want to be named
    BY_HAND = "by_hand"  # never added to what was observed
    STALE = "stale"  # the latest snapshot is too old
    UNTOLD = "untold"  # the platform does not tell
    # counted
    ASKED = "asked"
    DUPLICATE = "duplicate"  # asked, and asked before by somebody else
    IN_TIME = "in_time"
    LATE = "late"
    WAITING = "waiting"  # nothing yet
    ENDED = "ended"  # the wait is over
    UNRESOLVED = "unresolved"
    REOPENED = "reopened"
    KEPT = "kept"  # it stayed closed
    FIRST = "first"  # for the first time
    AGAIN = "again"
    ACTIVE = "active"
    LINKED = "linked"  # active, with several identities that are known to be one person
    SILENT = "silent"
    OBSERVED = "observed"
    JOINED = "joined"
    LEFT = "left"
    HELD = "held"  # an event was
    UNATTENDED = "unattended"  # nobody checked in at an event, so that it is not known who came


class Row(NamedTuple):
    """One line of the list behind a number.

    Attributes:
        counted: Whether it is part of the number; of a share, whether it is part of the denominator.
        why: Why: one of `Why`, an outcome, an evidence or a topic's key.
        value: Its part of the number: 1 or 0 of a count or share, seconds of a time; None: it has none (yet).
        group: `groups.id`; None for a person seen in several.
        thread: Its number, for figures of threads.
        title: The thread's, or the event's; the name of a company or a city.
        person, member: Whom it is about, for figures of people; `member` is one of the person's identities.
        waited: Seconds that it has waited so far, where it still waits.
        weight: Of a ratio: what the value is compared with (members at the start).
        day: The local day of a snapshot.
        named: Whether the person may be named in public.
        event: Its number, for figures of events.
    """

    counted: bool
    why: str
    value: float | None = None
    group: int | None = None
    thread: int | None = None
    title: str = ""
    person: int | None = None
    member: int | None = None
    waited: float | None = None
    weight: float | None = None
    day: date | None = None
    named: bool = True
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Reduced:
    """What a reducer makes of rows; `value` is None where there is nothing to measure."""

    n: int
    value: float | None
    of: int | None = None
    extra: Mapping[str, float | None] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A number with all that belongs to it.

    Attributes:
        figure: The figure's name.
        unit: What the value counts.
        n: How many things were counted: of a share the numerator, of a time the threads that have one.
        value: Count, seconds or share (0..1); None exactly where `missing` says why.
        of: The denominator of a share; of a time, all threads that could have one.
        missing: Why there is no value.
        bound: On which side of the truth the value may lie; None: it is exact.
        coverage: What of the groups was seen, and what was left out.
        extra: Further numbers, named by the figure: `median`, `p90`, `mean`, `survival_median`, ...
        parts: Counts that make up the number: by outcome, topic or group.
        day: The oldest local day that a snapshot rests on.
        definition_version: Of the definitions.
    """

    figure: str
    unit: Unit
    n: int
    value: float | None
    of: int | None
    missing: Missing | None
    bound: Bound | None
    coverage: Covered
    extra: Mapping[str, float | None]
    parts: Mapping[str, int]
    day: date | None = None
    definition_version: int = DEFINITION_VERSION

    @property
    def base(self) -> int:
        """How many things the number rests on: the `n` that is printed beside a rate and decides on per cent."""
        return self.of if self.unit is Unit.SHARE and self.of is not None else self.n

    @property
    def many_open(self) -> bool:
        """Whether of a time so many still wait that the median which counts them belongs beside the plain one."""
        return self.unit is Unit.SECONDS and bool(self.of) and (self.of or 0) - self.n >= MANY_OPEN * (self.of or 0)

    @property
    def time(self) -> timedelta | None:
        """The value of a time."""
        return None if self.value is None or self.unit is not Unit.SECONDS else timedelta(seconds=self.value)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a figure's own material says about its value."""

    missing: Missing | None = None
    bound: Bound | None = None


def no_limits(_material: Any, _ask: Ask) -> Limits:
    """Return that nothing but coverage limits a figure."""
    return Limits()


@dataclass(frozen=True, slots=True)
class Figure(Generic[M]):
    """One definition: where its rows come from and how they become a number.

    Attributes:
        name: In code, tables and settings.
        zh, en: What people call it.
        unit: What it counts.
        definition_zh, definition_en: The published definition, one sentence.
        load: The query: reads the material that several figures share.
        rows: Material -> the list behind the number, left-out rows included.
        reduce: Counted rows -> number.
        needs: Coverage under which it can be observed.
        limits: What else keeps it from having an exact value.
    """

    name: str
    zh: str
    en: str
    unit: Unit
    definition_zh: str
    definition_en: str
    load: Callable[[Store, Ask, Seen], Awaitable[M]]
    rows: Callable[[M, Ask], list[Row]]
    reduce: Callable[[Sequence[Row]], Reduced]
    needs: frozenset[Coverage] = VISIBLE
    limits: Callable[[M, Ask], Limits] = no_limits

    def label(self, language: str) -> str:
        """Return its name in a language (`zh` or `en`)."""
        return self.en if language == "en" else self.zh

    def definition(self, language: str) -> str:
        """Return its definition in a language (`zh` or `en`)."""
        return self.definition_en if language == "en" else self.definition_zh

    def value(self, material: M, ask: Ask, seen: Seen) -> Value:
        """Return the number: the rows, reduced, with what was seen and what was not."""
        return self.value_of(self.rows(material, ask), self.limits(material, ask), seen)

    def value_of(self, rows: Sequence[Row], limits: Limits, seen: Seen) -> Value:
        """Return the number that rows make, of a whole or of a part of it."""
        counted = [row for row in rows if row.counted]
        found = self.reduce(counted)
        missing = limits.missing
        if not counted and not seen.ever & self.needs:
            missing = Missing.NOT_OBSERVABLE
        elif found.value is None:
            missing = missing or Missing.NOTHING
        return Value(
            figure=self.name,
            unit=self.unit,
            n=found.n,
            value=None if missing else found.value,
            of=found.of,
            missing=missing,
            bound=limits.bound,
            coverage=seen.covered(
                left_out=sum(row.why == Why.MENTIONS for row in rows if not row.counted),
                unknown=sum(row.why == Why.UNKNOWN for row in rows if not row.counted),
            ),
            extra=found.extra,
            parts=found.parts,
            day=found.day,
        )
