"""A booklet as a tree of plain data: what was held, by series and month, told once for paper and once for Markdown.

`building.build` makes it from storage, `pages.pdf` sets it, `bot/report/_booklet.py` writes it as Markdown. Every text
in it is ready to be shown: secrets are masked, times are local, numbers are words. Nobody who asked a question or said
what they think of an event is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Told:
    """One number: what it is called, the number in words, and what stands small beside it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker as announced: name, company and a line about them, either of which may be empty."""

    name: str
    company: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for the speakers, and how many had it."""

    text: str
    votes: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to look at again: what it is, and its address."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Record:
    """What stays of one event.

    Attributes:
        number: `E57`.
        title, kind, when, where: As announced; where may be empty.
        people: Its speakers.
        hosts: The companies that hosted it.
        summary: What it was about; may be empty.
        figures: Registered, came, rate, first-timers, companies, score; what is not known says so.
        scores: How often each score was given, from 5 to 1; empty where none was.
        questions: Those most had, first; `more` of them are left out.
        feedback: Lines that people wrote, without their names.
        links: Replay and slides.
        lessons: What those who held it learnt, in their words.
        pictures: Files to show, by the names under which `Booklet.pictures` has them.
    """

    number: str
    title: str
    kind: str
    when: str
    where: str = ""
    people: tuple[Person, ...] = ()
    hosts: tuple[str, ...] = ()
    summary: str = ""
    figures: tuple[Told, ...] = ()
    scores: tuple[int, ...] = ()
    questions: tuple[Asked, ...] = ()
    more: str = ""
    feedback: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    lessons: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """The events of a series, or of a month; `note` sums them up, `lessons` are those of the whole."""

    title: str
    note: str
    records: tuple[Record, ...]
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What a closing number means."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Booklet:
    """A year, a series or one event.

    Attributes:
        title, span: What the cover says.
        note: Which record it was made from.
        language: `zh` or `en`.
        made: The local day on which it was made.
        news: The year in two or three sentences.
        chapters: Series first, then months.
        figures: The closing numbers, each beside the year before where that is known.
        cities: How many events each city had, the most first.
        lessons: What was learnt of the whole, in the words of those who held it.
        definitions: What the closing numbers mean.
        words: Headings and labels.
        pictures: The pictures' bytes by name (`p0.png`).
        remarks: What was left out, for whoever made it; not part of the booklet.
    """

    title: str
    span: str
    note: str
    language: str
    made: date
    news: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    figures: tuple[Told, ...] = ()
    cities: tuple[Told, ...] = ()
    lessons: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
