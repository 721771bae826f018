"""The settings: what is refused, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters.telegram import QUESTIONS, Settings, build
from bot.config import Table
from bot.plugins import load, refuse_clashes
from bot.refusals import ConfigError

TOKEN = "123456789:hunter2-hunter2-hunter2-hunter2"
HOOK = {
    "mode": "webhook",
    "port": 8422,
    "url": "https://pg.example.org/telegram",
    "secret_token": "hunter2-hunter2-hunter2",
}


def test_a_token_is_enough() -> None:
    settings = Settings.model_validate({"token": TOKEN})
    assert (settings.mode, settings.api, settings.port) == ("poll", "https://api.telegram.org", 0)
    adapter = build(settings, "telegram", Path())
    assert (adapter.platform, adapter.rate.per_minute_group, adapter.rate.per_minute_account) == ("telegram", 20, 1800)


@pytest.mark.parametrize(
    "table",
    [
        {"api": "http://127.0.0.1:8081/"},
        {"api": "https://telegram.example.org:8443/x"},
        {"proxy": "http://127.0.0.1:7890"},
        {"proxy": "http://proxy.example.org:3128"},
        HOOK,
        {**HOOK, "url": "https://pg.example.org:8443/telegram"},
        {**HOOK, "url": "http://127.0.0.1:9/telegram", "host": "0.0.0.0"},
    ],
)
def test_taken(table: dict[str, Any]) -> None:
    Settings.model_validate({"token": TOKEN, **table})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"token": "hunter2"}, "@BotFather"),
        ({"token": f"{TOKEN}\n"}, "@BotFather"),
        ({"token": ""}, "@BotFather"),
        ({"token": ...}, "token"),
        ({"api": "http://telegram.example.org"}, "must be https://"),
        ({"api": "ftp://127.0.0.1"}, "such as"),
        ({"api": "https://me:hunter2@telegram.example.org"}, "without a name"),
        ({"api": "https://telegram.example.org/?token=hunter2"}, "without a name"),
        ({"api": "https://h:99999"}, "such as"),
        ({"proxy": "127.0.0.1:7890"}, "such as"),
        ({"proxy": "hunter2://x"}, "such as"),
        ({"proxy": "http://h:hunter2"}, "such as"),
        ({"proxy": "http://me:hunter2@proxy.example.org:3128"}, "HTTPS_PROXY"),
        ({"mode": "sideways"}, "webhook"),
        ({**HOOK, "port": 0}, "TLS proxy"),
        ({**HOOK, "url": ""}, "is needed"),
        ({**HOOK, "url": "http://pg.example.org/x"}, "must be https://"),
        ({**HOOK, "url": "https://pg.example.org:8080/x"}, "443, 80, 88 or 8443"),
        ({**HOOK, "secret_token": ""}, "as any member"),
        ({**HOOK, "secret_token": "hunter2"}, "16 to 256"),
        ({**HOOK, "secret_token": "hunter2 hunter2 hunter2"}, "16 to 256"),
        ({**HOOK, "path": "telegram"}, 'must begin with "/"'),
        ({"path": "/x?hunter2"}, 'must begin with "/"'),
        ({"tokn": "hunter2"}, "tokn"),
        ({"poll_timeout": 0}, "poll_timeout"),
        ({"send_timeout": 60}, "send_timeout"),
    ],
)
def test_refused(table: dict[str, Any], words: str) -> None:
    whole = {key: value for key, value in {"token": TOKEN, **table}.items() if value is not ...}
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(whole)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.skipif(importlib.util.find_spec("socksio") is not None, reason="SOCKS works here")
def test_a_socks_proxy_needs_its_package() -> None:
    with pytest.raises(ValidationError, match="socksio"):
        Settings.model_validate({"token": TOKEN, "proxy": "socks5://127.0.0.1:1080"})


def test_a_table_of_a_file_loads() -> None:
    _, settings = load("adapters", "tg2", Table({"adapter": "telegram", "token": TOKEN}))
    assert isinstance(settings, Settings)
    load("adapters", "telegram", Table({"token": TOKEN, **HOOK}))
    with pytest.raises(ConfigError) as refused:
        load("adapters", "telegram", Table({"token": TOKEN, "mode": "webhook", "port": 1, "secret_tokn": "hunter2"}))
    assert "did you mean secret_token?" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_two_bots_that_poll_do_not_clash_and_one_bot_twice_does() -> None:
    one = Settings.model_validate({"token": TOKEN, "proxy": "http://127.0.0.1:7890"})
    other = Settings.model_validate({"token": f"{TOKEN}-2", "proxy": "http://127.0.0.1:7890"})
    refuse_clashes({"a": one, "b": other})
    with pytest.raises(ConfigError, match="same token"):
        refuse_clashes({"a": one, "b": one})


def test_secrets_are_never_shown() -> None:
    settings = Settings.model_validate({"token": TOKEN, **HOOK})
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()} {build(settings, 'x', Path()).settings}"


def test_the_questions_are_of_keys_that_there_are() -> None:
    assert {question.key for question in QUESTIONS} <= set(Settings.model_fields)
    asked = {"token": TOKEN, "mode": "poll"}
    Settings.model_validate(asked)
    hook = {q.key: q.default or HOOK.get(q.key, "") for q in QUESTIONS if q.only_if == ("mode", "webhook")}
    Settings.model_validate({**asked, "mode": "webhook", **hook, "port": int(hook["port"])})
