"""Rules of time: how they are written, and one instant per period in every zone of the world."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import Rule, RuleError, instant, latest_due, next_due, parse

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("mon 09:00", Rule(weekday=0, at=time(9))),
        ("周一 09:00", Rule(weekday=0, at=time(9))),
        ("周日9:05", Rule(weekday=6, at=time(9, 5))),
        ("  FRI   18:30 ", Rule(weekday=4, at=time(18, 30))),
        ("daily 00:00", Rule(at=time(0))),
        ("每天 23:59", Rule(at=time(23, 59))),
        ("day 31 10:00", Rule(day=31, at=time(10))),
        ("每月1号 10:00", Rule(day=1, at=time(10))),
        ("mon 09：00", Rule(weekday=0, at=time(9))),
        ("every 5s", Rule(every=timedelta(seconds=5))),
        ("every 90 m", Rule(every=timedelta(minutes=90))),
    ],
)
def test_rules_are_written_as_people_speak(text: str, rule: Rule) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 9 * * 1",
        "0 * * * * *",
        "mon",
        "mon 25:61",
        "day 0 09:00",
        "day 32 09:00",
        "every 0s",
        "8 09:00",
        "every -1h",
    ],
)
def test_what_is_no_rule_says_how_to_write_one(text: str) -> None:
    with pytest.raises(RuleError, match="mon 09:00"):
        parse(text)


def test_a_time_in_a_gap_means_its_end_and_a_time_that_comes_twice_the_first() -> None:
    new_york = ZoneInfo("America/New_York")
    assert instant(date(2026, 3, 8), time(2, 30), new_york) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert instant(date(2026, 11, 1), time(1, 30), new_york) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_of_several_missed_only_the_last_is_due() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert latest_due(parse("daily 09:00"), SHANGHAI, BEGIN, now) == datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert latest_due(parse("every 10s"), SHANGHAI, now - timedelta(seconds=35), now) == now - timedelta(seconds=5)


def test_nothing_is_due_before_the_schedule_began() -> None:
    since = datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert latest_due(parse("mon 09:00"), SHANGHAI, since, since) is None
    assert latest_due(parse("mon 09:00"), SHANGHAI, since, since + timedelta(days=6)) is None
    assert latest_due(parse("mon 09:00"), SHANGHAI, since, since + timedelta(days=7)) == since + timedelta(days=7)


def test_the_last_day_stands_for_days_that_a_month_lacks() -> None:
    due = next_due(parse("day 31 10:00"), SHANGHAI, BEGIN, datetime(2026, 2, 1, tzinfo=UTC))
    assert due == datetime(2026, 2, 28, 2, tzinfo=UTC)


def test_iso_week_53_is_a_week_like_any_other() -> None:
    due = next_due(parse("mon 09:00"), SHANGHAI, BEGIN, datetime(2026, 12, 28, 2, tzinfo=UTC))
    assert due == datetime(2027, 1, 4, 1, tzinfo=UTC)
    assert (due - timedelta(days=1)).astimezone(SHANGHAI).isocalendar()[:2] == (2026, 53)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    start=st.dates(date(2024, 1, 1), date(2030, 10, 1)),
)
def test_every_week_has_exactly_one_instant_in_every_zone(zone: str, at: time, start: date) -> None:
    rule, place = Rule(weekday=start.weekday(), at=at), ZoneInfo(zone)
    days = [start + timedelta(weeks=week) for week in range(8)]
    instants = [instant(day, at, place) for day in days]
    assert len(set(instants)) == 8
    for before, moment in itertools.pairwise(instants):
        assert latest_due(rule, place, before, moment) == moment
        assert latest_due(rule, place, before, moment - timedelta(seconds=1)) is None
        assert next_due(rule, place, before, before) == moment


@settings(max_examples=150, deadline=None)
@given(zone=st.sampled_from(ZONES), at=st.times(), hours=st.integers(800, 60_000))
def test_a_daily_instant_is_at_most_a_day_and_a_clock_change_ago(zone: str, at: time, hours: int) -> None:
    at = at.replace(second=0, microsecond=0)
    moment = BEGIN + timedelta(hours=hours)
    due = latest_due(Rule(at=at), ZoneInfo(zone), BEGIN, moment)
    assert due is not None
    assert due <= moment
    assert moment - due <= timedelta(hours=49)  # a zone may skip a whole day (Kwajalein did)
