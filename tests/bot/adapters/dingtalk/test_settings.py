"""The settings: what is refused, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters.dingtalk import QUESTIONS, Settings, build, next_step
from bot.adapters.dingtalk._api import is_guarded, is_listed
from bot.config import Table
from bot.plugins import load
from bot.refusals import ConfigError

LEAST = {"client_id": "dingkey", "client_secret": "hunter2"}


def test_the_defaults() -> None:
    settings = Settings.model_validate(LEAST)
    assert (settings.api, settings.media) == ("https://api.dingtalk.com", "https://oapi.dingtalk.com")
    assert build(settings, "dingtalk", Path()).platform == "dingtalk"


@pytest.mark.parametrize(
    "table",
    [
        {"api": "https://ding.corp.example:8443/", "media": "https://ding.corp.example/old"},
        {"api": "http://127.0.0.1:8081", "media": "http://localhost:8081"},
        {"webhook_hosts": ["Ding.Corp.Example"]},
        {"robot_code": "dingrobot", "bot_name": "象"},
    ],
)
def test_taken(table: dict[str, Any]) -> None:
    Settings.model_validate({**LEAST, **table})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "ding key"}, "space"),
        ({"client_id": "钥匙"}, "ASCII"),
        ({"client_secret": ""}, "is empty"),
        ({"client_secret": "hunter2\n"}, "copy it again"),
        ({"client_secret": "hunter2 hunter2"}, "space"),
        ({"api": "http://api.dingtalk.com"}, 'must begin with "https://"'),
        ({"api": "https://"}, "https://"),
        ({"api": "https://h:port"}, "https://"),
        ({"api": "ftp://127.0.0.1"}, "https://"),
        ({"media": "http://10.0.0.8"}, "https://"),
        ({"api": "https://me:hunter2@api.dingtalk.com"}, "password"),
        ({"api": "https://api.dingtalk.com/?token=hunter2"}, "query"),
        ({"webhook_hosts": ["https://oapi.dingtalk.com"]}, "names of hosts"),
        ({"webhook_hosts": ["*.dingtalk.com"]}, "names of hosts"),
        ({"send_timeout": 30}, "send_timeout"),
        ({"heartbeat": 0}, "heartbeat"),
        ({"silent_after": -1}, "silent_after"),
        ({"client_secrt": "hunter2"}, "client_secrt"),
    ],
)
def test_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({**LEAST, **table})
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_loader_names_what_is_missing() -> None:
    with pytest.raises(ConfigError) as refused:
        load("adapters", "ding2", Table({"adapter": "dingtalk", "client_id": "dingkey", "client_secrt": "hunter2"}))
    assert "[adapters.ding2] client_secret: is missing" in str(refused.value)
    assert "did you mean client_secret?" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_never_shown() -> None:
    settings = Settings.model_validate(LEAST)
    adapter = build(settings, "dingtalk", Path())
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {vars(adapter)} {vars(adapter._api)}"


def test_init_asks_for_what_is_needed() -> None:
    needed = {name for name, field in Settings.model_fields.items() if field.is_required()}
    assert {question.key for question in QUESTIONS} == needed
    settings = Settings.model_validate(LEAST)
    assert "Stream" in next_step(settings, "zh")
    assert "小象" in next_step(settings, "en")


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("https://oapi.dingtalk.com/robot/sendBySession?session=1", True),
        ("https://OAPI.dingtalk.com/robot/sendBySession?session=1", True),
        ("http://oapi.dingtalk.com/robot/sendBySession?session=1", False),
        ("https://oapi.dingtalk.com.evil.example/x", False),
        ("https://evil.example/oapi.dingtalk.com", False),
        ("https://oapi.dingtalk.com@evil.example/x", False),
        ("https://x:y@oapi.dingtalk.com/x", False),
        ("http://127.0.0.1:5432/x", True),  # listed here, as tests and private set-ups do
        ("http://127.0.0.2/x", False),
        ("http://169.254.169.254/latest", False),
        ("file:///etc/passwd", False),
        ("gopher://oapi.dingtalk.com/x", False),
        ("https://[", False),
        ("https://oapi.dingtalk.com:99999/x", False),
        ("", False),
    ],
)
def test_where_answers_may_be_posted(url: str, well: bool) -> None:
    assert is_listed(url, ("oapi.dingtalk.com", "127.0.0.1")) is well


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("wss://wss-open-connection.dingtalk.com:443/connect", True),
        ("ws://127.0.0.1:1/connect", True),
        ("ws://gateway.example/connect", False),
        ("https://gateway.example/connect", False),
        ("", False),
    ],
)
def test_where_the_gateway_may_be(url: str, well: bool) -> None:
    assert is_guarded(url, "wss") is well
