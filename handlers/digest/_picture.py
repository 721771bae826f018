"""Draws an edition as a picture, in an errand: what is not drawn in the end goes out as text alone."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from typst import TypstError

from handlers import Body, Errand, Outside, Purpose, Reply
from handlers._drawing import Page, picture
from handlers.digest._model import Digest
from handlers.digest._settings import FEATURE
from storage.replies import Picture, decode, encode

log = logging.getLogger(__name__)

DRAW = "draw"
_PAGE: TypeAdapter[Page] = TypeAdapter(Page)


def drawing(digest: Digest, text: Reply, group: int, *, dark: bool) -> Errand:
    """Return the errand that draws a digest and posts it in a group; `text` is what goes out where that fails."""
    payload: dict[str, Any] = {
        "page": _PAGE.dump_python(digest.page, mode="json"),
        "dark": dark,
        "title": digest.first,
        "below": encode(digest.below),
        "body": encode(text.body),
        "about": text.about,
        "not_before": None if text.not_before is None else text.not_before.isoformat(),
    }
    return Errand(FEATURE, DRAW, text.key or "", payload, group=group)


async def draw(errand: Errand, outside: Outside) -> Reply:
    """Return the post of an edition: its picture with a few lines below, or all of it as text."""
    told = errand.payload
    name = await _drawn(errand, outside)
    body = decode(told["body"])
    if name is not None:
        body = Body((Picture(name, told["title"]),)).plus(decode(told["below"]))
    not_before = None if told["not_before"] is None else datetime.fromisoformat(told["not_before"])
    return Reply(body, purpose=Purpose.DIGEST, key=errand.key, about=told["about"], not_before=not_before)


async def _drawn(errand: Errand, outside: Outside) -> str | None:
    """Return the name of the picture among our files; None where it could not be drawn, and the log says why."""
    try:
        found = await outside.in_worker(png, _PAGE.validate_python(errand.payload["page"]), errand.payload["dark"])
    except BrokenProcessPool:
        found = None
    if found is None:
        log.error("the picture of %s could not be drawn; it goes out as text", errand.key)
        return None
    name = f"{re.sub('[^0-9A-Za-z-]+', '-', errand.key)}-{hashlib.sha256(found).hexdigest()[:12]}.png"
    await asyncio.to_thread(save, outside.files / name, found)
    return name


def png(page: Page, dark: bool) -> bytes | None:
    """Return a page as a PNG; None where it cannot be typeset."""
    try:
        return picture(page, dark=dark)
    except TypstError:  # its message quotes the page
        return None


def save(file: Path, found: bytes) -> None:
    """Write a file whole or not at all, so that nobody ever sends half a picture."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(found)
    partial.replace(file)
