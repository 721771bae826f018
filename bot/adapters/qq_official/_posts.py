"""What the bot posts: bodies as text or as the platform's Markdown, cut into posts; nothing a member typed is a tag."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.adapters._parse import Raw
from bot.split import split
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote, Span, plain
from storage.sanitize import label, sanitize

LIMIT = 1_800  # characters; the platform's own limit is not told, and what is longer is refused
MOST = 5  # posts of one body: so many may answer one message
BUTTONS, IN_ROW = 15, 3
LABEL_LIMIT = 20

_INSERT = "\ufdd0"  # stands for a mention or a link while the text is cut; no character, so nobody can have typed it
_HEAD, _QUOTE = "\ufdd1", "\ufdd2"  # likewise for what begins a line
_INSERT_WIDTH = 60
_MARKS = str.maketrans(dict.fromkeys((_INSERT, _HEAD, _QUOTE), "\ufffd"))

# What the platform reads as a mention, a face or a command: <@..> <#..> <emoji:..> <faceType=..> <qqbot-..>
_OPENS = re.compile(r"<(?=\s*/?\s*(?:[@#!]|emoji|faceType|qqbot))", re.IGNORECASE)
_ALL = re.compile(r"@(?=(?:everyone|all)\b|全体成员|所有人)", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:https?|ftp|wss?)://|\bwww\.", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<=[A-Za-z0-9])\.(?=(?:[A-Za-z0-9-]{1,63}\.){0,4}"
    r"(?:com|cn|org|net|edu|gov|io|dev|top|xyz|cc)\b)",
    re.IGNORECASE,
)
_DOT = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])")
_ESCAPED = re.compile(r"[\\`*_~\[\]<>&|#!{}]")
_LINE_START = re.compile(r"^(\s*)([+\-=]|\d+(?=[.)]))", re.MULTILINE)
_OPENID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Style:
    """How an account posts.

    Attributes:
        markdown: As the platform's Markdown, with mentions; else as plain text, in which there are none.
        links: Addresses are posted; else their labels stand for them.
        buttons: Buttons are posted; only Markdown carries them.
    """

    markdown: bool = False
    links: bool = False
    buttons: bool = False


PLAIN = Style()


@dataclass(slots=True)
class _Writing:
    style: Style
    inserts: list[str] = field(default_factory=list)  # what each one stands for, in order

    def insert(self, markup: str) -> str:
        self.inserts.append(markup)
        return _INSERT


def render(body: Body, style: Style = PLAIN) -> list[str]:
    """Return the posts of a body as JSON, five at most: texts, and pictures between them.

    Pictures beyond what fits stand as their words.
    """
    pictures = [block for block in body.blocks if isinstance(block, Picture)][: MOST - 1]
    posts: list[Raw] = []
    texts_left = MOST - len(pictures)
    runs = list(_runs(body, pictures))
    for number, run in enumerate(runs):
        if isinstance(run, Picture):
            posts.append({"picture": run.name, "alt": _clean(run.alt, style)})
            continue
        later = sum(1 for other in runs[number + 1 :] if not isinstance(other, Picture))
        parts = _texts(run, style, max(texts_left - later, 1))
        texts_left -= len(parts)
        posts += [{"markdown" if style.markdown else "text": part} for part in parts if part.strip()]
    if style.markdown and style.buttons and body.buttons:
        last = next((post for post in reversed(posts) if "markdown" in post), None)
        if last is not None:
            last["buttons"] = [[button.label, button.command] for button in body.buttons[:BUTTONS]]
    return [json.dumps(post, ensure_ascii=False) for post in (posts or [{"text": "…"}])[:MOST]]


def keyboard(buttons: list[list[str]]) -> Raw:
    """Return the platform's form of buttons: a press sends their command to the bot, whoever presses."""
    made = [_button(number, Button(*pair)) for number, pair in enumerate(buttons, 1)]
    rows = [{"buttons": made[start : start + IN_ROW]} for start in range(0, len(made), IN_ROW)]
    return {"content": {"rows": rows}}


def _button(number: int, button: Button) -> Raw:
    shown = label(button.label, LABEL_LIMIT)
    action = {
        "type": 1,
        "permission": {"type": 2},
        "data": button.command,
        "unsupport_tips": f"发「{label(button.command, 60)}」也行",
    }
    return {"id": str(number), "render_data": {"label": shown, "visited_label": shown, "style": 1}, "action": action}


def _runs(body: Body, pictures: list[Picture]) -> Iterator[list[Block] | Picture]:
    """Yield pictures, and what stands between them."""
    run: list[Block] = []
    shown = list(pictures)
    for block in body.blocks:
        if isinstance(block, Picture) and shown and block is shown[0]:
            shown.pop(0)
            if run:
                yield run
            yield block
            run = []
        else:
            run.append(block)
    if run:
        yield run


def _texts(run: list[Block], style: Style, most: int) -> list[str]:
    writing = _Writing(style)
    bare = [_bare(block, writing) for block in run]
    if not style.markdown:
        return split(plain(Body(tuple(bare))), LIMIT, most=most)
    text = "\n".join(_line(block, plain(Body((block,)))) for block in bare)
    inserts = list(writing.inserts)
    parts = []
    for part in split(text, LIMIT, _width, most):
        count = part.count(_INSERT)
        parts.append(_marked_up(part, inserts[:count]))
        inserts = inserts[count:]
    return parts


def _line(block: Block, text: str) -> str:
    match block:
        case Heading(words):
            return f"{_HEAD}{words}"
        case Quote(words):
            return f"{_QUOTE}{words}\n"  # without an empty line the next one would belong to it
        case _:
            return text


def _bare(block: Block, writing: _Writing) -> Block:
    """Return a block of plain text, with inserts where markup will stand."""
    style = writing.style
    match block:
        case Heading(text):
            return Heading(_clean(text, style))
        case Quote(text):
            return Quote(_clean(text, style))
        case File(name, words):
            return File(name, _clean(words, style))
        case Picture(name, words):
            return Picture(name, _clean(words, style))
        case Paragraph(spans):
            return Paragraph(tuple(Plain(_span(span, writing)) for span in spans))


def _span(span: Span, writing: _Writing) -> str:
    style = writing.style
    match span:
        case Plain(text):
            return _clean(text, style)
        case At(member, name):
            known = style.markdown and _OPENID.fullmatch(member)
            return writing.insert(f"<@{member}>") if known else "@" + _clean(name, style)
        case Link(url, words):
            if not style.links:
                return _clean(words or "[链接]", style)
            if style.markdown and url.startswith("https://"):
                return writing.insert(f"[{escape(_clean(words or url, style))}]({_address(url)})")
            return " ".join(part for part in (_clean(words, style), _address(url)) if part)


def _clean(text: str, style: Style) -> str:
    """Return a text in which nothing is a tag of the platform, or, where links are off, an address."""
    text = sanitize(text).translate(_MARKS)
    text = _ALL.sub("＠", _OPENS.sub("＜", text))
    return text if style.links else _DOMAIN.sub("．", _ADDRESS.sub("", text))


def without_dots(text: str) -> str:
    """Return a text in which the platform can see no address, for when it saw one where there was none."""
    return _DOT.sub("．", _ADDRESS.sub("", text))


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _LINE_START.sub(_begun, _ESCAPED.sub(r"\\\g<0>", text))


def _begun(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}\\" if match[2].isdigit() else f"{match[1]}\\{match[2]}"


def _address(url: str) -> str:
    return re.sub(r"[\s()<>\\]", lambda found: f"%{ord(found[0]):02X}", sanitize(url).translate(_MARKS))


def _width(text: str) -> int:
    marks = text.count(_INSERT)
    return len(escape(text)) + marks * (_INSERT_WIDTH - 1) + 3 * (text.count(_HEAD) + text.count(_QUOTE))


def _marked_up(text: str, inserts: list[str]) -> str:
    first, *rest = escape(text).split(_INSERT)
    joined = first + "".join(insert + after for insert, after in zip(inserts, rest, strict=True))
    return joined.replace(_HEAD, "## ").replace(_QUOTE, "> ").strip("\n")
