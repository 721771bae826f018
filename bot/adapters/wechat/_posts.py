"""What the bot posts on WeChat: bodies as texts with mentions and as files, and what an answer to a post means."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.adapters import DeliveryError, Outcome
from bot.adapters._parse import Raw, table, words
from bot.adapters.wechat._frames import EVERYONE_IDS
from bot.adapters.wechat._texts import MENTION_END
from bot.adapters.wechat._wire import NotWrittenError, OrderError
from bot.split import MOST, split
from storage.frames import GroupKind, Place
from storage.replies import At, Block, Body, File, Heading, Paragraph, Picture, Plain, Quote, plain
from storage.sanitize import label, sanitize

LIMIT = 2_000  # characters; WeChat takes more, and folds it away behind a tap
FILES = 2  # pictures and files of one body that are sent; of others their names stand
FILE_LIMIT = 10 * 2**20  # bytes; the whole of it goes into one message to the gateway
WAIT = timedelta(seconds=60)  # where a gateway asks to wait and does not say how long

_MARK = "\ufdd0"  # stands for a mention while the text is cut; no character, so nobody can have typed it
_MARK_WIDTH = 20  # characters that a mention may take
_SECONDS = re.compile(r"(\d{1,4})\s*(?:s\b|seconds?)")
_MEMBER = re.compile(r"[A-Za-z0-9_@.-]{1,100}\Z")


def render(body: Body) -> list[str]:
    """Return the posts of a body: texts, each with the ids it mentions, then files.

    A mention is one by its id alone, so nothing that a member typed can become one; the space that marks a mention is
    taken out of typed text. WeChat has no markup.
    """
    sent = [block for block in body.blocks if isinstance(block, Picture | File) and safe(block.name)][:FILES]
    rest = tuple(block for block in body.blocks if not any(block is one for one in sent))
    ats = [span for block in rest for span in _ats(block)]
    text = plain(Body(tuple(_marked(block) for block in rest)))
    posts: list[dict[str, Any]] = []
    for part in split(text, LIMIT, _width, MOST - len(sent)) if text.strip() else []:
        count = part.count(_MARK)
        posts.append(_text(part, ats[:count]))
        ats = ats[count:]
    posts += [_file(block) for block in sent]
    return [json.dumps(post, ensure_ascii=False) for post in posts]


def safe(name: str) -> bool:
    """Say whether a name is that of a file and nothing of a path."""
    return name == Path(name).name and not set(name) & set('\\/:\0"') and name not in {"", ".", ".."}


def order(place: Place, payload: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the order that posts a payload, and its parts. A file that is gone, or private, is named instead."""
    post: Raw = json.loads(payload)
    to = place.key.removeprefix("direct:")
    name = words(post.get("file"))
    if not name:
        return "text", {"to": to, "text": words(post.get("text")), "mentions": post.get("mentions", [])}
    path = folder / "files" / name
    private = post.get("private") is True and place.kind is GroupKind.GROUP
    if private or not safe(name) or not path.is_file() or path.stat().st_size > FILE_LIMIT:
        return "text", {"to": to, "text": f"[{words(post.get('alt'))}]", "mentions": []}
    return "file", {"to": to, "path": str(path), "name": name}


def text_of(parts: dict[str, Any]) -> str:
    """Return the text of an order's parts, if it has one."""
    return words(table(parts).get("text"))


def delivery_error(error: OSError | OrderError) -> DeliveryError:
    """Say what a failed post means: only what never reached the gateway was surely not sent."""
    if isinstance(error, NotWrittenError):
        return DeliveryError(Outcome.NOT_SENT, str(error))
    kind = error.kind if isinstance(error, OrderError) else "unknown"
    if kind == "limited":
        found = _SECONDS.search(str(error))
        wait = timedelta(seconds=int(found[1])) if found else WAIT
        return DeliveryError(Outcome.NOT_SENT, str(error), retry_after=wait)
    known = {"not_sent": Outcome.NOT_SENT, "refused": Outcome.REFUSED}
    return DeliveryError(known.get(kind, Outcome.UNKNOWN), str(error))


def _text(part: str, ats: list[At]) -> dict[str, Any]:
    first, *rest = part.split(_MARK)
    named = (f"@{_name(at)}{MENTION_END}{after.removeprefix(' ')}" for at, after in zip(ats, rest, strict=True))
    return {"text": first + "".join(named), "mentions": list(dict.fromkeys(at.member for at in ats))}


def _file(block: Picture | File) -> dict[str, Any]:
    if isinstance(block, File):
        return {"file": block.name, "alt": _clean(block.label), "private": True}
    return {"file": block.name, "alt": _clean(block.alt)}


def _marked(block: Block) -> Block:
    """Put the mark where a mention stands, so that text can be cut as text."""
    match block:
        case Heading(text):
            return Heading(_clean(text))
        case Quote(text):
            return Quote(_clean(text))
        case File(name, shown):
            return File(name, _clean(shown))
        case Picture(name, alt):
            return Picture(name, _clean(alt))
        case Paragraph(spans):
            bare = (Body((Paragraph((span,)),)) for span in spans)
            texts = (_MARK if _is_mention(span) else _clean(plain(one)) for span, one in zip(spans, bare, strict=True))
            return Paragraph(tuple(Plain(text) for text in texts))


def _ats(block: Block) -> list[At]:
    spans = block.spans if isinstance(block, Paragraph) else ()
    return [span for span in spans if isinstance(span, At) and _is_mention(span)]


def _is_mention(span: object) -> bool:
    return isinstance(span, At) and bool(_MEMBER.match(span.member)) and span.member not in EVERYONE_IDS


def _name(at: At) -> str:
    return label(_clean(at.name)).removeprefix("@") or "你"


def _clean(text: str) -> str:
    return sanitize(text).replace(_MARK, "\ufffd").replace(MENTION_END, " ")


def _width(text: str) -> int:
    return len(text) + text.count(_MARK) * (_MARK_WIDTH - 1)
