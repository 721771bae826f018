"""Takes out of a text what must not leave this machine: names, mentions, and all that is masked in a quotation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from handlers._wording.masking import mask
from handlers._wording.names import call_name

SOMEBODY = "someone"
# A mention: a name follows. PostgreSQL's operators (@>, @@, @-@) are none.
_MENTION = re.compile(r"(?<!@)@\u2005?[^\W_][\w.·-]{0,40}")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHORTEST = 2
# What a member may be called and a question may be about; taking it out would leave nothing to ask.
_COMMON = """admin c++ db dba dev go java linux mysql ops oracle pg pgsql postgres postgresql python root rust sql
    sqlite sre test user 管理员 群主 测试 数据库 开发 运维 小白 新手 大家 有人 问题 索引 事务"""
COMMON = frozenset(_COMMON.split())


def names_of(cards: Iterable[str], label: str = SOMEBODY) -> dict[str, str]:
    """Return what the bearers of cards may be called, with what stands for it: the card, and 老樊 of 成都-老樊-DBA."""
    found: dict[str, str] = {}
    for card in cards:
        plain = _plain(card).strip()
        called = call_name(plain)
        for name in (plain, called, *(part for part in called.split() if called.isascii())):
            if len(name) >= _SHORTEST and name.lower() not in COMMON:
                found[name] = label
    return found


def occurring(names: Mapping[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Return the names that some texts may hold: few of thousands, so that each line is read quickly."""
    low = _plain("\n".join(texts)).lower()
    return {name: label for name, label in names.items() if name.lower() in low}


def redacted(text: str, names: Mapping[str, str]) -> str:
    """Return a text with labels for names, and `***` for whatever its author would not want to be repeated.

    It errs towards taking out: a word that is also somebody's name goes.
    """
    # Masked first: an address such as a@b.example is no mention.
    return unnamed(_MENTION.sub(lambda found: _mentioned(found[0], names), mask(_plain(text))), names)


def unnamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text with labels for names, the longest first; Latin names and numbers only where they stand alone."""
    low = text.lower()
    found = sorted((name for name in names if name.lower() in low), key=len, reverse=True)
    if not found:
        return text
    labels = {name.lower(): names[name] for name in reversed(found)}
    pattern = re.compile("|".join(map(_standing, found)), re.IGNORECASE)
    return pattern.sub(lambda hit: labels.get(hit[0].lower(), SOMEBODY), text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def _standing(name: str) -> str:
    before = r"(?<![A-Za-z0-9_])" if name[0].isascii() and name[0].isalnum() else ""
    after = r"(?![A-Za-z0-9_])" if name[-1].isascii() and name[-1].isalnum() else ""
    return before + re.escape(name) + after


def _mentioned(mention: str, names: Mapping[str, str]) -> str:
    name = mention[1:].strip()
    return f"{names.get(name, SOMEBODY)} "
