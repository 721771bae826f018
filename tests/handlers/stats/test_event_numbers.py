"""Figures of events in words: brackets, few and many, one and several, and what nobody could see."""

from __future__ import annotations

from typing import Any

import pytest

from handlers._events.numbers import NAMES, line, lines, paired
from storage.metrics import Covered, Missing, Unit, Value


def value(name: str, n: int = 0, of: int | None = None, unit: Unit = Unit.COUNT, **more: Any) -> Value:
    number: float | None = n if of is None else n / of
    parts, missing = more.get("parts", {}), more.get("missing")
    number = more.get("value", number) if missing is None else None
    return Value(name, unit, n, number, of, missing, None, Covered({}), {}, parts)


def told(**more: Value) -> dict[str, Value]:
    found = {name: value(name) for name in NAMES}
    found |= {name: value(name, missing=Missing.NOTHING) for name in ("attendance_rate", "carry_over", "event_score")}
    return found | more


FULL = told(
    events_held=value("", 3),
    event_cities=value("", 2),
    event_registrations=value("", 120),
    registrations_by_source=value("", 120, parts={"link": 20, "group": 100}),
    event_checkins=value("", 88, parts={"held": 2, "unattended": 1}),
    attendance_rate=value("", 88, 120, Unit.SHARE),
    first_timers=value("", 30),
    no_shows=value("", 32),
    carry_over=value("", 9, 12, Unit.SHARE),
    sharing_companies=value("", 4),
    attending_companies=value("", 21),
    event_score=value("", 40, unit=Unit.SCORE, value=4.55),
)
BEFORE = told(
    events_held=value("", 2), event_registrations=value("", 98), event_checkins=value("", 70),
    attendance_rate=value("", 70, 98, Unit.SHARE), event_score=value("", 1, unit=Unit.SCORE, value=4.2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh",
            [
                "办过 3 场（2），2 个城市",
                "报名 120（98）：群里 100、链接 20",
                "到场 88（70），到场率 73%，88/120（71%，70/98）；1 场没有签到记录，没算",
                "第一次来 30（0），报名没来 32（0），上一轮的人又来 9/12",
                "企业 分享 4（0），到场 21（0） · 评分 4.5（4.2），40 人打分",
            ],
        ),
        (
            "en",
            [
                "Held 3 (2), in 2 cities",
                "Registered 120 (98): in groups 100, by link 20",
                "Came 88 (70), attendance 73%, 88/120 (71%, 70/98); 1 without check-ins, left out",
                "First time 30 (0), no-shows 32 (0), back from the round before 9/12",
                "Companies: 4 (0) shared, 21 (0) came · Score 4.5 (4.2), from 40",
            ],
        ),
    ],
)
def test_all_of_them(language: str, said: list[str]) -> None:
    assert lines(paired(FULL, BEFORE), language) == said


def test_what_nobody_could_see_is_said_and_never_0() -> None:
    unseen = {
        name: value(name, missing=Missing.NOT_OBSERVABLE)
        for name in ("event_checkins", "attendance_rate", "no_shows", "first_timers", "attending_companies")
    }
    found = told(events_held=value("", 1), event_cities=value("", 1), event_registrations=value("", 5), **unseen)
    assert lines(paired(found, {}), "zh") == ["办过 1 场，1 个城市", "报名 5", "到场看不到：没有一场有人签到"]
    assert line(paired(found, {}), "zh") == "活动 办过 1 场，报名 5，到场看不到：没有一场有人签到"
    assert lines(paired(told(), {}), "zh") == []
    assert line(paired(told(), {}), "en") == ""


def test_one_line_for_a_digest_of_much_else() -> None:
    assert line(paired(FULL, BEFORE), "en") == (
        "Events: Held 3 (2), Registered 120 (98), Came 88 (70), attendance 73%, 88/120 (71%, 70/98); "
        "1 without check-ins, left out"
    )
