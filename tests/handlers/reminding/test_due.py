"""When a reminder is due: a table of cases, the clocks of the world, nights, and what was missed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers._tables import Quiet
from handlers.reminding._due import Where, due, later, moment, near, span, worth_until
from storage.reminders import Coming, Kind

CN = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet()
ALWAYS = Quiet(quiet_from=time(0), quiet_until=time(0))
ALL = ("7d", "1d", "1h")
LONG_AGO = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def coming(
    starts: str, zone: str = "Asia/Shanghai", *, known: datetime = LONG_AGO, number: int = 1, **more: str
) -> Coming:
    wanted = more.get("reminders")
    return Coming(number, at(starts, zone), zone, None if wanted is None else tuple(wanted.split()), known)


def where(quiet: Quiet = NIGHT, zone: str = "Asia/Shanghai", before: tuple[str, ...] = ALL) -> Where:
    return Where(ZoneInfo(zone), quiet, before)


TALK = "12-03 20:00"


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        ("11-26 19:59", []),
        ("11-26 20:00", ["7d"]),
        ("11-27 12:00", ["7d"]),  # late, and still useful
        ("11-28 19:59", ["7d"]),
        ("11-28 20:00", []),  # no longer
        ("12-02 19:59", []),
        ("12-02 20:00", ["1d"]),
        ("12-03 16:59", ["1d"]),
        ("12-03 17:00", []),
        ("12-03 18:59", []),
        ("12-03 19:00", ["1h"]),
        ("12-03 19:59", ["1h"]),
        ("12-03 20:00", []),  # never after the start
        ("12-03 20:30", []),
    ],
)
def test_what_is_due_when(now: str, kinds: list[str]) -> None:
    assert [one.kind for one in due([coming(TALK)], at(now), where())] == kinds


@pytest.mark.parametrize(
    ("starts", "zone", "kind", "expected"),
    [
        # A calendar day before, at the same time by the clock, also where clocks change between; an hour is an hour.
        ("03-08 12:00", "America/New_York", "1d", "2026-03-07T12:00:00-05:00"),  # 23 hours
        ("03-08 12:00", "America/New_York", "7d", "2026-03-01T12:00:00-05:00"),
        ("11-01 12:00", "America/New_York", "1d", "2026-10-31T12:00:00-04:00"),  # 25 hours
        ("03-08 03:30", "America/New_York", "1h", "2026-03-08T01:30:00-05:00"),
        ("03-09 02:30", "America/New_York", "1d", "2026-03-08T03:00:00-04:00"),  # 02:30 there was none
        ("03-29 14:00", "Europe/Berlin", "1d", "2026-03-28T14:00:00+01:00"),
        ("10-26 02:30", "Europe/Berlin", "1d", "2026-10-25T02:30:00+02:00"),  # of two the first
        ("10-04 12:00", "Australia/Lord_Howe", "1d", "2026-10-03T12:00:00+10:30"),  # half an hour only
        ("04-05 12:00", "Australia/Lord_Howe", "7d", "2026-03-29T12:00:00+11:00"),
        ("06-15 12:00", "Asia/Kolkata", "1d", "2026-06-14T12:00:00+05:30"),
        ("06-15 12:00", "Pacific/Apia", "7d", "2026-06-08T12:00:00+13:00"),
    ],
)
def test_days_are_calendar_days_and_hours_are_hours(starts: str, zone: str, kind: str, expected: str) -> None:
    assert moment(coming(starts, zone), Kind(kind)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("starts", "kind", "since", "until"),
    [
        ("12-03 20:00", "1h", "12-03 19:00", "12-03 20:00"),
        ("12-03 23:30", "1d", "12-03 09:00", "12-03 20:30"),  # falls into the night: said at its end
        ("12-03 08:00", "1d", "12-02 09:00", "12-03 05:00"),
        ("12-03 09:30", "1h", "12-03 09:00", "12-03 09:30"),  # the end of the night is soon enough
        ("12-03 09:00", "1h", "12-02 21:30", "12-02 22:00"),  # it is not: the evening before
        ("12-03 23:00", "1h", "12-03 21:30", "12-03 22:00"),
        ("12-03 03:00", "1h", "12-02 21:30", "12-02 22:00"),
        ("12-03 03:00", "7d", "11-26 09:00", "11-28 03:00"),
    ],
)
def test_nights(starts: str, kind: str, since: str, until: str) -> None:
    assert span(coming(starts), Kind(kind), where()) == (at(since), at(until))


def test_nothing_is_said_at_night_also_when_it_is_late() -> None:
    event = coming("12-04 09:30")
    assert due([event], at("12-03 21:59"), where())[0].kind is Kind.DAY
    assert due([event], at("12-03 22:00"), where()) == []
    assert due([event], at("12-03 22:00"), where(ALWAYS))[0].kind is Kind.DAY


def test_a_group_elsewhere_has_its_own_nights() -> None:
    event = coming(TALK)  # 13:00 in Berlin
    assert [one.kind for one in due([event], at(TALK) - timedelta(hours=1), where(zone="Europe/Berlin"))] == ["1h"]
    assert due([event], at(TALK) - timedelta(hours=1), where(zone="America/Los_Angeles")) == []  # 03:00
    since, until = span(event, Kind.HOUR, where(zone="America/Los_Angeles"))
    assert (since, until) == (at("12-02 21:30", "America/Los_Angeles"), at("12-02 22:00", "America/Los_Angeles"))


def test_only_what_is_wanted() -> None:
    assert due([coming(TALK, reminders="1h")], at("12-02 20:00"), where()) == []
    assert due([coming(TALK, reminders="")], at("12-03 19:00"), where()) == []
    assert due([coming(TALK)], at("12-02 20:00"), where(before=("7d",))) == []
    assert len(due([coming(TALK, reminders="1d")], at("12-02 20:00"), where(before=("7d",)))) == 1


def test_what_was_said_or_never_missed_is_not_due() -> None:
    event = coming(TALK)
    assert due([event], at("12-02 20:00"), where(), done={(1, Kind.DAY, event.starts_at)}) == []
    assert due([event], at("12-02 20:00"), where(), done={(1, Kind.DAY, at("12-04 20:00"))}) != []  # it moved since
    assert due([coming(TALK, known=at("12-03 08:00"))], at("12-03 10:00"), where()) == []  # published, or moved, later
    assert due([coming(TALK, known=at("12-02 19:00"))], at("12-03 10:00"), where()) != []


def test_of_two_that_are_late_only_the_later_is_said() -> None:
    event = coming("12-03 05:00")  # its hour's reminder is said the evening before
    found = due([event], at("12-02 21:45"), where())
    assert [(one.kind, one.said) for one in found] == [("1d", False), ("1h", True)]


@pytest.mark.parametrize(
    ("now", "known", "said"),
    [
        ("11-26 20:00", "11-24 20:00", False),  # announced two days before: enough for a week
        ("11-26 20:00", "11-23 20:00", True),
        ("12-02 20:00", "12-02 18:00", False),
        ("12-02 20:00", "12-02 16:00", True),
        ("12-03 19:00", "12-03 18:59", True),
    ],
)
def test_who_was_just_told_is_not_told_again(now: str, known: str, said: bool) -> None:
    (found,) = due([coming(TALK)], at(now), where(), known={1: at(known)})
    assert found.said is said


def test_what_is_due_within_the_hour_is_said_with_it() -> None:
    first, second, third = coming(TALK), coming("12-03 20:30", number=2), coming("12-03 21:30", number=3)
    found = due([third, second, first], at("12-03 19:00"), where(), together=timedelta(hours=1))
    assert [one.event.id for one in found] == [1, 2]
    assert due([second], at("12-03 19:00"), where(), together=timedelta(hours=1)) == []  # alone it waits for its time


def test_room_is_left_for_later_reminders() -> None:
    events = [coming(TALK), coming("12-03 20:30", number=2), coming("12-05 14:00", number=3)]
    done = {(1, Kind.WEEK, events[0].starts_at)}
    assert later(events, at("12-02 20:00"), where(), Kind.HOUR, done) == 0
    assert later(events, at("12-02 20:00"), where(), Kind.DAY, done) == 2  # two hours' ones in one post, and one more
    assert later(events, at("12-02 19:00"), where(before=("7d",)), Kind.WEEK, done) == 0


def test_only_what_is_near_is_looked_at() -> None:
    assert near(coming(TALK), at("11-01 00:00")) == []
    assert near(coming(TALK), at("11-27 00:00")) == [Kind.WEEK]
    assert near(coming(TALK, reminders="1h"), at("11-27 00:00")) == []
    assert near(coming(TALK), at("12-03 19:30")) == [Kind.HOUR]
    assert worth_until(coming(TALK), Kind.HOUR) == at(TALK)
