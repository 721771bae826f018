"""Checks a table against its model: nothing unknown, nothing of another type, no secret empty or exposed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.config._faults import at, below, each, fault, reason
from bot.config._file import Given, Table
from bot.config._secrets import with_secret
from bot.refusals import ConfigError

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], table: Mapping[str, Any], where: Sequence[str] = ()) -> M:
    """Return the model that a table describes; `where` is its name, such as `("adapters", "onebot")`.

    Types are strict, but a value of the environment is text and read as what is wanted, and a duration may be a
    number of seconds. Relative paths begin at the file's folder; `token_file` stands for a secret `token`.

    Raises:
        ConfigError: One line for each fault.
    """
    source = table if isinstance(table, Table) else Table(table)
    ready, faults = _prepare(model, source, where, source)
    if faults:
        raise ConfigError(*faults)
    try:
        return _strictly(model, ready, source.folder)
    except ValidationError as error:
        relaxed = _relax(ready, error.errors())
    try:
        return _strictly(model, relaxed, source.folder)
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise ConfigError(*dict.fromkeys(_line(model, ready, where, detail, source.file) for detail in details))


def _strictly(model: type[M], table: Mapping[str, Any], folder: Path) -> M:
    # In JSON a date, a path or a member of an enum is text even when types are strict, as it is in TOML.
    return model.model_validate_json(json.dumps(table, default=str), strict=True, context={"folder": folder})


def _line(
    model: type[BaseModel], table: Mapping[str, Any], where: Sequence[str], detail: ErrorDetails, file: str
) -> str:
    value = at(table, detail["loc"])
    return fault(file, [*where, *detail["loc"]], value, reason(model, detail, value, _secrets(model, table)))


def _relax(table: Mapping[str, Any], details: Iterable[ErrorDetails]) -> Any:
    """Return the table with text of the environment read as TOML, and seconds as durations, where that was wrong."""
    relaxed = json.loads(json.dumps(table, default=str))
    for detail in details:
        if not detail["loc"]:  # of the table as a whole: no value of it reads otherwise
            continue
        value, branch = at(table, detail["loc"]), at(relaxed, detail["loc"][:-1])
        if isinstance(value, Given):
            value = _as_toml(value)
        if detail["type"].startswith("time_delta") and isinstance(value, (int, float)):
            value = f"PT{value}S"
        if value is not None and isinstance(branch, (dict, list)):
            branch[detail["loc"][-1]] = json.loads(json.dumps(value, default=str))  # type: ignore[index]
    return relaxed


def _as_toml(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _prepare(
    model: type[BaseModel], table: Mapping[str, Any], where: Sequence[str], source: Table
) -> tuple[dict[str, Any], list[str]]:
    """Return the table with secrets read from their files and paths made absolute, and the faults of its secrets."""
    ready, faults = dict(table), []
    for key, field in model.model_fields.items():
        inner, value = below(field.annotation), table.get(key)
        if inner and isinstance(value, Mapping):
            ready[key], more = _prepare(inner, value, [*where, key], source)
            faults += more
        elif (named := each(field.annotation)) and isinstance(value, Mapping):
            ready[key], more = _prepare_each(named, value, [*where, key], source)
            faults += more
        elif _holds(field.annotation, Path) and isinstance(value, str):
            ready[key] = str(source.folder / Path(value).expanduser())
        elif _holds(field.annotation, SecretStr):
            try:
                ready = with_secret(ready, key, source.folder)
            except ValueError as error:
                name = key if key in table else f"{key}_file"
                faults.append(fault(source.file, [*where, name], table[name], str(error)))
    return ready, faults


def _prepare_each(
    model: type[BaseModel], tables: Mapping[str, Any], where: Sequence[str], source: Table
) -> tuple[dict[str, Any], list[str]]:
    ready, faults = dict(tables), []
    for name, table in tables.items():
        if isinstance(table, Mapping):
            ready[name], more = _prepare(model, table, [*where, name], source)
            faults += more
    return ready, faults


def _secrets(model: type[BaseModel], table: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for key, field in model.model_fields.items():
        inner, value = below(field.annotation), table.get(key)
        if inner and isinstance(value, Mapping):
            found += _secrets(inner, value)
        elif (named := each(field.annotation)) and isinstance(value, Mapping):
            found += [secret for one in value.values() if isinstance(one, Mapping) for secret in _secrets(named, one)]
        elif _holds(field.annotation, SecretStr) and isinstance(value, str):
            found.append(value)
    return found


def _holds(annotation: object, wanted: type) -> bool:
    return annotation is wanted or any(_holds(part, wanted) for part in get_args(annotation))
