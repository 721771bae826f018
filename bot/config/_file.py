"""Reads the tables of the configuration: the TOML file, and the environment that lies over it."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.refusals import ConfigError, broken_toml

HOME = Path(__file__).resolve().parents[2]
PREFIX = "XIANGQUN__"
SIZE_LIMIT = 1 << 20


class Table(dict[str, Any]):
    """A table as it was read; its repr shows the keys alone, for a value may be a secret.

    Attributes:
        file: Name of the file it was read from, for messages.
        folder: Where its relative paths begin.
    """

    def __init__(self, values: Mapping[str, Any], file: str = "config.toml", folder: Path = HOME) -> None:
        super().__init__(values)
        self.file = file
        self.folder = folder

    def __repr__(self) -> str:
        return f"Table({', '.join(self)})"


class Given(str):
    """A value from the environment: text, which stands for a number, a flag or a list where one is wanted."""

    variable: str

    @classmethod
    def by(cls, variable: str, value: str) -> Given:
        """Return the value, which remembers its variable."""
        given = cls(value)
        given.variable = variable
        return given


def read(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; UTF-8 with or without a mark, or UTF-16 with one, any line ends.

    Raises:
        ConfigError: There is no such file, it cannot be read, or it is not TOML.
    """
    try:
        text = decode(_bytes(path))
        return tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; python3 run.py init writes one") from None
    except PermissionError:
        raise ConfigError(f"{path}: may not be read by this account; check its owner and mode") from None
    except RecursionError:
        raise ConfigError(f"{path}: is nested too deep; that is no configuration") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(broken_toml(path.name, text, str(error))) from None
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None


def decode(data: bytes) -> str:
    """Return the text of a file.

    Raises:
        ValueError: It is not text in an encoding that can be told; says which line and what to do.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not UTF-8; save the file as UTF-8") from None
    if "\0" in text:
        raise ValueError("is not text, or UTF-16 without a mark; save the file as UTF-8")
    return text


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise ValueError("is a folder; name the file in it")
    with path.open("rb") as file:
        data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise ValueError("is larger than 1 MiB; that is no configuration")
    return data


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the tables that the environment gives: `XIANGQUN__WEB__PORT=80` is `port` in `[web]`.

    Raises:
        ConfigError: A variable with the prefix names no table and key.
    """
    tree: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.upper().startswith(PREFIX):
            continue
        *tables, key = variable[len(PREFIX) :].lower().split("__")
        if not tables or not all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", part) for part in [*tables, key]):
            raise ConfigError(f"{variable} (environment): names no table and key; the form is {PREFIX}TABLE__KEY")
        branch: dict[str, Any] = {key: Given.by(variable, environ[variable])}
        for table in reversed(tables):
            branch = {table: branch}
        tree = overlay(tree, branch)
    return tree


def overlay(tree: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of tables with another laid over it, key by key."""
    merged = dict(tree)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = overlay(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
