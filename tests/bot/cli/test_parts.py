"""The pure parts of the commands: periods, what doctor says of a group, the configuration that init writes."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from pydantic import BaseModel, Field, SecretStr
from typer.testing import CliRunner

from bot.adapters import Question
from bot.cli._groups import sight
from bot.cli._init import Answers, answered, toml, typed, written
from bot.cli._opening import RefusalError
from bot.cli._periods import period_of
from bot.cli._values import number, text
from storage.frames import GroupKind
from storage.groups import Coverage, Group, Span
from storage.maintenance import Mark
from storage.metrics import Bound, Covered, Missing, Unit, Value

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)  # a Wednesday, noon in Shanghai
GROUP = Group(5, "qq", "777", GroupKind.GROUP, "PG 交流", 1, None, None, None)


@pytest.mark.parametrize(
    ("since", "until", "week", "first", "after"),
    [
        (None, None, False, "2026-11-19", "2026-11-26"),
        (None, None, True, "2026-11-16", "2026-11-23"),
        ("2026-11-01", None, False, "2026-11-01", "2026-11-26"),
        (None, "2026-11-10", False, "2026-11-04", "2026-11-11"),
        ("2026-11-10", "2026-11-10", False, "2026-11-10", "2026-11-11"),
    ],
)
def test_periods_are_local_days(since: str | None, until: str | None, week: bool, first: str, after: str) -> None:
    period = period_of(since, until, NOW, ZONE, week=week)
    assert period.since == datetime.fromisoformat(f"{first}T00:00:00+08:00")
    assert period.until == datetime.fromisoformat(f"{after}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("since", "until", "week"),
    [
        ("tomorrow", None, False),
        (None, "2026-13-01", False),
        ("2026-11-10", "2026-11-09", False),
        ("2026-11-10", None, True),
    ],
)
def test_periods_that_make_no_sense(since: str | None, until: str | None, week: bool) -> None:
    with pytest.raises(RefusalError):
        period_of(since, until, NOW, ZONE, week=week)


def span(coverage: Coverage, since: int, until: int | None) -> Span:
    """Return a span from so many days ago to so many days ago."""
    return Span(5, coverage, NOW - timedelta(days=since), None if until is None else NOW - timedelta(days=until), None)


@pytest.mark.parametrize(
    ("spans", "account", "mark", "words"),
    [
        ([span(Coverage.FULL, 9, None)], "onebot", Mark.OK, "all messages visible"),
        ([span(Coverage.FULL, 9, None), span(Coverage.NONE, 2, 1)], "onebot", Mark.WARN, "1 gaps"),
        ([span(Coverage.FULL, 99, None), span(Coverage.NONE, 90, 80)], "onebot", Mark.OK, "all messages visible"),
        ([span(Coverage.MENTIONS, 9, None)], "dingtalk", Mark.WARN, "only what is said to the bot"),
        ([span(Coverage.IMPORTED, 99, 50)], None, Mark.OK, "imported up to 2026-10-06"),
        ([span(Coverage.FULL, 99, 50)], "onebot", Mark.WARN, "nothing is heard"),
        ([], None, Mark.WARN, "no account listens"),
    ],
)
def test_what_is_visible_of_a_group(spans: list[Span], account: str | None, mark: Mark, words: str) -> None:
    found = sight(GROUP, spans, account, NOW - timedelta(days=7))
    assert (found.mark, found.what.startswith("group 5 PG 交流 (qq): ")) == (mark, True)
    assert words in found.what
    assert bool(found.remedy) == (mark is Mark.WARN)


def test_what_init_writes_is_what_was_answered() -> None:
    answers = Answers("en", 'A "quoted" \\ name\n', "bot", "Asia/Tokyo", "postgresql://x@h/d", "onebot")
    answers.settings = {"mode": "reverse", "port": 8095, "access_token": "秘密'\""}
    assert tomllib.loads(toml(answers)) == {
        "community": {"name": 'A "quoted" \\ name\n', "zone": "Asia/Tokyo", "language": "en", "bot_name": "bot"},
        "database": {"url": "postgresql://x@h/d"},
        "adapters": {"onebot": {"mode": "reverse", "port": 8095, "access_token": "秘密'\""}},
    }
    assert set(tomllib.loads(toml(Answers()))) == {"community"}


ASKED = (
    Question("mode", "方式", "Mode", default="poll", among=("poll", "webhook")),
    Question("token", "口令", "Token", generated=True, secret=True),
    Question("url", "网址", "URL", only_if=("mode", "webhook")),
    Question("port", "端口", "Port", default="8096"),
    Question("note", "备注", "Note"),
)


class Asked(BaseModel):
    app_id: str = ""
    mode: str = "poll"
    token: SecretStr = SecretStr("")
    url: str = ""
    port: int = Field(default=0, ge=1, le=65535)
    pause: float = 0
    open: bool = False
    note: str = ""


def test_init_asks_what_an_adapter_wants_to_know() -> None:
    app = typer.Typer()

    @app.command()
    def ask() -> None:
        typer.echo(json.dumps(answered(Asked, ASKED, "zh"), ensure_ascii=False))

    ended = CliRunner().invoke(app, input="carrier pigeon\npoll\n\nninety\n0\n9000\n\n")
    found = json.loads(ended.output.splitlines()[-1])
    assert list(found) == ["mode", "token", "port"]
    assert (found["mode"], found["port"]) == ("poll", 9000)
    assert f"token = {found['token']}" in ended.output
    assert "greater than or equal to 1" in ended.output


@pytest.mark.parametrize(
    ("key", "answer", "value"),
    [("app_id", "102", "102"), ("port", "90", 90), ("pause", "0.5", 0.5), ("open", "true", True), ("token", "7", "7")],
)
def test_answers_are_typed_as_the_settings_want_them(key: str, answer: str, value: object) -> None:
    assert typed(Asked, key, answer) == value


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a" / "config.toml"
    written(file, "x = 1\n")
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        written(file, "x = 2\n")


@pytest.mark.parametrize(
    ("unit", "value", "zh", "en"),
    [
        (Unit.COUNT, 2184, "2,184", "2,184"),
        (Unit.MEMBERS, 38.5, "38.5", "38.5"),
        (Unit.SHARE, 0.9967, "99%", "99%"),
        (Unit.SECONDS, 660, "11 分钟", "11 minutes"),
    ],
)
def test_numbers_in_their_units(unit: Unit, value: float, zh: str, en: str) -> None:
    assert (number(unit, value, "zh"), number(unit, value, "en")) == (zh, en)


def test_what_cannot_be_seen_is_never_0() -> None:
    def value(found: float | None, missing: Missing | None, bound: Bound | None) -> Value:
        return Value("wau", Unit.MEMBERS, 0, found, None, missing, bound, Covered({}), {}, {})

    assert text(value(None, Missing.NOT_OBSERVABLE, None), "zh") == "看不到"
    assert text(value(None, Missing.TOO_EARLY, None), "en") == "too early"
    assert text(value(68, None, Bound.UPPER), "zh") == "≤ 68"
