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


def drawing(digest: Digest, text: Reply, group: int, *, dark: bool, below: Body | None = None) -> Errand:
    """Return the errand that draws a digest and posts it; `text` is what goes out, and where, if that fails.

    Below the picture stands what belongs there (`below`), by default the few lines of `digest.below`.
    """
    payload: dict[str, Any] = {
        "page": _PAGE.dump_python(digest.page, mode="json"),
        "dark": dark,
        "title": digest.first,
        "below": encode(digest.below if below is None else below),
        "body": encode(text.body),
        "about": text.about,
        "member": text.member,
        "purpose": text.purpose,
        "not_before": _written(text.not_before),
        "expires_at": _written(text.expires_at),
    }
    return Errand(FEATURE, DRAW, text.key or "", payload, group=group)


async def draw(errand: Errand, outside: Outside) -> Reply:
    """Return the post of an edition: its picture with a few lines below, or all of it as text."""
    told = errand.payload
    name = await _drawn(errand, outside)
    body = decode(told["body"])
    if name is not None:
        body = Body((Picture(name, told["title"]),)).plus(decode(told["below"]))
    return Reply(
        body,
        member=told["member"],
        purpose=Purpose(told["purpose"]),
        key=errand.key,
        about=told["about"],
        not_before=_read(told["not_before"]),
        expires_at=_read(told["expires_at"]),
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)


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
