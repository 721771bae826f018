"""Times, lengths and zones as people type them: what they mean, and what is said of those that cannot be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers._events import timing
from handlers._events.refusing import UnreadableError
from handlers._events.zones import zone_of

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("12 月 5 日 14:00", "2026-12-05 14:00", ""),
        ("12月5日14：00", "2026-12-05 14:00", ""),
        ("12.5 14:00-17:00", "2026-12-05 14:00", "2026-12-05 17:00"),
        ("12/5 14:00", "2026-12-05 14:00", ""),
        ("2026-12-05 14:00", "2026-12-05 14:00", ""),
        ("2026-12-05T14:00", "2026-12-05 14:00", ""),
        ("2027 年 1 月 5 日 9:05", "2027-01-05 09:05", ""),
        ("12 月 5 日（周六）14:00", "2026-12-05 14:00", ""),
        ("本周四 20:00", "2026-11-26 20:00", ""),
        ("周四 20:00", "2026-11-26 20:00", ""),
        ("周一 08:00", "2026-11-30 08:00", ""),  # this one is past
        ("周一 20:00", "2026-11-23 20:00", ""),
        ("下周二 20:00", "2026-12-01 20:00", ""),
        ("下下周二 20:00", "2026-12-08 20:00", ""),
        ("星期天晚上8点", "2026-11-29 20:00", ""),
        ("明天 20:00", "2026-11-24 20:00", ""),
        ("今晚 8 点", "2026-11-23 20:00", ""),
        ("明晚8点半", "2026-11-24 20:30", ""),
        ("大后天 10:00", "2026-11-26 10:00", ""),
        ("12月5日14点30分", "2026-12-05 14:30", ""),
        ("12月3日 下午2点到5点", "2026-12-03 14:00", "2026-12-03 17:00"),
        ("12 月 3 日 20:00 50 分钟", "2026-12-03 20:00", "2026-12-03 20:50"),
        ("12月3日 20:00，一个半小时", "2026-12-03 20:00", "2026-12-03 21:30"),
        ("12.5 22:00-00:30", "2026-12-05 22:00", "2026-12-06 00:30"),
        ("12 月 5 日 9:00 到 12 月 6 日 17:00", "2026-12-05 09:00", "2026-12-06 17:00"),
        ("11 月 1 日 10:00", "2027-11-01 10:00", ""),  # the next one that comes
        ("thu 20:00", "2026-11-26 20:00", ""),
        ("next Tuesday 8:00 pm", "2026-12-01 20:00", ""),
        ("tomorrow 20:00 90 min", "2026-11-24 20:00", "2026-11-24 21:30"),
        ("2026-12-05 14:00 纽约时间", "2026-12-06 03:00", ""),
    ],
)
def test_times(said: str, start: str, end: str) -> None:
    found = timing.when(said, NOW, SHANGHAI)
    assert f"{found.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == start
    shown = f"{found.ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if found.ends_at else ""
    assert shown == end


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("2026-02-30 25:61", "2 月没有 30 日。时间这样写：12 月 5 日 14:00"),
        ("12.5 25:61", "没有 25:61 这个时刻。时间这样写：12 月 5 日 14:00"),
        ("13 月 1 日 10:00", "一年没有 13 月。时间这样写：12 月 5 日 14:00"),
        ("2027-02-29 10:00", "2 月没有 29 日。"),
        ("2026-11-31 10:00", "11 月没有 31 日。"),
        ("14:00", "「14:00」是哪一天的？"),
        ("12 月 5 日", "「12 月 5 日」几点开始？"),
        ("12.5 14:00-13:00", "结束 13:00 不晚于开始 14:00。"),
        ("12.5 14:00-14:00", "结束 14:00 不晚于开始 14:00。"),
        ("12 月 6 日 9:00 到 12 月 5 日 17:00", "结束 2026-12-05 17:00 不晚于开始 2026-12-06 09:00。"),
        ("12 月 5 日 9:00 到 2027-05-05 17:00", "一场活动最长 60 天。"),
        ("昨天 20:00", "没看懂「昨天 20:00」是什么时候。"),
        ("", "没看懂「」是什么时候。"),
        ("随便什么时候", "没看懂"),
        ("2020-01-01 10:00", "2020-01-01 10:00 已经过去了。"),
        ("本周一 08:00", "2026-11-23 08:00 已经过去了。"),
        ("2040-01-01 10:00", "2040-01-01 10:00 太远了"),
        ("12 月 5 日 14:00 0 分钟", "没看懂「0 分钟」是多久。"),
        ("2026-12-05 14:00 火星时间", "没有「火星」这个时区"),
        ("2027-03-14 02:30 纽约时间", "America/New_York 那天要拨钟，2027-03-14 02:30 不存在；之后最早是 03:00。"),
        ("2027-10-03 02:10 Australia/Lord_Howe时间", "2027-10-03 02:10 不存在；之后最早是 02:30。"),
    ],
)
def test_what_cannot_be_meant(said: str, wrong: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        timing.when(said, NOW, SHANGHAI)
    assert wrong in refused.value.said("zh")
    assert refused.value.said("en")


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    found = timing.when("2027-11-07 01:30 纽约时间", NOW, SHANGHAI)
    assert found.starts_at == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert found.zone.key == "America/New_York"


def test_in_a_line() -> None:
    found, rest = timing.found_in("线上分享 12 月 3 日 20:00 50 分钟 柏舟/苇间数据 https://a.b/12-3", NOW, SHANGHAI)
    assert found is not None
    assert found.starts_at == datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
    assert rest.split() == ["线上分享", "柏舟/苇间数据", "https://a.b/12-3"]
    assert timing.found_in("线上分享 柏舟", NOW, SHANGHAI) == (None, "线上分享 柏舟")


def test_days() -> None:
    found, rest = timing.left_out("每周二 20:00 停 12 月 31 日、1 月 2 日", date(2026, 11, 23))
    assert found == {date(2026, 12, 31), date(2027, 1, 2)}
    assert rest == "每周二 20:00"
    with pytest.raises(UnreadableError):
        timing.days("2 月 30 日", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("50 分钟", 50), ("1.5 小时", 90), ("一个半小时", 90), ("半小时", 30), ("两小时", 120), ("1 小时 30 分", 90),
     ("2 天", 2880), ("90min", 90), ("1 h", 60), ("2 days", 2880)],
)  # fmt: skip
def test_lengths(said: str, minutes: int) -> None:
    assert timing.length(said) == timedelta(minutes=minutes)


@pytest.mark.parametrize("said", ["0 分钟", "abc", "", "-5 分钟", "100 天", "9999 天", "5"])
def test_no_lengths(said: str) -> None:
    with pytest.raises(UnreadableError):
        timing.length(said)


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("东京", "Asia/Tokyo"),
        ("纽约时间", "America/New_York"),
        ("new york", "America/New_York"),
        ("北京", "Asia/Shanghai"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Lord_Howe", "Australia/Lord_Howe"),
        ("UTC", "UTC"),
        ("cst", "Asia/Shanghai"),
    ],
)
def test_zones(said: str, zone: str) -> None:
    assert zone_of(said).key == zone


@pytest.mark.parametrize(
    ("said", "near"), [("Asia/Shangai", "Asia/Shanghai"), ("Europe/Berln", "Europe/Berlin"), ("../etc/passwd", "")]
)
def test_a_zone_that_does_not_exist(said: str, near: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        zone_of(said)
    assert near in refused.value.said("zh")
