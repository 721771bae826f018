"""The order in which names stand: by pinyin, so that nobody is ranked."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache


def by_pinyin(name: str) -> tuple[str, str]:
    """Return what names are sorted by: their pinyin; Latin names as they are spelt."""
    return "".join(_spelling()(name)).casefold(), name


@cache
def _spelling() -> Callable[[str], list[str]]:
    # Its book of phrases takes 45 MB, and names are no phrases; what is left takes a fifth of a second to load.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import lazy_pinyin

    return lazy_pinyin
