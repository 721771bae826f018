"""The template of a series: lines that are read, lines that are refused, and the shipped one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from handlers.series._template import (
    Ahead,
    Flag,
    Round,
    Settings,
    decoded,
    encoded,
    lines_of,
    read_goal,
    read_round,
    read_todo,
    template_of,
)
from storage.events import Kind


def test_lines_are_read() -> None:
    assert read_round("tour +0 第一轮 城市行") == Round(Kind.TOUR, 0, "第一轮 城市行")
    assert read_todo("T-60 场地定下来") == Ahead("", 60, "场地定下来")
    assert read_todo("summit T-7 核对  名单") == Ahead("summit", 7, "核对 名单")
    assert read_todo("2 T-0 开门") == Ahead("2", 0, "开门")
    assert read_goal("1 签到 40") == Flag(1, "签到", 40)
    assert read_goal("2 找到本地负责人") == Flag(2, "找到本地负责人", None)


@pytest.mark.parametrize(
    "values",
    [
        {"rounds": ["party +0 第一轮"]},
        {"rounds": ["tour 0 第一轮"]},
        {"rounds": ["tour +99 第一轮"]},
        {"rounds": ["tour +1 第一轮"]},  # the first one is +0
        {"rounds": ["tour +0 一", "tour +2 三", "tour +1 二"]},
        {"rounds": ["tour +0 一"] * 13},
        {"todos": ["T60 场地"]},
        {"todos": ["T-366 场地"]},
        {"todos": ["T-6"]},
        {"todos": ["party T-6 场地"]},
        {"goals": ["签到 40"]},
        {"goals": ["0 签到"]},
        {"round": ["tour +0 一"]},
    ],
)
def test_lines_are_refused(values: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


def test_a_fault_says_how_it_is_written() -> None:
    with pytest.raises(ValidationError, match=r"KIND \+MONTHS NAME"):
        Settings.model_validate({"rounds": ["第一轮"]})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_one(language: str) -> None:
    lines = lines_of(Settings(), language)
    Settings.model_validate(lines)
    found = template_of(lines)
    assert [one.months for one in found.rounds] == [0, 1, 2, 3]
    assert found.rounds[-1].kind is Kind.SUMMIT
    assert {60, 30, 7} == {todo.days for todo in found.todos}
    assert {goal.round for goal in found.goals} == {1, 2, 3, 4}
    assert decoded(encoded(lines)) == found


def test_what_is_set_holds_by_itself() -> None:
    lines = lines_of(Settings(rounds=("talk +0 一", "talk +1 二")), "zh")
    found = template_of(lines)
    assert [one.name for one in found.rounds] == ["一", "二"]
    assert {goal.round for goal in found.goals} == {1, 2}  # others name rounds that there are not
    assert found.todos == template_of(lines_of(Settings(), "zh")).todos
