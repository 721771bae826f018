"""The editable topic tree: a TOML file -> topics with names, parents and weighted keywords."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("topics.toml")
_KEY = re.compile(r"[a-z0-9_]+\Z")
_FIELDS = {"zh", "en", "keywords", "topics"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the tree.

    Attributes:
        key: Unique in the whole tree.
        zh: Chinese name.
        en: English name.
        parent: Key of the topic above; None at the top.
        keywords: Keyword -> weight.
    """

    key: str
    zh: str
    en: str
    parent: str | None
    keywords: dict[str, float]


def load(path: Path | None = None) -> list[Topic]:
    """Return the topics of a tree file, parents before children; the shipped tree where no path is given.

    Raises:
        ValueError: The tree is broken; the message names file, table, key and what to do.
    """
    file = path or SHIPPED
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _broken(file, f"cannot be read ({error.strerror}); name an existing file as `tree`") from error
    except UnicodeDecodeError as error:
        raise _broken(file, "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _broken(file, f"is not TOML ({error}); correct that place") from error
    topics = _topics(file, data, "", None)
    _once(file, topics)
    if not topics:
        raise _broken(file, "holds no topic; add a table such as [sql] with zh, en and [sql.keywords]")
    return topics


def _topics(file: Path, tables: dict[str, Any], above: str, parent: str | None) -> list[Topic]:
    found: list[Topic] = []
    for key, table in tables.items():
        name = f"{above}{key}"
        if not isinstance(table, dict):
            raise _broken(file, f"{name} is not a table; write [{name}] with zh, en and [{name}.keywords]")
        if not _KEY.match(key):
            raise _broken(file, f"[{name}] is no topic key; use only a-z, 0-9 and _")
        if unknown := sorted(set(table) - _FIELDS):
            raise _broken(file, f"[{name}] {unknown[0]} is unknown; use zh, en, keywords, topics")
        found.append(
            Topic(
                key,
                _text(file, name, table, "zh"),
                _text(file, name, table, "en"),
                parent,
                _keywords(file, name, table.get("keywords", {})),
            )
        )
        below = table.get("topics", {})
        if not isinstance(below, dict):
            raise _broken(file, f"[{name}] topics is not a table; write [{name}.topics.child]")
        found += _topics(file, below, f"{name}.topics.", key)
    return found


def _text(file: Path, name: str, table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _broken(file, f'[{name}] {key} is missing; write {key} = "the name people see"')
    return value.strip()


def _keywords(file: Path, name: str, table: object) -> dict[str, float]:
    if not isinstance(table, dict):
        raise _broken(file, f'[{name}] keywords is not a table; write [{name}.keywords] and 3 = ["..."]')
    found: dict[str, float] = {}
    for weight, words in table.items():
        value = _weight(weight)
        if value is None:
            raise _broken(file, f"[{name}.keywords] {weight} is no weight; use a number from -10 to 10 but 0")
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            raise _broken(file, f'[{name}.keywords] {weight} is no list of words; write {weight} = ["a", "b"]')
        for word in words:
            found.setdefault(word.strip(), value)
    return found


def _broken(file: Path, what: str) -> ValueError:
    return ValueError(f"{file}: {what}")


def _weight(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < abs(value) <= 10 else None


def _once(file: Path, topics: list[Topic]) -> None:
    seen: set[str] = set()
    for topic in topics:
        if topic.key in seen:
            raise _broken(file, f"[{topic.key}] stands twice; every key is used once in the whole tree")
        seen.add(topic.key)
