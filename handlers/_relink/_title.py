"""A thread's title: its question as a colleague would point at it, cut from the asker's own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from handlers._wording.masking import mask

LIMIT = 32  # Chinese characters, or twice as many Latin letters

# What people say before they ask; it tells nobody what the thread is about.
_GREETING = re.compile(
    r"^(?:(?:各位|请问|请教|大佬|大神|老师|朋友|同学|群友|兄弟|哥|们|下|一下|一个|个|问题|想问|问|大家好|你好|您好|hi|hello|在吗|在不在|有人吗|早|救命|那个|求助|好(?=[\s,，。!！])"
    r"|晚上好|早上好|下午好|all|guys|everyone)[\s,，。.!！~、:：?？]*)+",
    re.IGNORECASE,
)
_MEDIA = re.compile(r"\[[^\[\]\s]{1,20}\]")
_AT = re.compile(r"@\S+\s?")


def title(question: Sequence[str]) -> str:
    """Return the first of the asker's lines that says something, without greeting, cut to `LIMIT`.

    It is masked before it is cut, since it is shown wherever the thread is.
    """
    best = ""
    for text in map(mask, question):
        for line in text.splitlines():
            found = _clean(line)
            if len(found) >= 6:
                return _cut(found)
            best = best or found
    return _cut(best or next((mask(text).strip() for text in question if text.strip()), ""))


def _clean(line: str) -> str:
    bare = _AT.sub("", _MEDIA.sub("", line)).strip()
    short = _GREETING.sub("", bare).strip()
    return short if len(short) >= 4 else bare


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    head = _fitting(flat)
    if head == flat:
        return flat
    for stop in "。！？；?;!，,、 ":
        at = head.rfind(stop)
        if at >= len(head) // 2:
            whole = head[:at].rstrip("，,、；; ")
            return f"{whole}…" if stop == " " else whole
    return head.rstrip() + "…"


def _fitting(text: str) -> str:
    """Return as much of a text as fits: a Chinese character is as wide as two Latin letters."""
    width = 0
    for index, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > 2 * LIMIT:
            return text[:index]
    return text
