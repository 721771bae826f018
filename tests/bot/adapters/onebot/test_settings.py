"""The settings: what is refused, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters.onebot import Settings, build
from bot.config import Table
from bot.plugins import load
from bot.refusals import ConfigError


def test_the_defaults_listen_on_this_machine_alone() -> None:
    settings = Settings()
    assert (settings.mode, settings.host, settings.path) == ("reverse", "127.0.0.1", "/onebot/v11/ws")
    assert build(settings, "qq", Path()).platform == "qq"


@pytest.mark.parametrize(
    "table",
    [
        {"mode": "forward", "url": "ws://127.0.0.1:3001"},
        {"mode": "forward", "url": "wss://qq.example.org/onebot/", "access_token": "x" * 40},
        {"host": "0.0.0.0", "access_token": "abc"},
        {"host": "::1"},
        {"host": "localhost"},
        {"host": "127.8.8.8"},
    ],
)
def test_taken(table: dict[str, Any]) -> None:
    Settings.model_validate(table)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"mode": "forward"}, "is needed"),
        ({"mode": "forward", "url": "http://127.0.0.1:3001"}, 'such as "ws://127.0.0.1:3001"'),
        ({"mode": "forward", "url": "ws://"}, "such as"),
        ({"mode": "forward", "url": "ws://h:99999"}, "Port out of range"),
        ({"mode": "forward", "url": "ws://h:port"}, "Port could not be cast"),
        ({"mode": "forward", "url": "ws://h/?access_token=hunter2"}, "holds a secret"),
        ({"mode": "forward", "url": "ws://me:hunter2@h/"}, "holds a secret"),
        ({"host": "0.0.0.0"}, "access_token"),
        ({"host": "::"}, "access_token"),
        ({"host": "10.0.0.8", "access_token": ""}, "access_token"),
        ({"host": "qq.example.org"}, "access_token"),
        ({"access_token": "hunter2\n"}, "line break"),
        ({"access_token": "hunter2 hunter2"}, "space"),
        ({"access_token": "hunter2口令"}, "ASCII"),
        ({"path": "onebot"}, 'must begin with "/"'),
        ({"path": "/ws?access_token=hunter2"}, 'no "?"'),
        ({"port": 0}, "port"),
        ({"port": 70000}, "port"),
        ({"mode": "sideways"}, "forward"),
        ({"acces_token": "hunter2"}, "acces_token"),
        ({"send_timeout": 60}, "send_timeout"),
    ],
)
def test_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(table)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_loader_names_the_key() -> None:
    table = Table({"adapter": "onebot", "host": "0.0.0.0", "access_tokn": "hunter2"})
    with pytest.raises(ConfigError) as refused:
        load("adapters", "qq2", table)
    assert "[adapters.qq2] host: is open to other machines" in str(refused.value)
    assert "did you mean access_token?" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_token_is_never_shown() -> None:
    settings = Settings.model_validate({"access_token": "hunter2"})
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {build(settings, 'qq', Path()).settings}"
