"""Sets a booklet as a PDF: A4, a cover with contents, a chapter for each series and month, the numbers at the end."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from handlers._booklet import Booklet
from handlers._drawing.typesetting import typeset

TEMPLATE = Path(__file__).with_name("templates") / "booklet.typ"
LISTED = 20  # chapters up to which the contents also name the events
NAMED = 60  # events up to which they do


def pdf(booklet: Booklet) -> bytes:
    """Return the document; the same booklet gives the same bytes.

    Template and pictures are put into a folder of their own, for a template reads nothing outside of its folder.
    """
    made = datetime.combine(booklet.made, time(), UTC)
    with TemporaryDirectory() as folder:
        template = Path(folder) / TEMPLATE.name
        template.write_bytes(TEMPLATE.read_bytes())
        for name, picture in booklet.pictures.items():
            (Path(folder) / name).write_bytes(picture)
        return typeset(template, content(booklet), form="pdf", created=made)


def content(booklet: Booklet) -> dict[str, Any]:
    """Return what the template shows, all of it words and numbers."""
    held = sum(len(chapter.records) for chapter in booklet.chapters)
    told = asdict(booklet) | {"made": booklet.made.isoformat(), "pictures": [], "remarks": []}
    return told | {"single": held == 1, "named": held <= NAMED and len(booklet.chapters) <= LISTED}
