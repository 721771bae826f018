"""The settings: what is refused, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters import Delivery
from bot.adapters.wechat import QUESTIONS, Settings, build
from bot.adapters.wechat._wire import Meeting, environment
from bot.config import Table
from bot.plugins import load
from bot.refusals import ConfigError

LEAST = {"endpoint": "127.0.0.1:8788", "token": "hunter2"}


def test_the_least() -> None:
    adapter = build(Settings.model_validate(LEAST), "wechat", Path())
    assert (adapter.platform, adapter.delivery, adapter.wider) == ("wechat", Delivery.LOST, "")
    assert (adapter.rate.per_minute_group, adapter.rate.per_minute_account, adapter.rate.gap.seconds) == (4, 10, 3)
    assert {question.key for question in QUESTIONS} == {
        key for key, field in Settings.model_fields.items() if field.is_required()
    }


@pytest.mark.parametrize(
    "table",
    [
        {"endpoint": "localhost:8788"},
        {"endpoint": "[::1]:8788"},
        {"endpoint": "10.0.0.8:8788", "private_network": True},
        {"endpoint": "gateway.example.org:443", "private_network": True},
        {"token": "puppet_padlocal_0123456789abcdef0123456789abcdef"},
    ],
)
def test_taken(table: dict[str, Any]) -> None:
    Settings.model_validate(LEAST | table)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"endpoint": ""}, "must be a host and a port"),
        ({"endpoint": "127.0.0.1"}, "must be a host and a port"),
        ({"endpoint": "http://127.0.0.1:8788"}, "must be a host and a port"),
        ({"endpoint": "me:hunter2@127.0.0.1:8788"}, "must be a host and a port"),
        ({"endpoint": "127.0.0.1:8788/x"}, "must be a host and a port"),
        ({"endpoint": "127.0.0.1:0"}, "1 to 65535"),
        ({"endpoint": "127.0.0.1:70000"}, "1 to 65535"),
        ({"endpoint": "10.0.0.8:8788"}, "private_network = true"),
        ({"endpoint": "gateway.example.org:443"}, "private_network = true"),
        ({"token": ""}, "one word of ASCII"),
        ({"token": "hunter2 hunter2"}, "one word of ASCII"),
        ({"token": "hunter2\n"}, "one word of ASCII"),
        ({"token": "hunter2口令"}, "one word of ASCII"),
        ({"tokn": "hunter2"}, "tokn"),
        ({"send_timeout": 60}, "send_timeout"),
        ({"heartbeat": 0}, "heartbeat"),
    ],
)
def test_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(LEAST | table)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_loader_names_the_key() -> None:
    with pytest.raises(ConfigError) as refused:
        load("adapters", "wechat", Table({"endpoint": "10.0.0.8:8788", "token": "hunter2", "hartbeat": 1}))
    assert "[adapters.wechat] endpoint: is another machine" in str(refused.value)
    assert "did you mean heartbeat?" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_token_is_never_shown() -> None:
    settings = Settings.model_validate(LEAST)
    meeting = Meeting("127.0.0.1:8788", "hunter2", 1, 1)
    adapter = build(settings, "wechat", Path())
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {adapter.settings} {meeting!r}"


def test_the_process_gets_nothing_of_our_environment_that_it_does_not_need(tmp_path: Path) -> None:
    ours = {"PATH": "/bin", "TOKEN": "x", "endpoint": "y", "WECHATY_LOG_FILE": "z", "XIANGQUN__X": "1", "HOME": "/home"}
    theirs = environment(tmp_path, ours)
    assert theirs["PATH"] == "/bin"
    assert theirs["HOME"] == theirs["TMPDIR"] == str(tmp_path)
    assert not theirs.keys() & {"TOKEN", "endpoint", "WECHATY_LOG_FILE", "XIANGQUN__X"}
