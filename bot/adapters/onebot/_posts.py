"""What the bot posts: bodies as message segments, and what an answer to a post means."""

from __future__ import annotations

import json

from bot.adapters import DeliveryError, Outcome
from bot.adapters._parse import Raw
from bot.adapters.onebot._cq import Segment
from bot.adapters.onebot._wire import ActionError, NotWrittenError
from bot.split import split
from storage.frames import GroupKind, Place
from storage.replies import At, Block, Body, File, Heading, Paragraph, Picture, Plain, Quote, plain
from storage.sanitize import sanitize

LIMIT = 3_000  # characters; QQ has no documented limit, and clients fold what is much longer
KERNEL_TIMEOUT = 1200

_MARK = "\ufdd0"  # stands for a mention while the text is cut; no character, so nobody can have typed it
_MARK_WIDTH = 20  # characters that a mention may take on the screen


def render(body: Body) -> list[str]:
    """Return the posts of a body as JSON arrays of segments.

    Only text and single mentions come out, whatever a member typed: `[CQ:at,qq=all]` and `@全体成员` stay text,
    because a text segment is never read as code and a mention of all is never made.
    """
    members = [span.member for block in body.blocks for span in _ats(block)]
    text = plain(Body(tuple(_marked(block) for block in body.blocks)))
    posts = []
    for part in split(text, LIMIT, _width):
        count = part.count(_MARK)
        posts.append(json.dumps(_segments(part, members[:count]), ensure_ascii=False))
        members = members[count:]
    return posts


def request(place: Place, payload: str, quoted: str | None) -> tuple[str, Raw]:
    """Return the action, with its parameters, that posts a payload, as a reply to the message id `quoted`."""
    message: list[Segment] = json.loads(payload)
    if quoted:
        message.insert(0, {"type": "reply", "data": {"id": quoted}})
    if place.kind is GroupKind.DIRECT:
        return "send_private_msg", {"user_id": _number(place.key.removeprefix("direct:")), "message": message}
    return "send_group_msg", {"group_id": _number(place.key), "message": message}


def delivery_error(error: OSError | ActionError) -> DeliveryError:
    """Say what a failed post means.

    NapCat answers 1200 to whatever went wrong inside QQ, also when the post was made and only its confirmation
    was late. So 1200 is no refusal.
    """
    if isinstance(error, NotWrittenError):
        return DeliveryError(Outcome.NOT_SENT, str(error))
    if isinstance(error, ActionError) and error.retcode != KERNEL_TIMEOUT:
        return DeliveryError(Outcome.REFUSED, str(error))
    return DeliveryError(Outcome.UNKNOWN, str(error))


def _marked(block: Block) -> Block:
    """Put the mark where a mention stands, so that text can be cut as text."""
    match block:
        case Heading(text):
            return Heading(_clean(text))
        case Quote(text):
            return Quote(_clean(text))
        case File(name, label):
            return File(name, _clean(label))
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
    return isinstance(span, At) and span.member.isascii() and span.member.isdigit()


def _clean(text: str) -> str:
    return sanitize(text).replace(_MARK, "\ufffd")


def _width(text: str) -> int:
    return len(text) + text.count(_MARK) * (_MARK_WIDTH - 1)


def _segments(text: str, members: list[str]) -> list[Segment]:
    first, *rest = text.split(_MARK)
    segments = [_text(first)]
    for member, after in zip(members, rest, strict=True):
        segments += [{"type": "at", "data": {"qq": member}}, _text(after)]
    return [segment for segment in segments if segment["data"] != {"text": ""}]


def _text(text: str) -> Segment:
    return {"type": "text", "data": {"text": text}}


def _number(key: str) -> int | str:
    return int(key) if key.removeprefix("-").isdigit() else key
