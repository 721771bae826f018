"""What `init` does: asks a few questions, in the language of the answerer, and writes a configuration that loads."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot import assembly
from bot.adapters import Adapter, Question
from bot.cli._doctor import probed
from bot.cli._opening import RefusalError
from bot.config import DEFAULT, ConfigError, load
from bot.plugins import available
from handlers import Text
from handlers._places import known_zone

TOKEN_BYTES = 24

Value = str | int | float | bool


class Texts:
    """What is asked; the word in brackets is taken where nothing is typed."""

    NAME = Text(zh="社区叫什么", en="What is your community called")
    BOT = Text(zh="机器人在群里叫什么", en="What do members call the bot")
    ZONE = Text(zh="时区（按它切日和周）", en="Time zone, which cuts days and weeks")
    DATABASE = Text(zh="数据库：sqlite，或者 postgresql://… 地址", en="Database: sqlite, or the URL of a PostgreSQL")
    PLATFORM = Text(zh="接哪个平台（{known}；先不接就选 none）", en="Which platform ({known}; none for now)")
    NEW = Text(zh="，回车用新生成的", en="; Enter takes a new one")
    TRY = Text(zh="现在连上试试？", en="Try it now?")
    TRIED = Text(zh="连上了，没有发现问题。", en="It answers, and nothing stands in the way.")
    NOT_TRIED = Text(zh="还不行：{line}", en="Not yet: {line}")
    MORE = Text(
        zh="表 [adapters.{name}] 的各项见 config.example.toml，请补上。",
        en="What [adapters.{name}] needs stands in config.example.toml; fill it in.",
    )
    WRITTEN = Text(
        zh="写好了：{file}（只有你能读）。接着：python3 run.py doctor，然后 python3 run.py run",
        en="Written: {file} (only you can read it). Next: python3 run.py doctor, then python3 run.py run",
    )
    BAD_ZONE = Text(zh="没有这个时区，例如 Asia/Shanghai", en="There is no such zone; one is Asia/Shanghai")
    BAD_DATABASE = Text(
        zh="写 sqlite，或者 postgresql://用户@主机/库（口令放环境变量里）",
        en="Say sqlite, or postgresql://user@host/name (the password belongs into the environment)",
    )


@dataclass(slots=True)
class Answers:
    """What was answered; the defaults are what is suggested."""

    language: str = "zh"
    name: str = "社区"
    bot_name: str = "小象"
    zone: str = "Asia/Shanghai"
    database: str = "sqlite"
    platform: str = "none"
    settings: dict[str, Value] = field(default_factory=dict)


def init(file: Path | None, *, ask: bool) -> int:
    """Ask, write the file for its owner's eyes alone, and prove that it loads.

    Raises:
        RefusalError: The file exists already.
    """
    target = file or DEFAULT
    if target.exists():
        raise RefusalError(f"{target} exists already. Change it, or name another file: --config FILE")
    answers = asked() if ask else Answers()
    written(target, toml(answers))
    try:
        adapters = assembly.adapters(load(target))
    except ConfigError as error:
        adapters = {}
        typer.echo(Texts.MORE.in_language(answers.language, name=answers.platform))
        for line in error.lines:
            typer.echo(f"  {line}")
    for adapter in adapters.values() if ask else ():
        _tried(adapter, answers.language)
    typer.echo(Texts.WRITTEN.in_language(answers.language, file=target))
    if adapters and (step := next_step(answers)):
        typer.echo(step)
    return 0


def next_step(answers: Answers) -> str:
    """Return what the operator has to do on the platform, in the words of its adapter; empty where it has none."""
    module = importlib.import_module(f"bot.adapters.{answers.platform}")
    say = getattr(module, "next_step", None)
    return "" if say is None else str(say(module.Settings.model_validate(answers.settings), answers.language))


def _tried(adapter: Adapter, language: str) -> None:
    """Offer to try the account that was just written down, and say what stands in the way."""
    if not typer.confirm(Texts.TRY.in_language(language), default=True):
        return
    lines = asyncio.run(probed(adapter))
    for line in lines:
        typer.echo(f"  {Texts.NOT_TRIED.in_language(language, line=line)}")
    if not lines:
        typer.echo(f"  {Texts.TRIED.in_language(language)}")


def asked() -> Answers:
    """Ask question by question; a wrong answer is asked again."""
    found = Answers()
    found.language = _choice("语言 / language", ["zh", "en"], "zh")

    def say(text: Text, **values: object) -> str:
        return text.in_language(found.language, **values)

    found.name = typer.prompt(say(Texts.NAME), default=found.name if found.language == "zh" else "Community")
    found.bot_name = typer.prompt(say(Texts.BOT), default=found.bot_name)
    found.zone = _checked(say(Texts.ZONE), found.zone, _is_zone, say(Texts.BAD_ZONE))
    found.database = _checked(say(Texts.DATABASE), found.database, _is_database, say(Texts.BAD_DATABASE))
    known = available("adapters")
    found.platform = _choice(say(Texts.PLATFORM, known=", ".join(known)), [*known, "none"], "none")
    if found.platform != "none":
        module = importlib.import_module(f"bot.adapters.{found.platform}")
        found.settings = answered(module.Settings, getattr(module, "QUESTIONS", ()), found.language)
    return found


def typed(settings: type[BaseModel], key: str, answer: str) -> Value:
    """Return an answer as the settings want it: numbers as numbers, yes or no as such, the rest as text.

    Raises:
        ValueError: It cannot be the value of that key.
    """
    asked = settings.model_fields[key]
    kind: Any = Annotated[asked.annotation, asked]
    found: object = TypeAdapter(kind).validate_python(answer)
    return found if isinstance(found, int | float) else answer


def answered(settings: type[BaseModel], asked: Sequence[Question], language: str) -> dict[str, Value]:
    """Ask an adapter's questions one by one; a key without an answer stays out of the file."""
    found: dict[str, Value] = {}
    for question in asked:
        if question.only_if is not None and found.get(question.only_if[0]) != question.only_if[1]:
            continue
        answer = _fitting(settings, question, language)
        if question.generated and not answer:
            answer = secrets.token_urlsafe(TOKEN_BYTES)
            typer.echo(f"  {question.key} = {answer}")
        if answer != "":
            found[question.key] = answer
    return found


def _fitting(settings: type[BaseModel], question: Question, language: str) -> Value:
    """Ask until the answer can be the value of its key."""
    while True:
        answer = _answer(question, language)
        try:
            return typed(settings, question.key, answer) if answer else answer
        except ValidationError as error:
            typer.echo(f"  {error.errors(include_url=False)[0]['msg']}")


def _answer(question: Question, language: str) -> str:
    text = question.zh if language == "zh" else question.en
    if question.among:
        return _choice(f"{text} ({' / '.join(question.among)})", list(question.among), question.default)
    text += Texts.NEW.in_language(language) if question.generated else ""
    shown = bool(question.default)
    given = typer.prompt(text, default=question.default, show_default=shown, hide_input=question.secret)
    return str(given).strip()


def _choice(question: str, among: list[str], default: str) -> str:
    return _checked(question, default, among.__contains__, " / ".join(among))


def _checked(question: str, default: str, fits: Callable[[str], bool], wrong: str) -> str:
    while True:
        answer = str(typer.prompt(question, default=default)).strip()
        if fits(answer):
            return answer
        typer.echo(f"  {wrong}")


def _is_zone(name: str) -> bool:
    try:
        known_zone(name)
    except ValueError:
        return False
    return True


def _is_database(answer: str) -> bool:
    return answer == "sqlite" or answer.startswith(("postgresql://", "postgres://"))


def toml(answers: Answers) -> str:
    """Return the configuration that answers make: what was asked for, and no more; everything else has a default."""
    lines = [
        "# Written by `python3 run.py init`. All settings, with reasons: config.example.toml.",
        "",
        "[community]",
        f"name = {_quoted(answers.name)}",
        f"zone = {_quoted(answers.zone)}",
        f"language = {_quoted(answers.language)}",
        f"bot_name = {_quoted(answers.bot_name)}",
    ]
    if answers.database != "sqlite":
        lines += ["", "[database]", f"url = {_quoted(answers.database)}"]
    if answers.platform != "none":
        lines += ["", f"[adapters.{answers.platform}]"]
        lines += [f"{key} = {_quoted(value)}" for key, value in answers.settings.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: Value) -> str:
    # A basic string of TOML is one of JSON, but for DEL; so are numbers, true and false.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(target: Path, text: str) -> None:
    """Write a file that only its owner can read, and never over another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
