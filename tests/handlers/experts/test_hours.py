"""Hours in which somebody is left alone: over midnight, none, and when they begin next."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from handlers._experts.hours import Hours, is_quiet, quiet_next

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT, LUNCH, NONE = (time(22), time(9)), (time(12), time(14)), (time(9), time(9))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{moment}:00+08:00")


@pytest.mark.parametrize(
    ("moment", "every", "quiet"),
    [
        ("21:59", [NIGHT], False),
        ("22:00", [NIGHT], True),
        ("08:59", [NIGHT], True),
        ("09:00", [NIGHT], False),
        ("13:00", [NIGHT, LUNCH], True),
        ("14:00", [NIGHT, LUNCH], False),
        ("09:00", [NONE], False),
        ("03:00", [], False),
    ],
)
def test_hours(moment: str, every: list[Hours], quiet: bool) -> None:
    assert is_quiet(at(moment), ZONE, every) is quiet


@pytest.mark.parametrize(
    ("every", "begins"),
    [
        ([NIGHT], "2026-11-23T22:00+08:00"),
        ([NIGHT, LUNCH], "2026-11-23T12:00+08:00"),
        ([(time(9), time(10))], "2026-11-24T09:00+08:00"),
        ([NONE], "2026-11-24T10:00+08:00"),
    ],
)
def test_when_they_begin_next(every: list[Hours], begins: str) -> None:
    assert quiet_next(at("10:00"), ZONE, every) == datetime.fromisoformat(begins)
