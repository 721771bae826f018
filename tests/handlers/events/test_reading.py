"""Fields, whole lines and rules of recurrence as people type them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from recurring_ical_events import of as occurrences_of  # a third party's reading of the same rule

from handlers._events import planned, reading, recurrence
from handlers._events.planned import Usual
from handlers._events.refusing import UnreadableError
from handlers._events.words import Field
from storage.events import Kind, Plan, Speaker
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
USUAL = Usual({Kind.TALK: timedelta(minutes=50)}, SHANGHAI)
FINANCE, CHENGDU = Segment(SegmentKind.INDUSTRY, "金融"), Segment(SegmentKind.REGION, "成都")


@pytest.mark.parametrize(
    ("read", "said", "meant"),
    [
        (reading.title, "《慢 SQL 三板斧》", "慢 SQL 三板斧"),
        (reading.title, "  一行\n两行 ", "一行 两行"),
        (reading.title, "<b>粗</b> [CQ:at,qq=1] *星*", "<b>粗</b> [CQ:at,qq=1] *星*"),  # plain text, as it is
        (reading.title, "看\u200b不\u202e见", "看不见"),
        (reading.kind, "线上分享", Kind.TALK),
        (reading.kind, "Q&A", Kind.QA),
        (reading.kind, "城市行", Kind.TOUR),
        (reading.kind, "SUMMIT", Kind.SUMMIT),
        (reading.capacity, "40", 40),
        (reading.capacity, "４０ 席", 40),
        (reading.capacity, "限 40 人", 40),
        (reading.capacity, "不限", None),
        (reading.speakers, "柏舟/苇间数据、Lena", (Speaker("柏舟", "苇间数据"), Speaker("Lena"))),
        (reading.speakers, "柏舟（苇间数据）", (Speaker("柏舟", "苇间数据"),)),
        (reading.speakers, "柏舟/苇间数据/跑着 400 套", (Speaker("柏舟", "苇间数据", "跑着 400 套"),)),
        (reading.speakers, "-", ()),
        (reading.hosts, "苇间数据、苇间数据，Acme", ("苇间数据", "Acme")),
        (reading.languages, "中文、en", ("zh", "en")),
        (reading.targets, "总群", (Segment(SegmentKind.GENERAL),)),
        (reading.targets, "行业 金融、区域成都", (FINANCE, CHENGDU)),
        (reading.targets, "全部", ()),
        (reading.asks, "公司、职位 手机", ("company", "title", "phone")),
        (reading.asks, "无", ()),
        (reading.reminders, "7d 1d 1h", ("7d", "1d", "1h")),
        (reading.reminders, "3 天前、2 小时前", ("3d", "2h")),
        (reading.reminders, "无", ()),
        (reading.reminders, "默认", None),
        (reading.link, "https://meet.example.org/1?a=b", "https://meet.example.org/1?a=b"),
        (reading.link, "-", ""),
        (reading.field, "席位", Field.CAPACITY),
    ],
)
def test_fields(read: Callable[[str], Any], said: str, meant: object) -> None:
    assert read(said) == meant


@pytest.mark.parametrize(
    ("read", "said", "wrong"),
    [
        (reading.title, "", "还没有标题"),
        (reading.title, "长" * 61, "标题最多 60 个字，这个有 61 个。"),
        *((reading.title, f"来吧{everyone}", "我从不 @ 全体") for everyone in
          ("@所有人", "＠所有人", "@全体成员", "@all", "@All ", "@everyone", "@\u200b所有人", "@ 所有人")),
        (reading.kind, "聚餐", "没有「聚餐」这一类。有：企业行、"),
        *((reading.capacity, said, "席位要在 1 到 100000 之间") for said in
          ("0", "-1", "1000000000", "10^9", "四十", "1.5", "")),
        (reading.speakers, "、".join(f"人{n}" for n in range(21)), "讲者最多 20 个。"),
        (reading.speakers, "名" * 41, "名字最多 40 个字。"),
        (reading.languages, "火星文", "「火星文」是哪种语言"),
        (reading.targets, "火星", "面向谁这样写"),
        (reading.asks, "身份证", "没有「身份证」"),
        (reading.reminders, "随时", "提醒这样写"),
        (reading.reminders, "0d", "提醒这样写"),
        (reading.link, "javascript:alert(1)", "链接要以 https:// 开头"),
        (reading.link, "https://a b", "链接要以 https:// 开头"),
        (reading.field, "天气", "没有「天气」这一项。能改的：标题、"),
    ],
)  # fmt: skip
def test_what_no_field_can_be(read: Callable[[str], Any], said: str, wrong: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(said)
    assert wrong in refused.value.said("zh")


def test_one_line_tells_all() -> None:
    plan = planned.one_line(
        "城市行《象行成都 · 第二轮》12 月 5 日 14:00-17:00 https://meet.example.org/1 城市 成都 地点：高新区天府五街 "
        "席位 40 面向 区域 成都 讲者 柏舟/苇间数据、Lena 主办 苇间数据 报名要 公司、手机 语言 中文 简介 想上手的人",
        NOW,
        USUAL,
    )
    assert plan == Plan(
        kind=Kind.TOUR,
        title="象行成都 · 第二轮",
        starts_at=datetime(2026, 12, 5, 6, tzinfo=UTC),
        ends_at=datetime(2026, 12, 5, 9, tzinfo=UTC),
        zone="Asia/Shanghai",
        summary="想上手的人",
        city="成都",
        venue="高新区天府五街",
        link="https://meet.example.org/1",
        capacity=40,
        languages=("zh",),
        asks=("company", "phone"),
        speakers=(Speaker("柏舟", "苇间数据"), Speaker("Lena")),
        hosts=("苇间数据",),
        targets=(CHENGDU,),
    )


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("", "还没有标题"),
        ("线上分享 明天 20:00", "还没有标题"),
        ("《x》", "没看懂"),
        ("《x》2026-02-30 25:61", "2 月没有 30 日"),
        ("《@所有人》明天 20:00", "我从不 @ 全体"),
        ("《x》明天 20:00 席位 -1", "席位要在"),
        ("《x》明天 20:00 城市 成都", "是哪一类？有："),
        ("《x》明天 20:00-19:00", "结束 19:00 不晚于开始 20:00"),
        ("《x》明天 20:00 时区 Mars/Base", "没有「Mars/Base」这个时区"),
    ],
)
def test_a_line_that_cannot_be_meant(said: str, wrong: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        planned.one_line(said, NOW, USUAL)
    assert wrong in refused.value.said("zh")


@pytest.mark.parametrize(
    ("said", "kind", "who"),
    [
        ("线上分享会《x》明天 20:00", Kind.TALK, ()),
        ("培训班《x》明天 20:00", Kind.TRAINING, ()),
        ("《x》明天 20:00 柏舟、Lena", Kind.TALK, ("柏舟", "Lena")),
        ("答疑《x》明天 20:00 讲者：柏舟", Kind.QA, ("柏舟",)),
        ("《a《b》c》明天 20:00 《d》", Kind.TALK, ("《d》",)),
    ],
)
def test_kinds_and_speakers_of_a_line(said: str, kind: Kind, who: tuple[str, ...]) -> None:
    plan = planned.one_line(said, NOW, USUAL)
    assert (plan.kind, tuple(speaker.name for speaker in plan.speakers)) == (kind, who)


def test_the_clock_on_the_wall_stays_where_the_zone_was_wrong() -> None:
    plan = planned.one_line("《x》2026-12-05 20:00", NOW, USUAL)
    there = planned.with_field(plan, Field.ZONE, "纽约", NOW)
    assert there.starts_at == datetime(2026, 12, 6, 1, tzinfo=UTC)
    assert there.ends_at - there.starts_at == timedelta(minutes=50)


# -- what recurs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "rule", "first"),
    [
        ("《x》每周二、周四 20:00", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-24 20:00"),
        ("《x》每周一 20:00", "FREQ=WEEKLY;BYDAY=MO", "2026-11-23 20:00"),
        ("《x》每周一 08:00", "FREQ=WEEKLY;BYDAY=MO", "2026-11-30 08:00"),
        ("《x》每两周周三 20:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-11-25 20:00"),
        ("《x》每天 10:00", "FREQ=DAILY", "2026-11-23 10:00"),
        ("培训《x》每月第二个周六 14:00", "FREQ=MONTHLY;BYDAY=2SA", "2026-12-12 14:00"),
        ("《x》每月 3 日 14:00", "FREQ=MONTHLY;BYMONTHDAY=3", "2026-12-03 14:00"),
        ("“x” every tue and thu 20:00", "FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-24 20:00"),
        ("《x》2026-12-01 20:00 RRULE:FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3", "2026-12-01 20:00"),
        ("《每周二见》12 月 3 日 20:00", "", "2026-12-03 20:00"),
    ],
)
def test_rules(said: str, rule: str, first: str) -> None:
    found = planned.recurring(said, NOW, USUAL)
    assert (found.rule, f"{found.plan.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}") == (rule, first)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=5", "FREQ=HOURLY", "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;COUNT=0",
     "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=99999", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=WEEKLY;BYHOUR=1,2,3",
     "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2", "FREQ=MONTHLY;BYSETPOS=400;BYDAY=MO", "FREQ=WEEKLY;BYDAY=XX",
     "FREQ=WEEKLY;UNTIL=99999999T999999Z", "FREQ=WEEKLY;FREQ=DAILY", "COUNT=3", "", "FREQ=WEEKLY;BYDAY=" + "MO," * 500,
     "FREQ=YEARLY;BYEASTER=1", "FREQ=WEEKLY;BYDAY=2TU", "RDATE=20260101"],
)  # fmt: skip
def test_bombs_of_recurrence_are_refused_at_once(rule: str) -> None:
    began = time.monotonic()
    with pytest.raises(UnreadableError) as refused:
        recurrence.checked(rule)
    assert refused.value.said("zh")
    assert time.monotonic() - began < 1


def test_what_never_comes_ends() -> None:
    with pytest.raises(UnreadableError, match="never"):
        recurrence.first_of("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", datetime(2026, 2, 1, tzinfo=UTC), SHANGHAI)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_a_year_of_a_rule_is_what_a_third_party_reads(zone: str) -> None:
    there, rule = ZoneInfo(zone), "FREQ=WEEKLY;BYDAY=TU,TH"
    first = datetime(2026, 1, 1, 20, 0, tzinfo=there)
    until = first + timedelta(days=365)
    ours = recurrence.starts(rule, first, there, after=None, until=until, except_on={date(2026, 12, 31)})
    assert {moment.astimezone(there).hour for moment in ours} == {20}
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:x",
             f"DTSTART;TZID={zone}:20260101T200000", "DURATION:PT50M", f"RRULE:{rule}",
             f"EXDATE;TZID={zone}:20261231T200000", "END:VEVENT", "END:VCALENDAR", "")  # fmt: skip
    theirs = occurrences_of(Calendar.from_ical("\r\n".join(lines))).between(first, until)
    assert ours == sorted(one["DTSTART"].dt.astimezone(UTC) for one in theirs)


def test_a_local_time_that_clocks_skip_is_moved_behind_the_gap() -> None:
    there = ZoneInfo("America/New_York")
    first = datetime(2027, 3, 13, 2, 30, tzinfo=there)
    found = recurrence.starts("FREQ=DAILY;COUNT=3", first, there, after=None, until=first + timedelta(days=9))
    assert [f"{moment.astimezone(there):%d %H:%M}" for moment in found] == ["13 02:30", "14 03:00", "15 02:30"]
