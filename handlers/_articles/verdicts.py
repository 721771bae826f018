"""What a reviewer says of a draft, in one message: 行, 改：…, 扔; and what 改 changes; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from handlers._articles.versions import meant
from storage.articles import Words
from storage.reviews import Verdict

_NUMBER = r"(?:[ 　]*(?:文|article)?[ 　]*(?P<number>\d{1,9}))?"
_END = r"[ 　]*[。.!！~～]*\Z"
_YES, _NO = r"行|ok|通过", r"扔|扔掉|drop"
_ALSO_YES, _ALSO_NO = r"可以|好|好的|没问题|yes", r"扔了|不要|不要了|no"  # only as a reply: people say it of much
_EDIT = re.compile(rf"(?:改|改成|改为|edit){_NUMBER}[ 　]*(?:[:：]|\n)(?P<text>.*\S.*)\Z", re.IGNORECASE | re.DOTALL)
_NAMES = r"标题|title|问题?|question|答案?|answer|版本|适用|versions?"
_FIELD = re.compile(rf"[ 　]*(?P<field>{_NAMES})[ 　]*[:：][ 　]*(?P<rest>.*)", re.IGNORECASE)
_FIELDS = {
    "标题": "title", "title": "title", "问": "question", "问题": "question", "question": "question",
    "答": "answer", "答案": "answer", "answer": "answer",
    "版本": "versions", "适用": "versions", "version": "versions", "versions": "versions",
}  # fmt: skip
_NONE = frozenset({"", "无", "不限", "都行", "any", "none"})


@dataclass(frozen=True, slots=True)
class Said:
    """A reviewer's word: what it decides, of which article where a number is given, and the text of 改."""

    verdict: Verdict
    number: int | None = None
    text: str = ""


def said(text: str, *, replied: bool) -> Said | None:
    """Return what a message decides, `replied` to the draft itself or not; None where it decides nothing."""
    plain = text.strip()
    for verdict, words, also in ((Verdict.APPROVED, _YES, _ALSO_YES), (Verdict.DROPPED, _NO, _ALSO_NO)):
        pattern = rf"(?:{words}|{also}){_NUMBER}{_END}" if replied else rf"(?:{words}){_NUMBER}{_END}"
        if found := re.match(pattern, plain, re.IGNORECASE):
            return Said(verdict, _number(found))
    if found := _EDIT.match(plain):
        return Said(Verdict.EDITED, _number(found), found["text"].strip())
    return None


def _number(found: re.Match[str]) -> int | None:
    return None if found["number"] is None else int(found["number"])


def edited(words: Words, text: str) -> Words:
    """Return words as 改 has them: lines after 标题：, 问：, 答： or 版本： change that part, others the answer.

    A part goes on until the next one begins. What is left as it was keeps its versions; a new answer by a person is
    no machine's any more.
    """
    parts: dict[str, list[str]] = {}
    field = "answer"
    for line in text.strip().splitlines():
        if found := _FIELD.fullmatch(line):
            field = _FIELDS[found["field"].lower()]
            parts[field] = [found["rest"]]
        else:
            parts.setdefault(field, []).append(line)
    told = {key: "\n".join(lines).strip() for key, lines in parts.items()}
    changed = replace(
        words,
        title=told.get("title") or words.title,
        question=told.get("question") or words.question,
        answer=told.get("answer") or words.answer,
        machine=False,
    )
    if "versions" not in told:
        return changed
    found_versions = None if told["versions"].lower() in _NONE else meant(told["versions"])
    oldest, newest = found_versions or (None, None)
    return replace(changed, oldest=oldest, newest=newest)
