"""Topics as people name them: by either name, by key, or by a part of a name; and the key that a new name gets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

from storage.topics import Topic

NEAR = 3
_NO_KEY = re.compile(r"[^a-z0-9]+")


def look_up(words: str, tree: list[Topic]) -> tuple[Topic | None, list[Topic]]:
    """Return the topic of a name or key, or None and those whose names are near."""
    word = words.casefold().strip("「」“”\"'")
    by_name = {name.casefold(): found for found in tree for name in (found.key, found.zh, found.en)}
    if word in by_name:
        return by_name[word], []
    near = [found for name, found in by_name.items() if word in name]
    near += [by_name[name] for name in difflib.get_close_matches(word, list(by_name), n=NEAR, cutoff=0.4)]
    unique = list({found.key: found for found in near}.values())[:NEAR]
    return (unique[0], []) if len(unique) == 1 and word in unique[0].zh.casefold() else (None, unique)


def listed(tree: Iterable[Topic], language: str) -> str:
    """Return the names of the topics at the top, or of all where none is."""
    every = list(tree)
    names = [found.name(language) for found in every if not found.parent] or [t.name(language) for t in every]
    return (", " if language == "en" else "、").join(names)


def key_of(name: str, taken: Collection[str]) -> str:
    """Return a key for a new topic: its name in letters, digits and _, numbered where that is taken."""
    from pypinyin import lazy_pinyin

    word = _NO_KEY.sub("_", "_".join(lazy_pinyin(name)).lower()).strip("_")[:40] or "topic"
    return word if word not in taken else next(k for n in range(2, 1000) if (k := f"{word}_{n}") not in taken)
