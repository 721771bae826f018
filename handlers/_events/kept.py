"""Somebody's words as they are kept beside an event: one line, of bearable length, calling nobody."""

from __future__ import annotations

import re
from typing import Any

from handlers import Context, UserError
from handlers._events import reading
from handlers._events.refusing import UnreadableError

_CHINESE = "\u4e00-\u9fff》」）"
_HALF = re.compile(rf"(?<=[{_CHINESE}]),\s?(?=[\u4e00-\u9fff《「（])")


def kept(ctx: Context[Any], text: str, most: int, name: str) -> str:
    """Return words as they are kept; between Chinese the comma is as wide again as it was before it was a command's.

    Raises:
        UserError: They are too long, or call everyone.
    """
    try:
        return reading.plain(_HALF.sub("，", text), most, name)
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
