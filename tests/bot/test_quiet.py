"""The quiet regime and the pace: what may be posted unasked, when, and how fast."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import Rate
from bot.pace import Pace
from bot.quiet import Ruling, Standing, is_night, ruling, without_mentions
from handlers._tables import Quiet
from storage.replies import At, Body, Paragraph, Plain, Purpose, plain

BUDGET = 3
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("purpose", "approved", "quiet", "digests", "reminders", "decided"),
    [
        (Purpose.REPLY, False, True, 9, 9, Ruling.SEND),
        (Purpose.NOTICE, False, True, 9, 9, Ruling.SEND),
        (Purpose.DIGEST, False, False, 0, 0, Ruling.PREVIEW),
        (Purpose.REMINDER, False, False, 0, 0, Ruling.PREVIEW),
        (Purpose.DIGEST, True, False, 0, 0, Ruling.SEND),
        (Purpose.DIGEST, True, True, 0, 0, Ruling.DROP),
        (Purpose.DIGEST, False, True, 0, 0, Ruling.DROP),
        (Purpose.DIGEST, True, False, 0, 2, Ruling.SEND),
        (Purpose.DIGEST, True, False, 1, 2, Ruling.DROP),
        (Purpose.REMINDER, True, False, 0, 1, Ruling.SEND),
        (Purpose.REMINDER, True, False, 0, 2, Ruling.DROP),  # the last place is the digest's
        (Purpose.REMINDER, True, False, 1, 1, Ruling.SEND),
        (Purpose.REMINDER, True, False, 1, 2, Ruling.DROP),
    ],
)
def test_what_is_said_unasked_must_be_wanted(
    purpose: Purpose, approved: bool, quiet: bool, digests: int, reminders: int, decided: Ruling
) -> None:
    assert ruling(purpose, Standing(approved, quiet, digests, reminders), BUDGET) is decided


@pytest.mark.parametrize(
    ("hours", "local", "night"),
    [
        ("22-09", "21:59", False),
        ("22-09", "22:00", True),
        ("22-09", "23:59", True),
        ("22-09", "00:00", True),
        ("22-09", "08:59", True),
        ("22-09", "09:00", False),
        ("00-06", "23:59", False),
        ("00-06", "00:00", True),
        ("00-06", "06:00", False),
        ("09-09", "09:00", False),  # none at all
    ],
)
def test_nobody_is_mentioned_at_night(hours: str, local: str, night: bool) -> None:
    begin, end = (time(int(hour)) for hour in hours.split("-"))
    now = datetime.fromisoformat(f"2026-11-23T{local}:00+08:00")
    assert is_night(now, ZoneInfo("Asia/Shanghai"), Quiet(quiet_from=begin, quiet_until=end)) is night


def test_at_night_people_are_named_and_not_mentioned() -> None:
    body = Body((Paragraph((At("1", "老樊"), Plain(" 你好"))),))
    assert plain(body) == "@老樊 你好"
    assert plain(without_mentions(body)) == "老樊 你好"


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20)), max_size=200))
def test_no_minute_has_more_posts_than_the_rate_allows(wishes: list[tuple[int, int]]) -> None:
    rate = Rate(per_minute_group=5, per_minute_account=8, gap=timedelta(seconds=2))
    pace, now, sent = Pace(rate, Random(7)), NOON, []
    for group, pause in wishes:
        now += timedelta(seconds=pause)
        now += pace.wait(group, now)
        assert pace.wait(group, now) == timedelta(0)
        pace.note(group, now)
        sent.append((now, group))
    for start, _ in sent:
        window = [(at, group) for at, group in sent if start <= at < start + timedelta(seconds=60)]
        assert len(window) <= 8
        for group in {1, 2, 3}:
            times = [at for at, where in window if where == group]
            assert len(times) <= 5
            assert all(b - a >= timedelta(seconds=2) for a, b in itertools.pairwise(times))


def test_a_platform_that_asks_for_a_pause_gets_it() -> None:
    pace = Pace(Rate(100, 100), Random(1))
    pace.pause(NOON + timedelta(seconds=30))
    pace.pause(NOON + timedelta(seconds=10))
    assert pace.wait(1, NOON) == timedelta(seconds=30)
