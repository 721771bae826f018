"""What stands beside figures: their names and definitions, what was revised, growth, and rising topics."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.frames import GroupKind
from storage.groups import Group
from storage.metrics import (
    FIGURES,
    Scope,
    UnknownFigureError,
    evaluate,
    figure,
    find,
    growth,
    printable,
    revised,
    risen,
)
from tests.storage.metrics.world import NOW, OPTIONS, WEEK, hours, question, sample


def test_every_figure_is_published() -> None:
    for name, found in FIGURES.items():
        assert found.name == name
        assert found.zh, name
        assert found.definition("zh").endswith("。"), name
        assert found.definition("en").endswith("."), name
        assert found.label("en") != found.label("zh"), name
    for label in ("zh", "en"):
        assert len({found.label(label) for found in FIGURES.values()}) == len(FIGURES)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("首次响应", "first_response_time"),
        ("解决率", "resolution_rate"),
        ("r7", "r7"),
        ("R7", "r7"),
        ("七天", "r7"),
        ("提问", "questions"),
        ("first response", "first_response_time"),
        ("24 小时", "response_rate_24h"),
        ("活跃", "active"),
        (" WAU ", "wau"),
    ],
)
def test_figures_are_found_by_the_words_people_use(word: str, name: str) -> None:
    found = find(word)
    assert found is not None
    assert found.name == name


def test_an_unknown_figure_is_said_to_be_unknown() -> None:
    assert find("天气") is None
    assert find(" ") is None
    with pytest.raises(UnknownFigureError, match="first_response_time"):
        figure("weather")


def test_scopes_have_stable_keys() -> None:
    group = Group(5, "qq", "123", GroupKind.GROUP, "PG 交流 3 群", None, None, None, None)
    assert Scope.group(group) == Scope("group:5", "PG 交流 3 群", (5,))
    assert Scope.segment("region", "成都", [group]) == Scope("segment:region=成都", "成都", (5,))
    assert Scope.segment("general", "", [group]).label == "general"
    assert Scope.community([group], "PG 中文社区").key == "community"


NAMES = ["questions", "first_response_time", "response_rate_24h", "topics", "resolution_rate"]


def test_what_was_corrected_since_is_revised_and_what_merely_grew_older_is_not() -> None:
    print_at = WEEK.until + hours(9)
    asked = [
        question(at=WEEK.until - hours(30), responded=1, topic="wal"),
        question(at=WEEK.until - hours(20), topic="wal"),
    ]

    def at(now: datetime, *threads: Any) -> dict[str, Any]:
        return printable(evaluate(NAMES, sample(*threads), now, OPTIONS))

    printed = at(print_at, *asked)
    answered_later = [asked[0], question(at=WEEK.until - hours(20), responded=48, topic="wal")]
    assert revised(printed, at(print_at, *answered_later)) == set()
    assert revised(printed, at(print_at + timedelta(days=7), *answered_later)) == {
        "first_response_time",
        "response_rate_24h",
    }
    corrected = [asked[0], question(at=WEEK.until - hours(20), topic="plan")]
    assert revised(printed, at(print_at, *corrected)) == {"topics"}
    ruled_out = [asked[0], question(at=WEEK.until - hours(20), topic="wal", invalid=1)]
    gone = {"questions", "topics", "response_rate_24h", "resolution_rate"}
    assert revised(printed, at(print_at, *ruled_out)) == gone
    kept = json.loads(json.dumps(printed))
    assert kept["first_response_time"] == {"value": 3600, "n": 1, "p90": 3600, "mean": 3600}
    assert revised(kept, at(print_at, *asked)) == set()
    assert revised({"questions": 3, "old": 1}, {"questions": 3, "new": 1}) == set()


def test_growth_and_rising_topics() -> None:
    now = evaluate(
        NAMES, sample(*[question(topic=key) for key in ("wal", "wal", "wal", "plan", "ha", "")]), NOW, OPTIONS
    )
    before = evaluate(NAMES, sample(*[question(topic=key) for key in ("wal", "plan", "", "ha", "ha")]), NOW, OPTIONS)
    assert growth(now["questions"], before["questions"]) == 0.2
    assert risen(now["topics"], before["topics"]) == [("wal", 3, 1)]
    nothing = evaluate(NAMES, sample(), NOW, OPTIONS)
    assert growth(now["questions"], nothing["questions"]) is None
    assert growth(nothing["first_response_time"], now["questions"]) is None
