"""Words what a model found wrong in a table: file or variable, table, key, remedy, and never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config._file import Given
from bot.refusals import near, place

# By the error type of the model, without its `_type` or `_parsing`.
WORDS = {
    "int": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "string": "must be text, in quotes",
    "list": "must be a list: [ ... ]",
    "tuple": "must be a list: [ ... ]",
    "set": "must be a list: [ ... ]",
    "frozen_set": "must be a list: [ ... ]",
    "dict": "must be a table",
    "model": "must be a table",
    "date": 'must be a date such as "2026-10-10"',
    "time": 'must be a time of day such as "22:00"',
    "time_delta": "must be a number of seconds",
    "missing": "is missing",
}


def fault(file: str, loc: Sequence[str | int], value: object, reason: str) -> str:
    """Return one fault as `config.toml: [web] port: must be a whole number`, or with the variable that gave it."""
    if isinstance(value, Given):
        return f"{value.variable} (environment): {reason}"
    return f"{file}: {place(loc)}: {reason}"


def reason(model: type[BaseModel], detail: ErrorDetails, value: object, secrets: Iterable[str]) -> str:
    """Return what is wrong at one place and, where it can be told, what to write instead."""
    kind = detail["type"]
    if kind == "extra_forbidden":
        what, show = ("unknown table", "[{}]") if isinstance(value, Mapping) else ("unknown key", "{}")
        return what + near(str(detail["loc"][-1]), _keys(model, detail["loc"][:-1]), show)
    if kind in ("literal_error", "enum"):
        return f"must be one of {detail['ctx']['expected']}"
    words = WORDS.get(kind.removesuffix("_type").removesuffix("_parsing"))
    if words and words.startswith(("must be a ", "must be true")) and isinstance(value, str) and kind.endswith("_type"):
        return words if isinstance(value, Given) else f"{words}, without quotes"
    if words:
        return words
    told = detail["msg"].removeprefix("Value error, ")
    told = re.sub(r"^(Input|String|List|Tuple|Set|Frozenset) should", "must", told)
    # The words of a model's own check may quote what they refuse.
    for quoted in {*secrets, *([value] if isinstance(value, str) else [])}:
        told = told.replace(quoted, "***") if len(quoted) > 3 else told
    return told


def at(tree: Any, loc: Sequence[str | int]) -> Any:
    """Return what stands at a place of a tree of tables and lists, or None."""
    for part in loc:
        if isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        elif isinstance(tree, Mapping):
            tree = tree.get(part)
        else:
            return None
    return tree


def below(annotation: object) -> type[BaseModel] | None:
    """Return the model of a field that is a table of its own."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def each(annotation: object) -> type[BaseModel] | None:
    """Return the model of each table in a field that holds tables by names of the operator's choice."""
    parts = get_args(annotation)
    return below(parts[1]) if get_origin(annotation) is dict and len(parts) == len(("key", "value")) else None


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    parts = iter(loc)
    for part in parts:
        field = model.model_fields.get(str(part))
        inner = below(field.annotation) if field else None
        if inner is None and field is not None and next(parts, None) is not None:
            inner = each(field.annotation)
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)
