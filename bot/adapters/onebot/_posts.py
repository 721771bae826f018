"""What the bot posts: bodies as message segments and files, and what an answer to a post means."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from bot.adapters import DeliveryError, Outcome
from bot.adapters._parse import Raw, table, words
from bot.adapters.onebot._cq import Segment
from bot.adapters.onebot._wire import ActionError, NotWrittenError
from bot.split import split
from storage.frames import GroupKind, Place
from storage.replies import At, Block, Body, File, Heading, Paragraph, Picture, Plain, Quote, plain
from storage.sanitize import sanitize

LIMIT = 3_000  # characters; QQ has no documented limit, and clients fold what is much longer
KERNEL_TIMEOUT = 1200
NO_FILES: Mapping[str, bytes] = {}

MOST = 5  # posts of one body

_MARK = "\ufdd0"  # stands for what is no text while the text is cut; no character, so nobody can have typed it
_MARK_WIDTH = 20  # characters that a mention may take on the screen


def render(body: Body) -> list[str]:
    """Return the posts of a body as JSON: arrays of segments, and behind them its files, one each.

    Only text, single mentions and pictures of ours come out, whatever a member typed: `[CQ:at,qq=all]` and
    `@全体成员` stay text, because a text segment is never read as code and a mention of all is never made. A picture
    is named only; what it holds is put in when it is sent.
    """
    files = [block for block in body.blocks if isinstance(block, File)][: MOST - 1]
    inserts = [insert for block in body.blocks for insert in _inserts(block)]
    text = plain(Body(tuple(_marked(block) for block in body.blocks)))
    posts = []
    for part in split(text, LIMIT, _width, MOST - len(files)):
        count = part.count(_MARK)
        posts.append(json.dumps(_segments(part, inserts[:count]), ensure_ascii=False))
        inserts = inserts[count:]
    return posts + [json.dumps({"file": block.name}) for block in files]


def named(payload: str) -> list[str]:
    """Return the names of our files that a payload holds, in order."""
    post = json.loads(payload)
    if isinstance(post, dict):
        return [str(post["file"])]
    return [segment["data"]["file"] for segment in post if segment["type"] == "image"]


def request(
    place: Place, payload: str, quoted: str | None, contents: Mapping[str, bytes] = NO_FILES
) -> tuple[str, Raw]:
    """Return the action, with its parameters, that posts a payload, as a reply to the message id `quoted`.

    `contents` are our files by name; where a picture is missing, its words stand.

    Raises:
        DeliveryError: The payload is a file that is missing, or that is not for one member alone.
    """
    post = json.loads(payload)
    private = place.kind is GroupKind.DIRECT
    target: Raw = (
        {"user_id": _number(place.key.removeprefix("direct:"))} if private else {"group_id": _number(place.key)}
    )
    if isinstance(post, dict):
        name = str(post["file"])
        if not private or name not in contents:
            raise DeliveryError(
                Outcome.REFUSED, "a file is sent in private only" if not private else "the file is gone"
            )
        return "upload_private_file", target | {"file": _packed(contents[name]), "name": name}
    message = [_filled(segment, contents) for segment in post]
    if quoted:
        message.insert(0, {"type": "reply", "data": {"id": quoted}})
    return "send_private_msg" if private else "send_group_msg", target | {"message": message}


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
    """Put the mark where a mention or a picture stands, so that text can be cut as text."""
    match block:
        case Heading(text):
            return Heading(_clean(text))
        case Quote(text):
            return Quote(_clean(text))
        case File(name, label):
            return File(name, _clean(label))
        case Picture():
            return Paragraph((Plain(_MARK),))
        case Paragraph(spans):
            bare = (Body((Paragraph((span,)),)) for span in spans)
            texts = (_MARK if _is_mention(span) else _clean(plain(one)) for span, one in zip(spans, bare, strict=True))
            return Paragraph(tuple(Plain(text) for text in texts))


def _inserts(block: Block) -> list[Segment]:
    """Return what stands for the marks of a block."""
    if isinstance(block, Picture):
        return [{"type": "image", "data": {"file": block.name, "summary": f"[{_clean(block.alt)}]"}}]
    spans = block.spans if isinstance(block, Paragraph) else ()
    return [{"type": "at", "data": {"qq": span.member}} for span in spans if isinstance(span, At) and _is_mention(span)]


def _is_mention(span: object) -> bool:
    return isinstance(span, At) and span.member.isascii() and span.member.isdigit()


def _clean(text: str) -> str:
    return sanitize(text).replace(_MARK, "\ufffd")


def _width(text: str) -> int:
    return len(text) + text.count(_MARK) * (_MARK_WIDTH - 1)


def _segments(text: str, inserts: list[Segment]) -> list[Segment]:
    first, *rest = text.split(_MARK)
    segments = [_text(first)]
    for insert, after in zip(inserts, rest, strict=True):
        segments += [insert, _text(after)]
    return [segment for segment in segments if segment["data"] != {"text": ""}]


def _filled(segment: Segment, contents: Mapping[str, bytes]) -> Segment:
    """Put a picture's content in, or its words in its place."""
    if segment["type"] != "image":
        return segment
    data = table(segment.get("data"))
    name, alt = words(data.get("file")), words(data.get("summary"))
    if name not in contents:
        return _text(alt)
    return {"type": "image", "data": {"file": _packed(contents[name]), "summary": alt}}


def _packed(data: bytes) -> str:
    return "base64://" + base64.b64encode(data).decode()


def _text(text: str) -> Segment:
    return {"type": "text", "data": {"text": text}}


def _number(key: str) -> int | str:
    return int(key) if key.removeprefix("-").isdigit() else key
