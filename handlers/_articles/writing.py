"""Writes an article's words from what people said in a thread: nobody is named, no secret is repeated; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers._articles.anonymous import anonymous
from handlers._articles.versions import named_in
from handlers._threads.answers import burst
from handlers._wording.masking import flat, mask
from storage.articles import Words
from storage.threads import Placed

TITLE, QUESTION, ANSWER = 60, 300, 600  # characters
_ENDS = "\n。！？!?；;"
_PAUSES = "，,、 "
_MEDIA = re.compile(r"(?i)\[(?:图片|动画表情|表情|语音|视频|文件|image|photo|sticker|voice|video)[^\[\]\n]{0,20}\]")
_GREETING = re.compile(
    r"(?i)(?:各位|大佬们?|老师们?|请教(?:一下|下|个问题|一个问题)?|请问(?:一下|下)?|问(?:一下|下|个问题)|在吗|有人吗"
    r"|大家好|你好|早|求助|好的?|嗯|是的|对的?|ok|hi|hello|all|morning|[\s，,。.!！~？?])+"
)
_THANKS = re.compile(r"(?i)谢|感激|辛苦|thank(?:s| you)?|thx")
_NAME = re.compile(r"[A-Za-z_]{3,}")  # of a table, a function, ...
COURTESY = 24  # characters; a longer line that thanks says something else, too
_ASKED = frozenset({"question", "detail"})


def written(title: str, asked: Iterable[str], answered: str, names: Sequence[str], *, language: str = "zh") -> Words:
    """Return the words of an article: what was asked and what helped, as people wrote it.

    Args:
        title: The thread's.
        asked: The asker's lines.
        answered: The answer that helped.
        names: Whom they may name, from `anonymous.names_of`.
        language: In which "somebody" is said.
    """
    question, answer = "\n".join(asked), answered
    found = named_in(f"{question}\n{answer}")
    words = Words(title, question, answer, *(found or (None, None)))
    return cleaned(words, names, language=language)


def cleaned(words: Words, names: Sequence[str], *, language: str = "zh") -> Words:
    """Return words without names and secrets, each part of bounded length; also what a reviewer wrote goes here."""
    somebody = "somebody" if language == "en" else "有人"

    def clean(text: str, limit: int) -> str:
        # Masked before names go, since a name may be part of what is known for a secret, and again after.
        return shortened(mask(anonymous(mask(text), names, somebody=somebody)), limit)

    title, question = clean(words.title, TITLE), clean(words.question, QUESTION)
    return replace(words, title=flat(title), question=question, answer=clean(words.answer, ANSWER))


def asked_in(placed: Iterable[Placed], asker: int) -> list[str]:
    """Return what the asker of a thread asked; nothing that a bot said, that was taken back, or that is courtesy."""
    own = [one for one in placed if one.message.member_id == asker and one.role in _ASKED and is_human(one)]
    lines = [_MEDIA.sub("", one.message.text).strip() for one in own]
    return [line for line in lines if line and not is_courtesy(line)]


def is_courtesy(line: str) -> bool:
    """Say whether a line greets, thanks or promises, and tells nothing of the question."""
    if len(line) > COURTESY:
        return False
    thanks = _THANKS.search(line) is not None and _NAME.search(_THANKS.sub("", line)) is None
    return thanks or _GREETING.fullmatch(line) is not None


def answered_in(placed: Sequence[Placed], accepted: int | None) -> str:
    """Return the answer of a thread that helped, whole; empty where it was not given in it, or not by a person."""
    if all(one.message.id != accepted or not is_human(one) for one in placed):
        return ""
    human = [one for one in placed if is_human(one)]
    return "\n".join(message.text.strip() for message in burst(human, accepted or 0) if message.text.strip())


def is_human(placed: Placed) -> bool:
    """Say whether a person wrote a message of a thread, and did not take it back."""
    return "bot" not in placed.message.flags and placed.message.recalled_at is None


def shortened(text: str, limit: int) -> str:
    """Return a text of at most so many characters, cut after a line or a sentence where that leaves half of it."""
    whole = "\n".join(line for line in text.splitlines() if line.strip())
    if len(whole) <= limit:
        return whole
    head = whole[: limit - 1]
    end = max(head.rfind(stop) for stop in _ENDS)
    if end >= limit // 2:
        return head[: end + 1].rstrip()
    pause = max(head.rfind(stop) for stop in _PAUSES)
    return (head[:pause] if pause >= limit // 2 else head).rstrip(_PAUSES) + "…"
