"""Files of events: what is read of them, what is named as broken and where, and that all of it ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.calendars import _ics, _toml
from bot.calendars._found import Broken, Entry, FileError
from handlers._events.planned import Usual
from storage.events import Kind, Speaker
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
USUAL = Usual({Kind.TALK: timedelta(minutes=50)}, ZoneInfo("Asia/Shanghai"))
WHEN = "DTSTART;TZID=Asia/Shanghai:20261205T200000"


def calendar(*events: Sequence[str], head: Sequence[str] = ()) -> bytes:
    """Return a calendar with events of these lines; each gets an id, and a title where it has none."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head]
    for number, event in enumerate(events, 1):
        title = [] if any(line.startswith("SUMMARY") for line in event) else [f"SUMMARY:第 {number} 场"]
        lines += ["BEGIN:VEVENT", f"UID:u{number}@x", *title, *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def one(*lines: str, head: Sequence[str] = ()) -> Entry | Broken:
    found = list(_ics.read(calendar(lines, head=head), USUAL))
    assert len(found) == 1
    return found[0]


def entry(*lines: str, head: Sequence[str] = ()) -> Entry:
    found = one(*lines, head=head)
    assert isinstance(found, Entry), found
    return found


def test_an_event_is_read() -> None:
    found = entry(
        WHEN, "DTEND;TZID=Asia/Shanghai:20261205T210000", "SUMMARY:逻辑复制\\, 五道", " 坎", "LOCATION:高新区天府五街",
        "DESCRIPTION:一行\\n两行", "URL:https://meet.example.org/1", "CATEGORIES:培训", "BEGIN:VALARM", "END:VALARM",
        "ATTENDEE;CN=somebody:mailto:a@b.example",
    )  # fmt: skip
    plan = found.plan
    assert (found.where, found.uid) == ("line 3 (uid u1@x)", "u1@x")
    assert (plan.starts_at, plan.ends_at) == (
        datetime(2026, 12, 5, 12, tzinfo=UTC),
        datetime(2026, 12, 5, 13, tzinfo=UTC),
    )
    assert (plan.kind, plan.venue, plan.summary, plan.link) == (
        Kind.TRAINING, "高新区天府五街", "一行 两行", "https://meet.example.org/1",
    )  # fmt: skip
    assert plan.title == "逻辑复制, 五道坎"
    assert "somebody" not in repr(plan)


def test_folded_lines_are_one() -> None:
    lines = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:a",
        "SUMMARY:逻辑",
        " 复制\\, 五道",
        "\t坎",
        WHEN,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    found = list(_ics.read("\n".join(lines).encode(), USUAL))
    assert isinstance(found[0], Entry)
    assert found[0].plan.title == "逻辑复制, 五道坎"


@pytest.mark.parametrize(
    ("lines", "start", "zone"),
    [
        ((WHEN,), "2026-12-05 12:00", "Asia/Shanghai"),
        (("DTSTART:20261205T120000Z",), "2026-12-05 12:00", "Asia/Shanghai"),
        (("DTSTART:20261205T200000",), "2026-12-05 12:00", "Asia/Shanghai"),
        (("DTSTART;TZID=Europe/Berlin:20260705T200000",), "2026-07-05 18:00", "Europe/Berlin"),
        (("DTSTART;TZID=China Standard Time:20261205T200000",), "2026-12-05 12:00", "Asia/Shanghai"),
        (
            ("DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20261205T200000",),
            "2026-12-05 11:00",
            "Asia/Tokyo",
        ),
        (("DTSTART;VALUE=DATE:20261205",), "2026-12-04 16:00", "Asia/Shanghai"),
    ],
)
def test_zones(lines: Sequence[str], start: str, zone: str) -> None:
    plan = entry(*lines).plan
    assert (f"{plan.starts_at:%Y-%m-%d %H:%M}", plan.zone) == (start, zone)


def test_the_zone_of_the_calendar_holds_for_times_without_one() -> None:
    assert entry("DTSTART:20261205T200000", head=["X-WR-TIMEZONE:Asia/Tokyo"]).plan.zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [((), 50), (("DURATION:PT2H",), 120), (("DTEND;TZID=Asia/Tokyo:20261205T220000",), 60)],
)
def test_lengths(lines: Sequence[str], minutes: int) -> None:
    plan = entry(WHEN, *lines).plan
    assert plan.ends_at - plan.starts_at == timedelta(minutes=minutes)


def test_what_recurs() -> None:
    found = entry(
        WHEN, "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=20", "EXDATE;TZID=Asia/Shanghai:20261208T200000,20261210T200000",
        "EXDATE:20261215T120000Z",
    )  # fmt: skip
    assert sorted(found.rule.split(";")) == ["BYDAY=TU,TH", "COUNT=20", "FREQ=WEEKLY"]
    assert found.except_on == {date(2026, 12, 8), date(2026, 12, 10), date(2026, 12, 15)}


def test_what_is_called_off() -> None:
    assert entry(WHEN, "STATUS:CANCELLED").cancelled


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "has no beginning (DTSTART)"),
        (("DTSTART:20260230T250000",), "DTSTART: "),
        (("DTSTART;TZID=Mars/Base:20261205T200000",), "There is no zone “Mars/Base”; near ones: "),
        (("DTSTART;TZID=America/New_York:20270314T023000",), "there is no 2027-03-14 02:30"),
        ((WHEN, "DTEND;TZID=Asia/Shanghai:20261205T190000"), "It ends at 19:00, which is not after 20:00"),
        ((WHEN, "DTEND;TZID=Asia/Shanghai:20280101T190000"), "60 days at most"),
        ((WHEN, "RRULE:FREQ=SECONDLY;COUNT=1000000000"), "It cannot recur so: FREQ=SECONDLY"),
        ((WHEN, "RRULE:FREQ=DAILY;COUNT=1000000000"), "It cannot recur so: COUNT=1000000000"),
        ((WHEN, "RRULE:FREQ=WAT"), "RRULE: "),
        ((WHEN, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "one rule of recurrence"),
        ((WHEN, "EXDATE:" + ",".join(["20261205T120000Z"] * 5000)), "It leaves out 5000 days; 1000 are the most."),
        ((WHEN, "RECURRENCE-ID:20261205T120000Z"), "RECURRENCE-ID is not understood"),
        ((WHEN, "SUMMARY:@所有人 快来"), "No @所有人 in what I tell"),
        ((WHEN, "DESCRIPTION:" + "x" * 300_000), "larger than 256 kB"),
    ],
)
def test_what_is_broken_is_named_with_its_place(lines: Sequence[str], why: str) -> None:
    content = calendar([WHEN], lines, [WHEN])
    found = list(_ics.read(content, USUAL))
    assert [type(each) for each in found] == [Entry, Broken, Entry]
    broken = found[1]
    assert isinstance(broken, Broken)
    assert broken.where == "line 8 (uid u2@x)"
    assert why in broken.why


def test_an_event_without_an_end_keeps_no_other_out() -> None:
    content = calendar([WHEN], [WHEN]).replace(b"END:VEVENT\r\n", b"", 1)
    assert [type(each) for each in _ics.read(content, USUAL)] == [Broken, Entry]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no calendar"),
        (b"hello", "is no calendar"),
        (b"\xff\xfe\x00\x01" * 99, "is no"),
        (b"BEGIN:VCALENDAR" + b" " * (33 * 1024 * 1024), "is larger than 32 MB"),
    ],
)
def test_what_is_no_calendar(content: bytes, why: str) -> None:
    with pytest.raises(FileError, match=why):
        list(_ics.read(content, USUAL))


def test_a_hundred_thousand_events() -> None:
    content = calendar(*([[WHEN]] * 100_000))
    began = time.monotonic()
    found = list(_ics.read(content, USUAL, 300))
    assert len(found) == 301
    assert isinstance(found[-1], Broken)
    assert found[-1].where == "line 1503"
    assert found[-1].why == "300 events are taken of one file; 99,700 are left, split it"
    assert time.monotonic() - began < 30


# -- tables -----------------------------------------------------------------------------------------------------------

TABLE = """
[[event]]
title = "慢 SQL 三板斧"
kind = "talk"
when = "2026-12-03 20:00 50 min"
speakers = ["柏舟/苇间数据", "Lena"]
targets = ["region 成都", "总群"]
seats = 40

[[event]]
title = "周二见"
kind = "线上分享"
when = 2026-12-01T20:00:00
zone = "东京"
repeat = "每周二、周四"
except = [2026-12-31]
uid = "tuesdays"
"""


def test_a_table_is_read() -> None:
    first, second = _toml.read(TABLE.encode(), USUAL, NOW)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert first.plan.speakers == (Speaker("柏舟", "苇间数据"), Speaker("Lena"))
    assert first.plan.targets == (Segment(SegmentKind.REGION, "成都"), Segment(SegmentKind.GENERAL))
    assert (first.plan.capacity, first.plan.ends_at) == (40, datetime(2026, 12, 3, 12, 50, tzinfo=UTC))
    assert (second.uid, second.rule, second.plan.zone) == ("tuesdays", "FREQ=WEEKLY;BYDAY=TU,TH", "Asia/Tokyo")
    assert second.except_on == {date(2026, 12, 31)}
    assert first.uid != ""
    assert next(_toml.read(TABLE.encode(), USUAL, NOW)) == first


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('titel = "x"', "unknown key titel; did you mean title?"),
        ("capacity = 0", "Seats are a number from 1"),
        ("capacity = -1", "Seats are a number from 1"),
        ('zone = "Mars/Base"', "There is no zone “Mars/Base”"),
        ('repeat = "FREQ=SECONDLY"', "It cannot recur so: FREQ=SECONDLY"),
        ('repeat = "now and then"', "cannot"),
        ('targets = ["moon"]', "Write whom it is for"),
        ('speakers = [{ name = "x" }]', "neither a text"),
    ],
)
def test_a_table_that_is_wrong(line: str, why: str) -> None:
    text = f'[[event]]\ntitle = "甲"\nkind = "talk"\nwhen = "2026-12-03 20:00"\n{line}\n{TABLE}'
    found = list(_toml.read(text.encode(), USUAL, NOW))
    assert [type(each) for each in found] == [Broken, Entry, Entry]
    assert isinstance(found[0], Broken)
    assert found[0].where == "event 1 (甲)"
    assert why in found[0].why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[events]]", "unknown table or key events; did you mean event"),
        ("x", "is no TOML"),
        ("event = 1", "table of its own"),
    ],
)
def test_what_is_no_table(text: str, why: str) -> None:
    with pytest.raises(FileError, match=why):
        list(_toml.read(text.encode(), USUAL, NOW))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('when = "2026-02-30 25:61"', "Month 2 has no day 30"),
        ("when = 2026-12-03T20:00:00+08:00", "has an offset"),
        ("", "when is missing"),
    ],
)
def test_a_time_that_is_wrong(line: str, why: str) -> None:
    found = list(_toml.read(f'[[event]]\ntitle = "甲"\nkind = "talk"\n{line}\n'.encode(), USUAL, NOW))
    assert isinstance(found[0], Broken)
    assert why in found[0].why
