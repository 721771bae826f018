"""CQ codes: the older, textual form of a OneBot message, which is read but never written to a platform."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.adapters._parse import table

Segment = dict[str, object]

# No `[` inside a code, so that an attempt ends at the next one and reading stays linear on hostile text.
_CODE = re.compile(r"\[CQ:([A-Za-z0-9_.\-]+)((?:,[^,=\[\]]+=[^,\[\]]*)*)\]")
_ESCAPES = (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&"))


def decode(text: str) -> list[Segment]:
    """Return the segments of a CQ-coded text; what is no well-formed code is text."""
    segments: list[Segment] = []
    end = 0
    for code in _CODE.finditer(text):
        _add_text(segments, text[end : code.start()])
        segments.append({"type": code[1], "data": _parameters(code[2])})
        end = code.end()
    _add_text(segments, text[end:])
    return segments


def encode(segments: Iterable[Segment]) -> str:
    """Return the CQ-coded text of segments; `decode` takes it back, values as text."""
    return "".join(_encode_one(segment) for segment in segments)


def _encode_one(segment: Segment) -> str:
    data = table(segment.get("data"))
    if segment["type"] == "text":
        return _escape(str(data["text"]))
    parameters = "".join(f",{key}={_escape(str(value)).replace(',', '&#44;')}" for key, value in data.items())
    return f"[CQ:{segment['type']}{parameters}]"


def _add_text(segments: list[Segment], text: str) -> None:
    if text:
        segments.append({"type": "text", "data": {"text": _unescape(text)}})


def _parameters(text: str) -> dict[str, object]:
    pairs = (part.partition("=") for part in text.split(",")[1:])
    return {key: _unescape(value) for key, _, value in pairs}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")


def _unescape(text: str) -> str:
    for escape, character in _ESCAPES:
        text = text.replace(escape, character)
    return text
