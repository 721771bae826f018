"""The texts that the topic model learns from: our own, written by hand, and others' where they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).with_name("questions.txt")
SUBJECTS = Path(__file__).with_name("subjects.txt")
NONE = "none"  # the key over texts that are about no topic
_CUT = re.compile(r"[：；]")
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, the key of its topic, how much it counts, and whether it is the kind of text that will be asked about."""

    text: str
    topic: str
    weight: float = 1.0
    asked: bool = False


def questions() -> list[Sample]:
    """Return our own questions; those of no topic stand under `NONE`."""
    return list(_under_keys(QUESTIONS))


def subjects() -> list[Sample]:
    """Return what each topic is about, in parts."""
    return [
        Sample(part, sample.topic)
        for sample in _under_keys(SUBJECTS)
        for part in _CUT.split(sample.text)
        if len(part) >= _SHORTEST
    ]


def own() -> list[Sample]:
    """Return all of our own texts."""
    return [*questions(), *subjects()]


def _under_keys(file: Path) -> Iterator[Sample]:
    key = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            key = text[1:-1]
        elif text and not text.startswith("#"):
            yield Sample(text, key, asked=file == QUESTIONS)
