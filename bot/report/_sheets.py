"""Writes a report as tables for spreadsheets: a ZIP with one CSV for each, the same words and numbers as the page.

UTF-8 with a byte order mark, as Excel wants it; no cell is taken for a formula.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from bot.tabular import Row
from handlers._reporting import Bar, Line, Report, Table
from handlers._sheets import BOM, defused

_NUMBER = re.compile(r"[+-]\d[\d,]*%?")  # a change, which no spreadsheet takes for more than a number
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the date of each file in the archive, so that the same report gives the same bytes


def sheets(report: Report) -> bytes:
    """Return the archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, rows in tables(report):
            entry = zipfile.ZipInfo(f"{name}.csv", ALWAYS)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, written(rows))
    return packed.getvalue()


def written(rows: Iterable[Row]) -> str:
    """Return a table as CSV for Excel."""
    page = io.StringIO()
    csv.writer(page).writerows([cell if _NUMBER.fullmatch(cell) else defused(cell) for cell in row] for row in rows)
    return BOM + page.getvalue()


def tables(report: Report) -> Iterator[tuple[str, list[Row]]]:
    """Yield the name and the rows of each table that has something in it, its head first."""
    every: dict[str, list[Row]] = {
        "figures": _lines(report.figures),
        "people": _lines((*report.people, *report.load)),
        "outcomes": _outcomes(report),
        "periods": _table(report.steps),
        "topics": _topics(report),
        "answerers": _answerers(report),
        "waiting": _waiting(report),
        "articles": _articles(report),
        "hours": _hours(report),
        "groups": _table(report.groups),
        "outlets": _outlets(report),
        "thanks": [("name",), *((name,) for name in report.thanks)],
        "definitions": [("figure", "definition"), *((one.label, one.words) for one in report.definitions)],
        "notes": [("note",), *((sentence,) for sentence in (report.note, *report.footer))],
    }
    for name, rows in every.items():
        if len(rows) > 1:
            yield name, rows


def _lines(lines: Iterable[Line]) -> list[Row]:
    found: list[Row] = [("name", "label", "value", "shown", "counted", "before", "growth", "note", "unit")]
    for line in lines:
        number = "" if line.number.value is None else f"{line.number.value:g}"
        shown = (line.value, line.counted, line.before, line.growth, line.note, line.number.unit.value)
        found.append((line.figure, line.label, number, *shown))
    return found


def _outcomes(report: Report) -> list[Row]:
    return [
        ("outcome", "label", "count", "per cent"),
        *(
            (piece.kind, piece.label, str(piece.count), str(piece.share) if piece.rated else "")
            for piece in report.outcomes
        ),
    ]


def _table(table: Table) -> list[Row]:
    return [(*table.headings, ""), *((row.head, *row.cells, row.note) for row in table.rows)]


def _topics(report: Report) -> list[Row]:
    months = tuple(_named(bar)[0] for bar in report.topics[0].bars) if report.topics else ()
    rows = ((topic.label, str(topic.count), *(_named(bar)[1] for bar in topic.bars)) for topic in report.topics)
    return [("topic", "questions", *months), *rows]


def _named(bar: Bar) -> tuple[str, str]:
    """Return the month and the number of a bar."""
    month, _, number = bar.words.partition(": ")
    return month, number


def _answerers(report: Report) -> list[Row]:
    rows = [(one.label, "、".join(one.experts), "、".join(one.others), str(one.unnamed)) for one in report.expertise]
    return [("topic", "to be asked", "answered well", "not named"), *rows]


def _waiting(report: Report) -> list[Row]:
    entries = ((one.entry, one.words) for one in report.waiting)
    rows = [(str(e.number), e.title, e.group, e.asked, e.topic, words) for e, words in entries]
    return [("thread", "title", "group", "asked", "topic", "waits"), *rows]


def _articles(report: Report) -> list[Row]:
    rows = [
        (str(one.entry.number), one.entry.title, one.entry.group, one.question, one.answer, one.by, one.numbers)
        for one in report.drafts
    ]
    return [("thread", "title", "group", "question", "answer", "by", "numbers"), *rows]


def _hours(report: Report) -> list[Row]:
    head = ("day", *(str(hour) for hour in range(24)))
    if report.heat is None:
        return [head]
    days = zip(report.heat.days, report.heat.counts, strict=True)
    return [head, *((day, *(str(count) for count in counts)) for day, counts in days)]


def _outlets(report: Report) -> list[Row]:
    rows = []
    for outlet in report.outlets:
        names = outlet.months.headings[1:]
        for month in outlet.months.rows:
            rows += [(outlet.source, month.head, *pair) for pair in zip(names, month.cells, strict=True)]
    return [("source", "month", "figure", "value"), *rows]
