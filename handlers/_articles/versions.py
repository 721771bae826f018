"""For which versions of PostgreSQL a text holds, as it says itself, and which major versions came out since; pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("majors.toml")
AHEAD = 200  # a version that is two ahead of the newest we know of may be spoken of already

_NUMBER = r"(9\.[0-6]|[1-9]\d)(?:\.\d{1,2}|\.x)*(?![\d%]|\.\d)"
_PG = r"(?<![a-z0-9_.])(?:pg|pgsql|postgres(?:ql)?)\s*(?:数据库)?\s*(?:版本|版|version|ver)?\s*[-:：]?\s*v?\s*"
_TO = r"\s*(?:到|至|和|或|与|、|,|，|/|-|–|—|~|～|→|->|升级?到|升级?至|(?:改|换|变)(?:成|到|为)|to|and|or|through)\s*"
_UNIT = r"(?!\s*(?:[gmkt]i?b\b|[gmkt]\b|号|月|日|天|年|分|秒|小时|个|万|亿|台|条|次|人|核|核心|倍|行|%|ms\b|s\b))"
_NAMED = re.compile(rf"{_PG}{_NUMBER}{_UNIT}", re.IGNORECASE)
_RANGE = re.compile(rf"{_TO}(?:{_PG})?v?{_NUMBER}{_UNIT}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![a-z0-9_.])v\s?{_NUMBER}{_UNIT}", re.IGNORECASE)
_LABELLED = re.compile(rf"(?:数据库版本|版本号?|适用|versions?)\s*(?:是|为|[:：])?\s*v?{_NUMBER}{_UNIT}", re.IGNORECASE)
_ONLY = re.compile(rf"\s*v?{_NUMBER}(?:{_TO}v?{_NUMBER})?\s*(?:版本?)?\s*", re.IGNORECASE)


@cache
def majors() -> Mapping[int, date]:
    """Return when each major version came out, as shipped: 906 is 9.6, 1400 is 14."""
    return {coded(name): day for name, day in tomllib.loads(FILE.read_text("utf-8"))["majors"].items()}


def coded(name: str) -> int:
    """Return a major version as a number that grows with it: `9.6` is 906, `14` and `14.3` are 1400."""
    first, _, second = name.partition(".")
    return int(first) * 100 + (int(second) if int(first) < 10 and second.isdigit() else 0)


def shown(code: int) -> str:
    """Return a version as people write it: 906 is 9.6, 1400 is 14."""
    return f"{code // 100}.{code % 100}" if code < 1000 else str(code // 100)


def named_in(text: str) -> tuple[int, int] | None:
    """Return the oldest and the newest major version that a text names; None where it names none.

    A number counts after PG or a word for version, as `v15`, and where a range goes on: PG 14 到 16.
    """
    found: list[int] = []
    for pattern in (_NAMED, _BARE, _LABELLED):
        for match in pattern.finditer(text):
            found.append(coded(match[1]))
            while (match_on := _RANGE.match(text, match.end())) is not None:
                found.append(coded(match_on[1]))
                match = match_on
    known = [code for code in found if code in majors() or max(majors()) < code <= max(majors()) + AHEAD]
    return (min(known), max(known)) if known else None


def meant(text: str) -> tuple[int, int] | None:
    """Return the versions that somebody means who was asked for them: also bare numbers, `14 到 16`, count."""
    only = _ONLY.fullmatch(text)
    return named_in(f"PG {text.strip().lstrip('vV')}") if only else named_in(text)


def come_out(after: date, until: date, above: int) -> int | None:
    """Return the newest major version above one that came out after a day and until another."""
    found = [code for code, day in majors().items() if code > above and after < day <= until]
    return max(found, default=None)
