"""The settings: what is refused, in words that say what to do, and never with a secret in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters import Ability
from bot.adapters.qq_official import QUESTIONS, Settings, build, next_step
from bot.config import Table
from bot.plugins import load, refuse_clashes

TABLE: dict[str, Any] = {"app_id": "102012345", "app_secret": "s3cret"}


def settings(**more: Any) -> Settings:
    return Settings.model_validate(TABLE | more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"api": "https://sandbox.api.sgroup.qq.com", "token_url": "https://api.bot.qq.com/app/getAppAccessToken"},
        {"api": "http://127.0.0.1:8080/"},
        {"api": "http://localhost:1", "token_url": "http://[::1]:1/x"},
        {"mode": "webhook", "port": 8097},
        {"intents": 1 << 25 | 1 << 26},
        {"send_only": ("290A7DB74EBD454EA42C3B5E49B8832A",)},
    ],
)
def test_taken(more: dict[str, Any]) -> None:
    assert build(settings(**more), "qq", Path()).platform == "qq_official"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"app_id": ""}, "digits"),
        ({"app_id": "１０２"}, "digits"),
        ({"app_id": "appid"}, "digits"),
        ({"app_id": None}, "string"),
        ({"app_secret": ""}, "no AppSecret"),
        ({"app_secret": "hunter2 hunter2"}, "no AppSecret"),
        ({"app_secret": "hunter2\n"}, "no AppSecret"),
        ({"app_secret": "hunter2口令"}, "no AppSecret"),
        ({"api": "http://api.sgroup.qq.com"}, "use https://"),
        ({"token_url": "http://10.0.0.8/app"}, "use https://"),
        ({"api": "ftp://x"}, "must be an address"),
        ({"api": "api.sgroup.qq.com"}, "must be an address"),
        ({"api": "https://"}, "must be an address"),
        ({"api": "https://me:hunter2@x.qq.com"}, "app_secret"),
        ({"token_url": "https://bots.qq.com/?secret=hunter2"}, "app_secret"),
        ({"api": "https://x:99999"}, "Port out of range"),
        ({"mode": "webhook"}, "is needed"),
        ({"mode": "pigeon"}, "websocket"),
        ({"path": "qq"}, 'must begin with "/"'),
        ({"path": "/qq?x=hunter2"}, 'no "?"'),
        ({"path": "/{x}"}, 'no "{"'),
        ({"port": 70_000}, "port"),
        ({"intents": 0}, "intents"),
        ({"intents": 1 << 31}, "intents"),
        ({"send_only": ("群",)}, "openids"),
        ({"send_timeout": 60}, "send_timeout"),
        ({"appid": "hunter2"}, "appid"),
    ],
)
def test_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**more)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_secret_is_never_shown() -> None:
    found = settings(app_secret="hunter2")
    assert "hunter2" not in f"{found!r} {found} {found.model_dump()} {build(found, 'qq', Path()).settings}"


def test_two_bots_do_not_clash_over_a_port_that_neither_uses() -> None:
    refuse_clashes({"one": settings(), "two": settings(app_secret="other")})


def test_a_table_of_another_name() -> None:
    module, found = load("adapters", "qq2", Table({"adapter": "qq_official", **TABLE, "send_only": ["A"]}))
    assert module.build(found, "qq2", Path()).name == "qq2"


@pytest.mark.parametrize(
    ("more", "there", "missing"),
    [
        (
            {},
            {Ability.QUOTE, Ability.PICTURE, Ability.STABLE_IDS},
            {Ability.MENTION, Ability.SEE_ALL, Ability.SAME_IDS},
        ),
        ({"markdown": True}, {Ability.MENTION, Ability.MARKUP}, {Ability.BUTTONS, Ability.QUOTE}),
        ({"markdown": True, "intents": 1 << 25 | 1 << 26}, {Ability.BUTTONS}, {Ability.FILE, Ability.CARDS}),
    ],
)
def test_abilities_follow_the_settings(more: dict[str, Any], there: set[Ability], missing: set[Ability]) -> None:
    able = build(settings(**more), "qq", Path()).abilities
    assert there <= able
    assert not missing & able


@pytest.mark.parametrize("answers", [{}, {"mode": "webhook", "port": 8097}])
def test_init_asks_for_what_is_needed(answers: dict[str, Any]) -> None:
    assert {question.key for question in QUESTIONS} <= set(Settings.model_fields)
    assert [question.key for question in QUESTIONS if question.secret] == ["app_secret"]
    assert all(question.zh and question.en for question in QUESTIONS)
    found = settings(**answers)
    assert "获取群内全部消息" in next_step(found, "zh")
    assert ("8097" in next_step(found, "en")) is (found.mode == "webhook")
