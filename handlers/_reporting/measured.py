r"""How often threads are right by measurement, read from what an evaluation wrote down; never from here.

    python -m bot evaluate threads tests/data/zh-chat --format zh-chat --only '*-held' \
        --json handlers/_reporting/measured.json

These streams are kept apart: nothing was trained on them; docs/evaluation.md has the whole table and tells
of the choice in which they took part.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from handlers._reporting.texts import MEASURES, Texts

FILE = Path(__file__).with_name("measured.json")


def measured(language: str, file: Path = FILE) -> str:
    """Return one line that says how right the threads are; where nothing can be read, that it was not measured."""
    try:
        found: Any = json.loads(file.read_text("utf-8"))
        ours = {name: float(value) for name, value in found["ours"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        ours = {}
    parts = [text.in_language(language, share=round(ours[name])) for name, text in MEASURES.items() if name in ours]
    if not parts:
        return Texts.UNMEASURED.in_language(language)
    between = ", " if language == "en" else "，"
    return Texts.MEASURED.in_language(language, parts=between.join(parts))
