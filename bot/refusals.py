"""Says why the process will not start, in words that name the place and the remedy but never a value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence


class ConfigError(Exception):
    """The configuration cannot be used.

    Attributes:
        lines: One fault each: file (or environment variable), table, key, what is wrong and what to do.
        exit_code: What the process ends with.
    """

    exit_code = 2

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def near(word: str, words: Iterable[str], show: str = "{}") -> str:
    """Return `; did you mean ...?` for the nearest of some words, or nothing when none is near."""
    found = difflib.get_close_matches(word.lower(), sorted(words), n=1, cutoff=0.6)
    return f"; did you mean {show.format(found[0])}?" if found else ""


def place(loc: Sequence[str | int]) -> str:
    """Return a path into the tables as an operator reads it: `[web] port`, `[holidays] add, item 2`."""
    names = [part for part in loc if isinstance(part, str)]
    items = "".join(f", item {part + 1}" for part in loc if isinstance(part, int))
    # The tables of plugins have two names.
    depth = 2 if names and names[0] in ("adapters", "handlers", "classifiers") else 1
    depth = max(depth, len(names) - 1)
    table = f"[{'.'.join(names[:depth])}]"
    return " ".join([table, *names[depth:]]) + items


def broken_toml(file: str, text: str, message: str) -> str:
    """Return one line for a file that is not TOML: where the parser stopped, and the likely mistake.

    The parser's message names no values; nothing of the line itself is shown but its key.
    """
    found = re.search(r" ?\(at line (\d+), column \d+\)", message)
    number = int(found.group(1)) if found else len(text.splitlines())
    where = _where(text, number)
    reason = message.replace(found.group(0), "") if found else message
    if reason.startswith("Cannot overwrite"):
        reason = "stands twice; keep one of them"
    elif reason.startswith("Cannot declare"):
        reason = "the table stands twice; keep one of them"
    elif reason.startswith("Invalid value"):
        reason = "is not a TOML value; text stands in quotes"
    return f"{file}, line {number}: {where}{reason}"


def _where(text: str, number: int) -> str:
    lines = text.splitlines()[:number]
    tables = [found.group(1) for line in lines if (found := re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line))]
    # Lower case only: what stands there may also be a secret that lost its key.
    key = re.match(r"\s*([a-z][a-z0-9_]{0,39})\s*=", lines[-1]) if lines else None
    parts = [f"[{tables[-1]}]"] if tables else []
    parts += [key.group(1)] if key else []
    return " ".join(parts) + ": " if parts else ""
