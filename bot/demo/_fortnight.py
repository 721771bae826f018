"""The fortnight as frames: an invented community's messages, moved so that its last day is the last Sunday."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from storage.frames import Frame, Kind, Message, Place

FILE = Path(__file__).with_name("fortnight.jsonl")
PLATFORM = "qq"
DAYS = 14
DIGEST_AT = time(9)


def last_sunday(now: datetime, zone: ZoneInfo) -> date:
    """Return the latest Sunday that is over: the fortnight ends with it, and so does the last whole week."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.isoweekday())


def monday_after(sunday: date, zone: ZoneInfo) -> datetime:
    """Return the moment of the digest: the Monday after at 09:00, UTC."""
    return datetime.combine(sunday + timedelta(days=1), DIGEST_AT, zone).astimezone(UTC)


def beginning(sunday: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of the fortnight that ends with a Sunday, UTC."""
    return datetime.combine(sunday - timedelta(days=DAYS - 1), time(), zone).astimezone(UTC)


def places() -> dict[str, Place]:
    """Return the groups by their name in the file."""
    head = json.loads(next(_lines()))
    return {key: Place(PLATFORM, f"demo-{key}", name=name) for key, name in head["groups"].items()}


def frames(sunday: date, zone: ZoneInfo) -> list[Frame]:
    """Return all messages in the order in which they were said."""
    known = places()
    rows = [json.loads(line) for line in list(_lines())[1:]]
    found = [_frame(row, known[row["group"]], sunday, zone) for row in rows]
    return sorted(found, key=lambda frame: (frame.at, frame.key))


def _lines() -> Iterator[str]:
    return (line for line in FILE.read_text("utf-8").splitlines() if line.strip())


def _frame(row: dict[str, Any], place: Place, sunday: date, zone: ZoneInfo) -> Frame:
    day = sunday - timedelta(days=DAYS - 1 - row["day"])
    at = datetime.combine(day, time.fromisoformat(row["time"]), zone).astimezone(UTC)
    message = Message(
        key=row["key"],
        at=at,
        member=row["member"],
        name=row["name"],
        text=row["text"],
        kind=Kind(row["kind"]),
        reply_to=row["reply_to"],
        mentions=tuple(row["mentions"]),
    )
    return Frame(f"m:{place.key}:{message.key}", place, at, message, replayed=True)
