"""Which period and which groups are asked for, in words: 上月 同类群, last month segment, 30 days all; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers import Text
from storage.metrics import Period, day_of, last_days, month_of, quarter_of, week_of, year_of

LONGEST = 366  # days
_COUNTED = r"(?:近 ?|last )?\d{1,4}(?: ?天| ?days?)?"
_DAY = timedelta(days=1)

_Cut = Callable[[date, ZoneInfo], Period]


class Reach(StrEnum):
    """Of which groups figures are asked for."""

    HERE = "here"
    SEGMENT = "segment"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Span:
    """A period that has a name.

    Attributes:
        name: What it is called.
        cut: The period that holds a day.
        back: Whether the one before is meant: 上周 is the week before the one that holds today.
    """

    name: Text
    cut: _Cut
    back: bool = False

    def period(self, today: date, zone: ZoneInfo) -> Period:
        """Return the period, seen from a local day."""
        found = self.cut(today, zone)
        return self.cut(found.since.astimezone(zone).date() - _DAY, zone) if self.back else found


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
        span: A period with a name; None: the last `days` days, today included.
        days: How many; None: as many as the settings say.
        reach: Of which groups.
        group: The name of another group, where one was given.
    """

    span: Span | None = None
    days: int | None = None
    reach: Reach = Reach.HERE
    group: str = ""

    def period(self, today: date, zone: ZoneInfo, days: int) -> Period:
        """Return the period, seen from a local day; `days` is what the settings say."""
        return self.span.period(today, zone) if self.span else last_days(self.days or days, today, zone)


_SPANS = {
    "day|today|今天|今日": Span(Text(zh="今天", en="today"), day_of),
    "yesterday|昨天|昨日": Span(Text(zh="昨天", en="yesterday"), day_of, back=True),
    "week|this week|本周|这周|这一周": Span(Text(zh="本周", en="this week"), week_of),
    "last week|上周|上一周": Span(Text(zh="上周", en="last week"), week_of, back=True),
    "month|this month|本月|这个月": Span(Text(zh="本月", en="this month"), month_of),
    "last month|上月|上个月": Span(Text(zh="上月", en="last month"), month_of, back=True),
    "quarter|this quarter|本季|本季度|这个季度": Span(Text(zh="本季度", en="this quarter"), quarter_of),
    "last quarter|上季|上季度|上个季度": Span(Text(zh="上季度", en="last quarter"), quarter_of, back=True),
    "year|this year|今年|本年": Span(Text(zh="今年", en="this year"), year_of),
    "last year|去年|上年": Span(Text(zh="去年", en="last year"), year_of, back=True),
}
_REACHES = {
    "here|本群|这个群": Reach.HERE,
    "segment|同类群|同类": Reach.SEGMENT,
    "all|全部|所有群|全社区": Reach.ALL,
}
_BY_WORD = {word: span for words, span in _SPANS.items() for word in words.split("|")}
_REACH_BY_WORD = {word: reach for words, reach in _REACHES.items() for word in words.split("|")}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_PERIOD = rf"(?:{_any(_BY_WORD)}|{_COUNTED})"
_REACH = rf"(?:{_any(_REACH_BY_WORD)}|「[^」\n]{{1,60}}」)"
WORDS = rf"(?:{_PERIOD}(?: ?{_REACH})?|{_REACH}(?: ?{_PERIOD})?)"  # what a command takes after its name
_SPLIT = re.compile(
    rf"(?i:(?:(?P<first>{_PERIOD})(?: ?(?P<of>{_REACH}))?|(?P<these>{_REACH})(?: ?(?P<then>{_PERIOD}))?))"
)


def parse(text: str) -> Asked | None:
    """Return what words ask for; None where they are none of ours, or more days than a year has."""
    if not text:
        return Asked()
    found = _SPLIT.fullmatch(text.casefold())
    if found is None:
        return None
    period, of = found["first"] or found["then"] or "", found["of"] or found["these"] or ""
    reach = _REACH_BY_WORD.get(of, Reach.HERE)
    group = "" if of in _REACH_BY_WORD else of.strip("「」")
    if not re.fullmatch(_COUNTED, period):
        return Asked(_BY_WORD.get(period), None, reach, group)
    days = int(re.sub(r"\D", "", period))
    return Asked(None, days, reach, group) if 1 <= days <= LONGEST else None
