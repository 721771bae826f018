"""Finds plugins by the names of their files, imports those that are configured, and checks their settings."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from itertools import combinations
from types import ModuleType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from bot.config import Table, secrets, validate
from bot.refusals import ConfigError, near, place

Kind = Literal["adapters", "handlers", "classifiers"]
PACKAGES: Mapping[str, str] = {"adapters": "bot.adapters", "handlers": "handlers", "classifiers": "classifiers"}


class NoSettings(BaseModel):
    """What a plugin without `Settings` can be set to: nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load(kind: Kind, name: str, table: Mapping[str, Any]) -> tuple[ModuleType, BaseModel]:
    """Return the plugin that a table switches on, imported, and its settings.

    The plugin is the file of the table's name, or of the name under the table's key `adapter`, `handler` or
    `classifier`. Nothing else is imported.

    Raises:
        ConfigError: There is no such plugin, it lacks a package, or its settings are wrong.
    """
    source = table if isinstance(table, Table) else Table(table)
    key = kind.removesuffix("s")
    where = f"{source.file}: {place([kind, name])}"
    plugin = source.get(key, name)
    known = available(kind)
    if not isinstance(plugin, str) or plugin not in known:
        raise ConfigError(f"{where}{f' {key}' if key in source else ''}: unknown {key}{_suggest(str(plugin), known)}")
    module = _imported(f"{PACKAGES[kind]}.{plugin}", where)
    settings = Table({k: v for k, v in source.items() if k != key}, source.file, source.folder)
    return module, validate(getattr(module, "Settings", NoSettings), settings, (kind, name))


def available(kind: Kind) -> list[str]:
    """Return the names of all plugins of a kind, sorted, importing none; a leading underscore means private."""
    spec = importlib.util.find_spec(PACKAGES[kind])
    folders = spec.submodule_search_locations if spec else None
    return sorted(found.name for found in pkgutil.iter_modules(folders) if not found.name.startswith("_"))


def refuse_clashes(accounts: Mapping[str, BaseModel], web_port: int = 0, file: str = "config.toml") -> None:
    """Refuse two accounts with one secret, and two listeners, `[web]` among them, on one port.

    An account listens where its settings have a `port` other than 0 and their `mode`, if any, is not `forward`.

    Raises:
        ConfigError: One line for each pair.
    """
    faults = [
        f"{file}: {place(['adapters', one])} and {place(['adapters', other])} have the same token or secret;"
        " one account is one table"
        for (one, a), (other, b) in combinations(accounts.items(), 2)
        if {*filter(None, secrets(a))} & {*filter(None, secrets(b))}
    ]
    ports = [(place(["adapters", name]), _port(settings)) for name, settings in accounts.items()]
    faults += [
        f"{file}: {one} and {other} have the same port; give one of them another"
        for (one, a), (other, b) in combinations([("[web]", web_port), *ports], 2)
        if a and a == b
    ]
    if faults:
        raise ConfigError(*faults)


def _port(settings: BaseModel) -> int:
    port = getattr(settings, "port", 0)
    return port if isinstance(port, int) and getattr(settings, "mode", "") != "forward" else 0


def _suggest(name: str, known: list[str]) -> str:
    return near(name, known) or f"; there are {', '.join(known) or 'none'}"


def _imported(path: str, where: str) -> ModuleType:
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in ("bot", "handlers", "classifiers", "storage"):
            raise
        raise ConfigError(f"{where}: needs the package {error.name}; python3 run.py installs it") from error
