"""Trains the space of meaning in which a question finds what was asked before in another language."""

from __future__ import annotations

import json

from bot.evaluation import DataError
from bot.training import Request
from classifiers._similar.meaning import NAME, SHIPPED, fit, save

SHORTEST = 15  # characters of a text, in either language, that says something


def train(request: Request) -> str:
    """Train on texts with their translations, write the space, and say where.

    Raises:
        DataError: The data cannot be read, or holds no translations.
    """
    aligned: list[tuple[str, str]] = []
    for path in request.data:
        for file in [path] if path.is_file() else sorted(path.glob("*.jsonl")):
            try:
                rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
            except (OSError, UnicodeDecodeError, ValueError) as error:
                raise DataError(f"{file} cannot be read: {error}") from error
            aligned += [
                (row["zh"], row["en"]) for row in rows if min(len(row.get("zh", "")), len(row.get("en", ""))) > SHORTEST
            ]
    if not aligned:
        raise DataError("No translations there; a line is like {'zh': ..., 'en': ...}")
    file = SHIPPED if request.output is None else request.output / NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    space = fit(aligned)
    save(space, file)
    return f"{len(aligned)} texts with their translations, {len(space.terms)} terms, {space.size} dimensions: {file}"
