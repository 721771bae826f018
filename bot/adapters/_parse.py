"""From what came over the wire to an object that is safe to look into, or to the reason why not."""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_DEPTH = 64
MAX_ID = 64  # characters; most platforms' ids have at most 20

Raw = dict[str, object]


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that cannot be read, and why."""

    why: str


def parse(data: str | bytes) -> Raw | Odd:
    """Return the JSON object in a frame, or why there is none; never raises."""
    if isinstance(data, bytes):
        return Odd("binary frame")
    try:
        value = json.loads(data, parse_constant=_refuse)
    except RecursionError:
        return Odd("nested too deep")
    except ValueError:
        return Odd("no JSON")
    if not isinstance(value, dict):
        return Odd(f"JSON, but no object: {type(value).__name__}")
    if data.count("{") + data.count("[") > MAX_DEPTH and _deeper(value, MAX_DEPTH):
        return Odd("nested too deep")
    return value


def identifier(value: object, limit: int = MAX_ID) -> str:
    """Return an id as text, whatever its size or sign; empty if it is none, or has more than `limit` characters."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | str):
        text = str(value).strip()
        if text.isascii() and text.isprintable() and len(text) <= limit:
            return text
    return ""


def integer(value: object) -> int | None:
    """Return a number that came as a number or as text; None if it is neither."""
    text = identifier(value)
    return int(text) if text.removeprefix("-").isdigit() else None


def table(value: object) -> Raw:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def words(value: object) -> str:
    """Return the value if it is text, or a number as text; else nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _deeper(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
