"""What `init` does: asks a few questions, in the language of the answerer, and writes a configuration that loads."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot import assembly
from bot.cli._opening import RefusalError
from bot.config import DEFAULT, ConfigError, load
from bot.config._places import known_zone
from bot.plugins import available
from handlers import Text

TOKEN_BYTES = 24


class Texts:
    """What is asked; the word in brackets is taken where nothing is typed."""

    NAME = Text(zh="社区叫什么", en="What is your community called")
    BOT = Text(zh="机器人在群里叫什么", en="What do members call the bot")
    ZONE = Text(zh="时区（按它切日和周）", en="Time zone, which cuts days and weeks")
    DATABASE = Text(zh="数据库：sqlite，或者 postgresql://… 地址", en="Database: sqlite, or the URL of a PostgreSQL")
    PLATFORM = Text(zh="接哪个平台（{known}；先不接就选 none）", en="Which platform ({known}; none for now)")
    MODE = Text(
        zh="QQ 实现（NapCat 等）连过来选 reverse，机器人连过去选 forward",
        en="reverse: the QQ implementation (NapCat, ...) connects to the bot; forward: the bot connects to it",
    )
    PORT = Text(zh="在本机哪个端口等它", en="Port of this machine to wait on")
    URL = Text(zh="它的 WebSocket 地址", en="Its WebSocket address")
    TOKEN = Text(zh="两边共用的口令，回车用新生成的", en="Token that both sides know; Enter takes a new one")
    MORE = Text(
        zh="表 [adapters.{name}] 的各项见 config.example.toml，请补上。",
        en="What [adapters.{name}] needs stands in config.example.toml; fill it in.",
    )
    WRITTEN = Text(
        zh="写好了：{file}（只有你能读）。接着：python3 run.py doctor，然后 python3 run.py run",
        en="Written: {file} (only you can read it). Next: python3 run.py doctor, then python3 run.py run",
    )
    REVERSE = Text(
        zh="在 NapCat 里加一个 WebSocket 客户端：ws://127.0.0.1:{port}/onebot/v11/ws，同一个口令，消息格式 array。",
        en="In NapCat add a WebSocket client: ws://127.0.0.1:{port}/onebot/v11/ws, the same token, format array.",
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
    settings: dict[str, str | int] = field(default_factory=dict)


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
        assembly.adapters(load(target))
    except ConfigError:
        typer.echo(Texts.MORE.in_language(answers.language, name=answers.platform))
    typer.echo(Texts.WRITTEN.in_language(answers.language, file=target))
    if answers.settings.get("mode") == "reverse":
        typer.echo(Texts.REVERSE.in_language(answers.language, port=answers.settings["port"]))
    return 0


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
    found.platform = _choice(
        say(Texts.PLATFORM, known=", ".join(known)), [*known, "none"], "onebot" if "onebot" in known else "none"
    )
    if found.platform == "onebot":
        found.settings = _onebot(say)
    return found


def _onebot(say: Callable[..., str]) -> dict[str, str | int]:
    mode = _choice(say(Texts.MODE), ["reverse", "forward"], "reverse")
    settings: dict[str, str | int] = {"mode": mode}
    if mode == "reverse":
        settings["port"] = int(_checked(say(Texts.PORT), "8095", _is_port, "1 - 65535"))
    else:
        settings["url"] = typer.prompt(say(Texts.URL), default="ws://127.0.0.1:3001")
    token = typer.prompt(say(Texts.TOKEN), default="", show_default=False)
    settings["access_token"] = token or secrets.token_urlsafe(TOKEN_BYTES)
    if not token:
        typer.echo(f"  access_token = {settings['access_token']}")
    return settings


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


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


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


def _quoted(value: str | int) -> str:
    # A basic string of TOML is one of JSON, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(target: Path, text: str) -> None:
    """Write a file that only its owner can read, and never over another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
