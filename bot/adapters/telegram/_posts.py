"""What the bot posts: a body as Telegram's HTML, cut where a reader would cut it; its pictures, files and buttons."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

from bot.split import MOST, split
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote, Span
from storage.sanitize import label, sanitize

LIMIT = 4_000  # UTF-16 units of a post without its markup; Telegram takes 4096
CAPTION_LIMIT = 1_000  # of 1024
COMMAND_LIMIT = 64  # bytes
LABEL_LIMIT = 40
IN_A_ROW = 3

Post = dict[str, object]
_Within = Callable[[str, str, str], str]

# They stand for where markup begins and ends while the text is cut; no characters, so nobody can have typed them.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
# Stands for a backtick meanwhile: fences mean nothing in HTML, and what opens one is not to be said again in each part.
_TICK = "\ufdd2"
# Telegram makes a mention of any @name that it finds. A joiner behind the @ keeps a member's words from calling anyone.
_CALL = re.compile(f"(?<![A-Za-z0-9_])@(?=[{_OPEN}{_CLOSE}]*[A-Za-z0-9_])")
_JOINER = "\u2060"


def render(body: Body) -> list[str]:
    """Return the posts of a body as JSON: its text, cut, with the buttons; behind it its pictures and files.

    What members typed is text and nothing else: tags are escaped before anything is put around them, and a name is no
    mention. A mention is made of an id alone, and a link of an address of the web alone.
    """
    alone = [block for block in body.blocks if isinstance(block, Picture | File) and is_plain_name(block.name)]
    alone = alone[: MOST - 1]
    blocks = [block for block in body.blocks if not any(block is one for one in alone)]
    texts = _texts(blocks, MOST - len(alone)) if blocks or not alone else ()
    posts: list[Post] = [{"html": text} for text in texts]
    rows, last = _keyboard(body.buttons), max(len(posts) - 1, 0)
    posts += [_alone(block) for block in alone]
    if rows:
        posts[last]["buttons"] = rows
    return [json.dumps(post, ensure_ascii=False) for post in posts]


def text_of(post: Post) -> str:
    """Return the markup of a post, or of what stands for its picture or file where that cannot be sent."""
    return str(post["html"]) if "html" in post else escape(f"[{post['label']}]")


def caption(post: Post) -> str:
    """Return the words beneath a picture or a file."""
    words = sanitize(str(post["label"]))
    return escape(next(iter(split(words, CAPTION_LIMIT, units, most=1))))


def escape(text: str) -> str:
    """Return text as markup that shows it."""
    return _CALL.sub(f"@{_JOINER}", html.escape(text, quote=False).replace('"', "&quot;"))


def units(text: str) -> int:
    """Return how many UTF-16 units a text has, by which Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def is_plain_name(name: str) -> bool:
    """Say whether a name is that of a file, without a path in it."""
    return name not in {"", ".", ".."} and not re.search(r"[/\\:\0]", name) and PurePath(name).name == name


def _alone(block: Picture | File) -> Post:
    match block:
        case Picture(name, alt):
            return {"picture": name, "label": label(alt)}
        case File(name, text):
            return {"file": name, "label": label(text)}


def _texts(blocks: list[Block], room: int) -> Iterator[str]:
    spans: list[tuple[str, str]] = []
    text = _CALL.sub(f"@{_JOINER}", "\n".join(_lines(blocks, spans))).replace("`", _TICK)
    parts = split(text, LIMIT, units, most=room)
    opened: list[tuple[str, str]] = []
    for number, part in enumerate(parts, 1):
        mark = f"\n({number}/{len(parts)})" if len(parts) > 1 else ""
        yield _marked_up(part.removesuffix(mark), spans, opened).replace(_TICK, "`") + mark


def _lines(blocks: list[Block], spans: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of blocks, with marks where markup begins and ends; what it is goes to `spans`, in order."""

    def within(opening: str, text: str, closing: str) -> str:
        spans.append((opening, closing))
        return f"{_OPEN}{text}{_CLOSE}"

    for number, block in enumerate(blocks):
        match block:
            case Heading(text):
                yield from [""] * (number > 0)
                yield within("<b>", _clean(text), "</b>")
            case Quote(text):
                yield within("<blockquote>", _clean(text), "</blockquote>")
            case File(_, text) | Picture(_, text):
                yield f"[{_clean(text)}]"
            case Paragraph(inner):
                yield "".join(_span(span, within) for span in inner)


def _span(span: Span, within: _Within) -> str:
    match span:
        case Plain(text):
            return _clean(text)
        case At(member, name) if member.isascii() and member.isdigit():
            return within(f'<a href="tg://user?id={member}">', f"@{_clean(name)}", "</a>")
        case At(_, name):
            return f"@{_clean(name)}"
        case Link(url, text) if text and _is_web(url):
            return within(f'<a href="{html.escape(url, quote=True)}">', _clean(text), "</a>")
        case Link(url, text):
            return _clean(f"{text} {url}" if text else url)


def _marked_up(text: str, spans: list[tuple[str, str]], opened: list[tuple[str, str]]) -> str:
    """Put the markup where the marks are; what a part leaves open is closed at its end and opened in the next."""
    shown = "".join(opening for opening, _ in opened)
    at = 0
    for mark in _MARKS.finditer(text):
        shown += escape(text[at : mark.start()])
        at = mark.end()
        if mark[0] == _OPEN:
            opened.append(spans.pop(0))
            shown += opened[-1][0]
        else:
            shown += opened.pop()[1]
    shown += escape(text[at:])
    return shown + "".join(closing for _, closing in reversed(opened))


def _keyboard(buttons: tuple[Button, ...]) -> list[list[list[str]]]:
    """Return rows of (label, command); a command that Telegram would not carry is left out."""
    pairs = [[label(one.label, LABEL_LIMIT), one.command] for one in buttons if _fits(one)]
    return [pairs[at : at + IN_A_ROW] for at in range(0, len(pairs), IN_A_ROW)]


def _fits(button: Button) -> bool:
    return bool(label(button.label)) and 0 < len(button.command.encode("utf-8", "replace")) <= COMMAND_LIMIT


def _clean(text: str) -> str:
    return _MARKS.sub("\ufffd", sanitize(text)).replace(_TICK, "\ufffd")


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
