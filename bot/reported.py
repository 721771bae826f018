"""Tells people what became of an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.imported import NAMED_NAMES, Report
from bot.importers._fields import YET_TO_COME
from bot.importers._json import BEHIND, CUT_OFF, NOT_TEXT, TOO_LONG
from bot.importers._rows import RAGGED
from bot.importers._table import NEVER_CLOSED
from storage.sanitize import label

AGAIN = "export it again, and import that as well: nothing comes in twice"
QUOTED = "export it again, or put the words with a quote or a separator in quotes"
# What to do about rows that were left out, where something can be done.
REMEDIES: Mapping[str, str] = {
    CUT_OFF: AGAIN,
    TOO_LONG: AGAIN,
    NOT_TEXT: "these rows were damaged, or are in another encoding than the others; export it again, as UTF-8",
    BEHIND: "cut the file in two there, and import both parts",
    NEVER_CLOSED: QUOTED,
    RAGGED: QUOTED,
    YET_TO_COME: "the clock that wrote it was wrong; mend the year in the file, and import it again",
}


def reported(report: Report, zone: ZoneInfo) -> str:
    """Return what became of a file, line by line."""
    names = ", ".join(f"{place.name or place.key} ({place.platform})" for place in report.places[:NAMED_NAMES])
    if len(report.places) > NAMED_NAMES:
        names += f" and {len(report.places) - NAMED_NAMES} more"
    return "\n".join([f"{shown(report.name)} ({report.format}): {names or 'no message'}", *_lines(report, zone)])


def shown(name: str) -> str:
    """Return the name of a file as it may be printed: on one line, and without signs that drive a terminal."""
    return label(name, 300)


def _lines(report: Report, zone: ZoneInfo) -> Iterator[str]:
    skipped = sum(report.skipped.values())
    yield f"  read {report.read:,}, new {report.new:,}, known already {report.duplicate:,}, skipped {skipped:,}"
    if report.first_at is not None and report.last_at is not None:
        span = f"{_local(report.first_at, zone)} .. {_local(report.last_at, zone)}"
        yield f"  {span} ({zone.key}), {_many(len(report.members), 'member')}, {_many(report.threads, 'thread')}"
    yield from _skipped(report)
    yield from _back(report, zone)
    yield from (f"  note: {note}" for note in report.notes)
    yield from _names(report)
    if report.broken:
        yield f"  not read to its end: {report.broken}"
    if report.quarantined:
        yield f"  {report.quarantined:,} could not be worked off and wait in the inbox: python3 run.py doctor"


def _skipped(report: Report) -> Iterator[str]:
    told: set[str] = set()
    for why, count in report.skipped.most_common():
        rows = [shown(row) for row in report.rows[why] if row != "0"]
        more = ", ..." if count > len(rows) else ""
        where = "" if rows and ":" in rows[0] else "line "  # else the file stands in front of it
        yield f"  skipped {count:,}: {why}" + (f" ({where}{', '.join(rows)}{more})" if rows else "")
        remedy = REMEDIES.get(why, "")
        if remedy not in {"", *told}:
            told.add(remedy)
            yield f"    {remedy}"


def _back(report: Report, zone: ZoneInfo) -> Iterator[str]:
    """Tell of a clock that was set back; a file that begins with the newest goes back at every step."""
    if report.first_back is None or report.back > report.read // 2:
        return
    number, before, after = report.first_back
    times = f"{_local(before, zone)} to {_local(after, zone)}"
    often = f"goes back {_many(report.back, 'time')}, first at message {number:,}, from {times}"
    yield f"  note: its clock {often}; the messages were put in the order of their times"


def _names(report: Report) -> Iterator[str]:
    if report.matched:
        were = (
            "name was matched to a member who is"
            if len(report.matched) == 1
            else "names were matched to members who are"
        )
        yield f"  {len(report.matched):,} {were} known here"
    if report.ambiguous:
        named = ", ".join(sorted(report.ambiguous)[:NAMED_NAMES])
        more = ", ..." if len(report.ambiguous) > NAMED_NAMES else ""
        yield f"  several members are called so, each was kept under the name alone: {named}{more}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
