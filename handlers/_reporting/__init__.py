"""The report's model: what a community's history says about its questions, as plain data.

`building.build` reads storage and returns a `Report` in which every figure is already in words, made by
`storage/metrics` and nothing else. Chat text is data in it; it was masked when the report was built. Whoever writes
one down adds nothing: `pages.pdf` here, HTML, Markdown and CSV in `bot/report/`.

It stands on this floor and not in `bot/`, because an errand of `handlers/reports.py` makes the monthly one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from storage.metrics import Options, Value
from storage.outcome import DEFINITION_VERSION

CORRECTIONS = ("not-a-question", "merge", "split", "topic", "outcome")
PROGRAM = "python3 run.py"
PUBLIC_AFTER = 14  # days
SECTIONS = (
    "figures", "people", "steps", "topics", "expertise", "waiting", "drafts", "heat", "groups", "outlets", "footer",
)  # fmt: skip
OPEN_SECTIONS = ("figures", "people", "steps", "topics", "thanks", "groups", "outlets", "footer")


class Edition(StrEnum):
    """For whom a report is; the partner edition is what the public one will be, earlier."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"

    @property
    def is_open(self) -> bool:
        """Whether it leaves the community, so that nobody may be found in it."""
        return self is not Edition.INTERNAL


@dataclass(frozen=True, slots=True)
class Wish:
    """Which period and groups are asked for, as they were typed: a month, a year, a first day, or the last year."""

    month: str = ""
    year: str = ""
    since: str = ""
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is made by.

    Attributes:
        wish: Period and groups.
        options: What the community decided about its figures.
        language: `zh` or `en`.
        name: The community's.
        sharing: What groups share where they set nothing: `community`, `group` or `nobody`.
        program: What stands before a command that is to be pasted, e.g. with the database in the environment.
        ending: What stands behind it, e.g. the configuration.
        edition: For whom it is.
        public_after: Days that a period must have been over before its public edition comes out.
    """

    wish: Wish
    options: Options
    language: str = "zh"
    name: str = ""
    sharing: str = "community"
    program: str = PROGRAM
    ending: str = ""
    edition: Edition = Edition.INTERNAL
    public_after: int = PUBLIC_AFTER

    def line(self, words: str) -> str:
        """Return a line to paste into the command line."""
        return " ".join(part for part in (self.program, words, self.ending) if part)


@dataclass(frozen=True, slots=True)
class Behind:
    """One row of the list behind a number: a thread, or a few words; and what it adds to the number."""

    thread: int | None
    words: str
    adds: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Where a number comes from: its definition, the rows that say most, how many more, and what lists them all."""

    label: str
    definition: str
    rows: tuple[Behind, ...] = ()
    note: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as it is printed: value, what it was counted from, the period before in brackets, and why.

    Attributes:
        figure: Its name.
        value: In its unit, or why there is none.
        counted: 124/136, or nothing where the value says it.
        before: The same figure of the period before.
        growth: Against it, in per cent; empty where there is no telling.
        note: What belongs beside it: mean and p90 of a time, a bound.
        number: As it was computed, for those who compare.
    """

    figure: str
    label: str
    value: str
    counted: str
    before: str
    growth: str
    note: str
    why: Why
    number: Value


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its height as a share (0..1) of the highest, None where nothing can be told."""

    label: str
    words: str
    height: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure by month or week."""

    label: str
    latest: str
    growth: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of figures: a month or week, a group. `dim` where it is not whole or was not seen."""

    head: str
    cells: tuple[str, ...]
    whys: tuple[Why, ...] = ()
    note: str = ""
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures side by side; the first heading is that of the rows' heads."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the bar of outcomes, which sums to 100 per cent; of few questions the per cent are not told."""

    kind: str
    label: str
    count: int
    share: int
    rated: bool = True


@dataclass(frozen=True, slots=True)
class Topic:
    """What is asked about: how often by month or week, and the last that is over against the one before."""

    label: str
    count: int
    bars: tuple[Bar, ...]
    latest: str
    why: Why


@dataclass(frozen=True, slots=True)
class Expertise:
    """Who answers what: names in order of pinyin, no counts; `experts` were accepted several times on the topic."""

    label: str
    experts: tuple[str, ...]
    others: tuple[str, ...]
    unnamed: int
    why: Why


@dataclass(frozen=True, slots=True)
class Entry:
    """A thread as it may be shown here; without a title where its group shares nothing."""

    number: int
    title: str
    group: str
    asked: str
    topic: str
    state: str
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody answered, and what makes it worth an answer: how long, how many more."""

    entry: Entry
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A solved thread that is worth an article: question, accepted answer, who gave it, and the numbers."""

    entry: Entry
    question: str
    answer: str
    by: str
    numbers: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The busiest hours: seven days of 24 counts, Monday first."""

    counts: tuple[tuple[int, ...], ...]
    days: tuple[str, ...]
    words: str
    why: Why


@dataclass(frozen=True, slots=True)
class Outlet:
    """The months of a website or an official account, as they were given, each with its growth."""

    source: str
    months: Table


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means, in one published sentence."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told, in the order in which it is told.

    Attributes:
        sections: The parts that this edition has, in order; a part may still have nothing to say.
        note: What stands on the cover: for whom it is, and until when.
        people: Who is active, new, back, regular, gone.
        load: On how many the answers rest.
        thanks: Who agreed to be named, in order of pinyin.
        definitions: Of every figure that is told.
    """

    language: str
    title: str
    span: str
    news: tuple[str, ...]
    figures: tuple[Line, ...]
    outcomes: tuple[Piece, ...]
    outcomes_why: Why
    charts: tuple[Chart, ...]
    steps: Table
    people: tuple[Line, ...]
    load: tuple[Line, ...]
    topics: tuple[Topic, ...]
    groups: Table
    footer: tuple[str, ...]
    made: date
    expertise: tuple[Expertise, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    drafts: tuple[Draft, ...] = ()
    heat: Heat | None = None
    threads: tuple[Entry, ...] = ()
    sections: tuple[str, ...] = SECTIONS
    edition: Edition = Edition.INTERNAL
    note: str = ""
    thanks: tuple[str, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    definitions: tuple[Definition, ...] = ()
    definition_version: int = DEFINITION_VERSION
    words: Mapping[str, str] = field(default_factory=dict)  # headings and labels, in the report's language
