"""What a series is made of: rounds, to-dos before each and what each is to reach, in lines that people write.

rounds  KIND +MONTHS NAME         tour +0 第一轮 城市行
todos   [KIND or ROUND] T-DAYS WHAT    T-60 场地定下来, summit T-60 …, 2 T-7 …
goals   ROUND GOAL [NUMBER]       1 签到 40
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from handlers._rules import RuleText
from storage.events import Kind

FILE = Path(__file__).with_name("template.toml")
ROUNDS, LINES, MONTHS, DAYS = 12, 60, 36, 365
_KINDS = "|".join(kind.value for kind in Kind)
_ROUND = re.compile(rf"({_KINDS}) \+(\d{{1,2}}) (\S.{{0,59}})")
_TODO = re.compile(rf"(?:({_KINDS}|[1-9]\d?) )?T-(\d{{1,3}}) (\S.{{0,99}})")
_GOAL = re.compile(r"([1-9]\d?) (\S.{0,59}?)(?: (\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Round:
    """An event of the series: of what kind, how many months after the first, and its name."""

    kind: Kind
    months: int
    name: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What has to be done so many days before; before every round, those of a kind, or one by its number."""

    before: str
    days: int
    what: str

    def concerns(self, number: int, kind: Kind) -> bool:
        """Say whether it has to be done before a round."""
        return self.before in {"", kind.value, str(number)}


@dataclass(frozen=True, slots=True)
class Flag:
    """What a round is to reach before the next; without a number it is reached or not."""

    round: int
    goal: str
    wanted: int | None


@dataclass(frozen=True, slots=True)
class Template:
    """A series as it is meant."""

    rounds: tuple[Round, ...]
    todos: tuple[Ahead, ...]
    goals: tuple[Flag, ...]


def read_round(line: str) -> Round:
    """Return the round that a line means.

    Raises:
        ValueError: It is none.
    """
    found = _ROUND.fullmatch(" ".join(line.split()))
    if found is None or int(found[2]) > MONTHS:
        raise PydanticCustomError("round", "a round is written KIND +MONTHS NAME: tour +0 第一轮 城市行")
    return Round(Kind(found[1]), int(found[2]), found[3])


def read_todo(line: str) -> Ahead:
    """Return the to-do that a line means.

    Raises:
        ValueError: It is none.
    """
    found = _TODO.fullmatch(" ".join(line.split()))
    if found is None or int(found[2]) > DAYS:
        raise PydanticCustomError(
            "todo", "a to-do is written T-DAYS WHAT, with a kind or round before: summit T-60 场地"
        )
    return Ahead(found[1] or "", int(found[2]), found[3])


def read_goal(line: str) -> Flag:
    """Return the goal that a line means.

    Raises:
        ValueError: It is none.
    """
    found = _GOAL.fullmatch(" ".join(line.split()))
    if found is None:
        raise PydanticCustomError("goal", "a goal is written ROUND GOAL NUMBER: 1 签到 40")
    return Flag(int(found[1]), found[2], int(found[3]) if found[3] else None)


def kind_of(line: str) -> str | None:
    """Return which of the lists a line belongs to by the way it is written; None: none."""
    for name, pattern in (("rounds", _ROUND), ("todos", _TODO), ("goals", _GOAL)):
        if pattern.fullmatch(line):
            return name
    return None


def _checked(read: Any) -> AfterValidator:
    def check(line: str) -> str:
        read(line)
        return " ".join(line.split())

    return AfterValidator(check)


class Settings(BaseModel):
    """`[handlers.series]`. Without rounds, to-dos or goals the shipped ones hold, each by itself.

    Attributes:
        remind: When people are reminded of what is due, in the community's zone.
        rounds: The events of a series: kind, months after the first, name.
        todos: What has to be done before each, so many days before.
        goals: What each round is to reach.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    remind: RuleText = "daily 09:30"
    rounds: tuple[Annotated[str, _checked(read_round)], ...] = Field((), max_length=ROUNDS)
    todos: tuple[Annotated[str, _checked(read_todo)], ...] = Field((), max_length=LINES)
    goals: tuple[Annotated[str, _checked(read_goal)], ...] = Field((), max_length=LINES)

    @field_validator("rounds")
    @classmethod
    def _in_order(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        months = [read_round(line).months for line in lines]
        if months and (months[0] != 0 or months != sorted(months)):
            raise PydanticCustomError("order", "the first round is +0, and none comes before the one above it")
        return lines


@cache
def _shipped() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def lines_of(settings: Settings, language: str) -> dict[str, list[str]]:
    """Return the lines that hold: those of the settings, else the shipped ones in a language."""
    shipped = _shipped()["en" if language == "en" else "zh"]
    return {name: list(getattr(settings, name)) or shipped[name] for name in ("rounds", "todos", "goals")}


def template_of(lines: dict[str, list[str]]) -> Template:
    """Return what lines mean; goals of rounds that there are not are left out."""
    rounds = tuple(read_round(line) for line in lines["rounds"])
    goals = [goal for goal in map(read_goal, lines["goals"]) if goal.round <= len(rounds)]
    return Template(rounds, tuple(map(read_todo, lines["todos"])), tuple(goals))


def encoded(lines: dict[str, Sequence[str]] | dict[str, list[str]]) -> str:
    """Return lines as a series keeps them."""
    return json.dumps(lines, ensure_ascii=False)


def decoded(text: str) -> Template:
    """Return the template that a series was made from."""
    return template_of(json.loads(text))
