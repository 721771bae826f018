"""Reads what a model wrote: a sentence stays only if it cites a source it was given, and does nothing but tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from handlers._wording.masking import mask

SENTENCE_LIMIT = 180  # characters, with its citation
_INVISIBLE = re.compile(
    "[\u00ad\u0000-\u0009\u000b-\u001f\u007f-\u009f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_ONE = r"(?:[#＃文]|article)?\s?\d{1,18}"
_SURE = r"(?:[#＃文]|article)\s?\d{1,18}"
_MORE = r"\s?[,，、;；和]\s?"
_CITATION = rf"(?:[\[【]\s?{_ONE}(?:{_MORE}{_ONE})*\s?[\]】]|[(（]\s?{_SURE}(?:{_MORE}{_SURE})*\s?[)）])"
_CITED = re.compile(_CITATION)
_LABEL = re.compile(r"([#＃文]|article)?\s?(\d{1,18})")
_NAMED = re.compile(r"([#＃]|(?<![\w一-鿿])文(?=\s?\d)|article(?=\s?\d))\s?(\d{1,18})")
_END = re.compile(r"(?<=[。！？!?])|(?<=\.)(?=\s|\[|【|$)")
_FIRST_CITATIONS = re.compile(rf"\s*(?:{_CITATION}\s*)+[。.]?")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)  # some models tell it
_BULLET = re.compile(r"^(?:[-*•·>#]+\s|\d{1,2}[.、)）]\s?)\s*")
_STYLE = re.compile(r"\*\*|`+")
_TOP = (
    "com|net|org|cn|io|dev|me|top|xyz|cc|info|site|app|link|vip|ly|co|club|shop|tk|ru|gg|tv|im|ai|us|uk|de|jp|hk|tw"
    "|online|tech|store|live|icu|pro|biz|work|ltd|fun|中国|公司|网络|网址|在线"
)
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:mailto|javascript|tel|data|weixin|tg|mqqapi):\S"
    rf"|(?<![\w.])(?:[\w-]{{1,63}}\.){{1,6}}(?:{_TOP})(?![\w.]*\w)|\w\.\w{{2,20}}/\w",
    re.IGNORECASE,
)
# PostgreSQL's operators @> and @@ mention nobody.
_MENTION = re.compile(r"@(?=[^\W_])|@+\s?(?:所有人|全体|all\b|everyone|here\b)", re.IGNORECASE)
_MARKUP = re.compile(
    r"<[a-z/!?@#][^<>]{0,200}>|\[CQ:|\]\(|!\[|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\{\{|\$\{|\|[^|]*\|[^|]*\|",
    re.IGNORECASE,
)
_SLASH = re.compile(r"(?<![\w/.~-])/[a-z_]{2,32}(?![\w/.])", re.IGNORECASE)
_TALK = re.compile(
    r"我是(?:一[个名位款])?[^,。]{0,12}(?:AI|GPT|人工智能|模型|助手|机器人)"
    r"|作为(?:一[个名位款])?[^,。]{0,8}(?:AI|GPT|人工智能|模型|助手)"
    r"|\b(?:as|I am|I'm) (?:an? )?(?:ai|language|assistant|chatgpt)\b|提示词|system prompt|(?:我的|以上)(?:指令|规则)"
    r"|(?:忽略|无视|不要理会)(?:掉)?(?:以上|之前|上述|前面|所有)|(?:ignore|disregard) (?:all|the|any|previous|above)"
    r"|抱歉|对不起|很高兴|希望(?:对你|能帮|这些|以上)|还有(?:其他|别的)问题|\bsorry\b|hope (?:this|that) helps"
    r"|feel free",
    re.IGNORECASE,
)
_LURE = re.compile(
    r"加(?:我|群|好友|微信|个?微|[vq]\b|vx|wx|qq)|私聊我|私信我|扫码|公众号|转账|红包|领取|免费领"
    r"|join (?:us|our)|add me",
    re.IGNORECASE,
)
_UNSAID = re.compile("您|亲,|亲~|宝子|小助手|工单|已成功|检测到|系统提示|请知悉|操作失败|!!")
_QUOTED = re.compile("[「『“\"'‘]\\s?([^「」『』“”\"'‘’]{1,40})")
_PARTICULAR = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+|\d[\d.]*\d")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a draft: its sentences, which sources they cite, and how many were thrown away."""

    sentences: tuple[str, ...]
    cited: tuple[str, ...]
    dropped: int


def checked(
    text: str, sources: Mapping[str, str], *, asked: str = "", commands: Collection[str] = (), most: int = 99
) -> Checked:
    """Return what may be shown of a draft.

    Args:
        text: What the model wrote.
        sources: The sources it was given, by label: all their words, as they were sent.
        asked: The question, as it was sent.
        commands: Words that the bot obeys; a draft that tells people to say one is no answer.
        most: How many sentences are wanted at most.
    """
    found = sentences(text)
    kept: list[str] = []
    cited: list[str] = []
    for sentence in found:
        labels = citations(sentence)
        if not labels or not set(labels) <= sources.keys() or not only_tells(sentence, commands):
            continue
        if not is_told(sentence, " ".join([asked, *(sources[label] for label in labels)])):
            continue
        line = _with_citations(sentence, labels)
        if line in kept or len(kept) == most:
            continue
        kept.append(line)
        cited += [label for label in labels if label not in cited]
    return Checked(tuple(kept), tuple(cited), len(found) - len(kept))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each with the citations that follow it, without bullets and emphasis."""
    found: list[str] = []
    text = _THOUGHT.sub("", text)
    for line in _INVISIBLE.sub("", text.replace("\r", "\n")).split("\n"):
        own: list[str] = []
        for part in _END.split(_STYLE.sub("", _BULLET.sub("", line.strip()))):
            behind = _FIRST_CITATIONS.match(part)
            if behind and own:
                own[-1] += behind[0]
                part = part[behind.end() :]
            if part.strip():
                own.append(part.strip())
        found += own
    return [sentence for sentence in found if _CITED.sub("", sentence).strip(" .。")]


def citations(sentence: str) -> list[str]:
    """Return the labels that a sentence cites, or names: #99 in mid-sentence counts as well; [99] is #99."""
    bracketed = [label for hit in _CITED.findall(sentence) for label in _LABEL.findall(hit)]
    named = _NAMED.findall(_CITED.sub(" ", sentence))
    return list(
        dict.fromkeys(f"{'文' if sign in {'文', 'article'} else '#'}{digits}" for sign, digits in bracketed + named)
    )


def only_tells(sentence: str, commands: Iterable[str] = ()) -> bool:
    """Say whether a sentence only tells: it mentions nobody, and nothing in it can be clicked, rendered or obeyed."""
    plain = unicodedata.normalize("NFKC", sentence)
    if len(plain) > SENTENCE_LIMIT or mask(plain) != plain:
        return False
    if any(pattern.search(plain) for pattern in (_LINK, _MENTION, _MARKUP, _SLASH, _TALK, _LURE, _UNSAID)):
        return False
    quoted = [hit.strip().removeprefix("/") for hit in _QUOTED.findall(plain)]
    return not any(words == command or words.startswith(f"{command} ") for words in quoted for command in commands)


def is_told(sentence: str, told: str) -> bool:
    """Say whether every name with an underscore and every number of a sentence stands in what it cites."""
    bare = unicodedata.normalize("NFKC", _NAMED.sub(" ", _CITED.sub(" ", sentence))).lower()
    return set(_PARTICULAR.findall(bare)) <= set(_PARTICULAR.findall(told.lower()))


def _with_citations(sentence: str, labels: Iterable[str]) -> str:
    bare = " ".join(_CITED.sub("", sentence).split()).strip(" .。;；")
    return f"{bare} " + "".join(f"[{label}]" for label in labels)


def in_words(line: str, language: str) -> str:
    """Return a sentence with words of its language for the labels that stood for people in what was sent."""
    if language != "zh":
        return line
    line = re.sub(r"\s?\b(?:answerer \d{1,3}|someone)\b\s?", "有人", line, flags=re.IGNORECASE)
    return re.sub(r"\s?\basker\b\s?", "提问者", line, flags=re.IGNORECASE)


def uncited(line: str) -> str:
    """Return a sentence that was kept without its citations, where it is plain what it rests on."""
    return _CITED.sub("", line).strip()
