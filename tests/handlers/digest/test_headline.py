"""The second line of the digest: one sentence from two figures, in every combination."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers._wording.figures import Compared
from handlers._wording.spans import Span
from handlers.digest._headline import headline, quiet
from storage.metrics import Covered, Missing, Period, Scope, Unit, Value

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
WEEK = Period(NOW - timedelta(days=7), NOW)
MINUTE = 60


def questions(count: int | None, left_out: int = 0) -> Value:
    missing = Missing.NOT_OBSERVABLE if count is None else None
    covered = Covered({}, left_out=left_out)
    return Value("questions", Unit.COUNT, count or 0, count, None, missing, None, covered, {}, {})


def waits(minutes: float | None, n: int) -> Value:
    value = None if minutes is None else minutes * MINUTE
    missing = None if minutes is not None else Missing.NOTHING
    return Value("first_response_time", Unit.SECONDS, n, value, n, missing, None, Covered({}), {}, {})


def compared(
    now: tuple[int | None, float | None], before: tuple[int, float | None] | None, left_out: int = 0
) -> Compared:
    def told(pair: tuple[int | None, float | None]) -> dict[str, Value]:
        return {"questions": questions(pair[0], left_out), "first_response_time": waits(pair[1], pair[0] or 0)}

    earlier = told(before) if before else {}
    return Compared(Scope("group:1", "", (1,)), WEEK, WEEK, told(now), earlier, frozenset(), NOW)


@pytest.mark.parametrize(
    ("now", "before", "zh", "en"),
    [
        ((143, 11), (128, 14), "问题多了 12%，等的时间反而短了。", "12% more questions, and yet shorter waits."),
        ((143, 20), (128, 14), "问题多了 12%，等的时间也长了。", "12% more questions, and longer waits."),
        ((112, 11), (128, 14), "问题少了 12%，等的时间也短了。", "12% fewer questions, and shorter waits."),
        ((112, 20), (128, 14), "问题少了 12%，等的时间反而长了。", "12% fewer questions, and yet longer waits."),
        ((128, 20), (128, 14), "问题和上周一样多，等的时间长了。",
         "As many questions as last week, with longer waits."),
        ((143, 14.5), (128, 14), "问题多了 12%，等的时间差不多。", "12% more questions, waits about as long."),
        ((143, 0.5), (128, 1.2), "问题多了 12%，等的时间差不多。", "12% more questions, waits about as long."),
        ((21, 5), (18, 9), "问题多了 3 个，等的时间反而短了。", "3 more questions, and yet shorter waits."),
        ((3, None), (5, 9), "问题少了 2 个，还没人应。", "2 fewer questions, no response yet."),
        ((3, 9), (5, None), "问题少了 2 个，一半在 9 分钟内有人应。",
         "2 fewer questions, half of them had a response within 9 minutes."),
        ((14, 11), None, "14 个问题，一半在 11 分钟内有人应。",
         "14 questions, half of them had a response within 11 minutes."),
        ((1, None), None, "1 个问题，还没人应。", "1 question, no response yet."),
        ((0, None), (5, 9), "这一周没有人提问。", "Nobody asked anything this week."),
    ],
)  # fmt: skip
def test_headline(now: tuple[int, float | None], before: tuple[int, float | None] | None, zh: str, en: str) -> None:
    assert headline(compared(now, before), Span.WEEKLY, "zh") == zh
    assert headline(compared(now, before), Span.WEEKLY, "en") == en


def test_what_cannot_be_seen_is_said() -> None:
    assert (
        headline(compared((None, None), None, left_out=9), Span.WEEKLY, "zh")
        == "这里我只看得到 @ 我的消息，下面不是全貌。"
    )
    assert headline(compared((None, None), None), Span.WEEKLY, "zh") == "这一周群里的消息我没看到，数字先不报。"


@pytest.mark.parametrize(
    ("asked", "responded", "said"),
    [
        (4, 4, "群里安静：4 个问题，都有人应了。下周见。"),
        (4, 3, "群里安静：4 个问题，3 个有人应了。下周见。"),
        (0, 0, "群里安静，没有人提问。下周见。"),
        (1, 1, "群里安静：1 个问题，有人应了。下周见。"),
        (2, 0, "群里安静：2 个问题，还没人应，知道一点就说一句。下周见。"),
    ],
)
def test_a_quiet_week(asked: int, responded: int, said: str) -> None:
    found = compared((asked, 5), None)
    told = {"questions": questions(asked), "first_response_time": waits(5 if responded else None, responded)}
    assert quiet(Compared(found.scope, WEEK, WEEK, told, {}, frozenset(), NOW), Span.WEEKLY, "zh") == said


@pytest.mark.parametrize(
    ("span", "as_many", "nobody", "calm"),
    [
        (Span.DAILY, "问题和前一天一样多，等的时间长了。", "这一天没有人提问。", "群里安静，没有人提问。明天见。"),
        (Span.WEEKLY, "问题和上周一样多，等的时间长了。", "这一周没有人提问。", "群里安静，没有人提问。下周见。"),
        (Span.MONTHLY, "问题和上月一样多，等的时间长了。", "这个月没有人提问。", "群里安静，没有人提问。下月见。"),
    ],
)
def test_each_span_is_called_by_its_name(span: Span, as_many: str, nobody: str, calm: str) -> None:
    assert headline(compared((128, 20), (128, 14)), span, "zh") == as_many
    assert headline(compared((0, None), (5, 9)), span, "zh") == nobody
    assert quiet(compared((0, None), None), span, "zh") == calm
