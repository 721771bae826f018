"""Tells people what became of an import."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.imported import NAMED_NAMES, Report


def reported(report: Report, zone: ZoneInfo) -> str:
    """Return what became of a file, line by line."""
    names = ", ".join(f"{place.name or place.key} ({place.platform})" for place in report.places[:NAMED_NAMES])
    if len(report.places) > NAMED_NAMES:
        names += f" and {len(report.places) - NAMED_NAMES} more"
    return "\n".join([f"{report.name} ({report.format}): {names or 'no message'}", *_lines(report, zone)])


def _lines(report: Report, zone: ZoneInfo) -> Iterator[str]:
    skipped = sum(report.skipped.values())
    yield f"  read {report.read:,}, new {report.new:,}, known already {report.duplicate:,}, skipped {skipped:,}"
    if report.first_at is not None and report.last_at is not None:
        span = f"{_local(report.first_at, zone)} .. {_local(report.last_at, zone)}"
        yield f"  {span} ({zone.key}), {len(report.members):,} members, {report.threads:,} threads"
    for why, count in report.skipped.most_common():
        rows = [row for row in report.rows[why] if row != "0"]
        more = ", ..." if count > len(rows) else ""
        yield f"  skipped {count:,}: {why}" + (f" (line {', '.join(rows)}{more})" if rows else "")
    yield from (f"  note: {note}" for note in report.notes)
    if report.matched:
        yield f"  {len(report.matched):,} names were matched to members who are known here"
    if report.ambiguous:
        shown = ", ".join(sorted(report.ambiguous)[:NAMED_NAMES])
        more = ", ..." if len(report.ambiguous) > NAMED_NAMES else ""
        yield f"  several members are called so, each was kept under the name alone: {shown}{more}"
    if report.broken:
        yield f"  not read to its end: {report.broken}"
    if report.quarantined:
        yield f"  {report.quarantined:,} could not be worked off and wait in the inbox: python3 run.py doctor"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
