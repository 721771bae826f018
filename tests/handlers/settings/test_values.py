"""Values of settings as people write them: the model judges, and says kindly what it takes."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from handlers import UserError
from handlers._router import Feature, Router
from handlers._rules import RuleText
from handlers._settings import effective
from handlers.settings._values import read, shown


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    days: int = Field(default=7, ge=1, le=366)
    share: float = 0.5
    when: RuleText = "mon 09:00"
    at: time = time(9, 0)
    sharing: Literal["community", "group", "nobody"] = "community"
    names: tuple[str, ...] = ("a", "b")
    token: SecretStr = SecretStr("hidden")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("enabled", "off", False),
        ("enabled", "关", False),
        ("enabled", "开", True),
        ("enabled", "true", True),
        ("days", "30", 30),
        ("share", "0.25", 0.25),
        ("when", "周五 18:00", "周五 18:00"),
        ("when", "every 5s", "every 5s"),
        ("at", "18:30", "18:30:00"),
        ("sharing", "nobody", "nobody"),
        ("names", "thanks, figures、events", ["thanks", "figures", "events"]),
        ("names", "thanks", ["thanks"]),
    ],
)
def test_read(key: str, text: str, value: Any) -> None:
    assert read(Model(), key, text, f"model.{key}", "zh") == value


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("enabled", "maybe", "要 on 或 off"),
        ("days", "seven", "要一个整数"),
        ("days", "0", "最小 1"),
        ("days", "999", "最大 366"),
        ("share", "half", "要一个数"),
        ("when", "0 9 * * 1", "时间这样写：周一 09:00"),
        ("when", "2026-02-30 25:61", "时间这样写：周一 09:00"),
        ("when", "mon 25:00", "时间这样写：周一 09:00"),
        ("at", "25:61", "时间这样写：09:00"),
        ("sharing", "everyone", "只能是 community、group、nobody"),
        ("days", "{0.__class__}", "「{0.__class__}」"),
        ("days", "%(x)s{{7*7}}", "「%(x)s{{7*7}}」"),
        ("days", "9" * 5000, "…」"),
        ("names", "x" * 301, "太长了，最多 300 个字"),
    ],
)
def test_refused_kindly(key: str, text: str, why: str) -> None:
    with pytest.raises(UserError) as refused:
        read(Model(), key, text, f"model.{key}", "zh")
    assert why in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("value", "said"),
    [(True, "on"), (False, "off"), (7, "7"), (("a", "b"), "a、b"), ((), "-"), ("", "-"), (SecretStr("x"), "***")],
)
def test_shown(value: Any, said: str) -> None:
    assert shown(value) == said


def feature(**values: Any) -> Feature:
    return Feature("model", Router(Model), Model(**values))


@pytest.mark.parametrize(
    ("overrides", "days", "when"),
    [
        ({}, 14, "mon 09:00"),
        ({"model.days": 30}, 30, "mon 09:00"),
        ({"other.days": 30}, 14, "mon 09:00"),
        ({"model.days": 30, "model.when": "fri 18:00"}, 30, "fri 18:00"),
        ({"model.gone": 1, "model.days": 30}, 30, "mon 09:00"),  # a key of an older release
        ({"model.days": 0, "model.when": "fri 18:00"}, 14, "fri 18:00"),  # a bound that came later
        ({"modelx.days": 3, "model.days.x": 3}, 14, "mon 09:00"),
    ],
)
def test_an_old_override_does_not_stop_a_group(overrides: dict[str, Any], days: int, when: str) -> None:
    found = effective(feature(days=14), overrides)
    assert (found.days, found.when) == (days, when)
