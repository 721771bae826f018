"""The command line before it does anything: help, options, what it imports, what the readme promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import app
from tests.bot.cli.process import ROOT, bot, environment

HEAVY = ("sqlalchemy", "pydantic", "storage", "handlers", "classifiers", "rich", "asyncio", "structlog", "alembic")
COMMANDS = [
    *(
        "init",
        "run",
        "doctor",
        "import",
        "export",
        "articles",
        "group",
        "stats",
        "why",
        "digest",
        "report",
        "booklet",
        "certificates",
        "events",
        "series",
        "sponsors",
        "outlets",
        "correct",
    ),
    *("evaluate", "train", "migrate", "backup", "owner", "demo"),
]
# Sets of commands; a judge of files.
UNCONFIGURED = {"group", "certificates", "events", "series", "sponsors", "evaluate"}


def commands() -> dict[str, typer.core.TyperCommand]:
    return typer.main.get_command(app).commands  # type: ignore[attr-defined, no-any-return]


def test_these_are_the_commands() -> None:
    assert sorted(commands()) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]])
def test_help_tells_what_a_command_does(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "--config FILE" in result.output or set(command) & UNCONFIGURED
    assert len(result.output.splitlines()) > 5


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys, bot.__main__\n"
        "from typer.testing import CliRunner\n"
        "CliRunner().invoke(bot.cli.app, ['--help'])\n"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.decode().split() == []


def test_help_as_a_process(tmp_path: Path) -> None:
    ended = bot(tmp_path, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "象群" in ended.out
    assert [name for name in COMMANDS if name not in ended.out] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rum"], "run"),
        (["stats", "--group"], "--group"),
        (["stats", "--format", "xml"], "xml"),
        (["why"], "FIGURE"),
        (["import"], "FILE"),
        (["export", "poems"], "poems"),
        (["backup"], "FILE"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_commands_that_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    called = set(re.findall(r"python3 run\.py ([a-z]+)", text))
    listed = {
        word for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for word in re.findall(r"`([a-z]+)`", row)
    }
    own = {"test", "check", "lock"}
    assert called - own <= set(COMMANDS)
    assert listed & set(COMMANDS) >= set(COMMANDS) - {"demo"}
    for command, option in re.findall(r"`?([a-z]+)`? \(?`?(--[a-z-]+)", text):
        if command in COMMANDS:
            assert option in CliRunner().invoke(app, [command, "--help"]).output
