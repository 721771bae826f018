"""A report as a document to send: built and set in one go, so that a worker process can do both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers._reporting import Asked
from handlers._reporting.building import build
from handlers._reporting.pages import pdf
from storage.database import Store
from storage.groups import Group


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF, and what is said when it is handed over."""

    content: bytes
    title: str
    span: str
    news: tuple[str, ...]


async def document(store: Store, asked: Asked, now: datetime, found: Sequence[Group]) -> Document:
    """Return the report of groups as a PDF.

    Raises:
        NoGroupError: There is no group.
        WishError: The period is none.
    """
    report = await build(store, asked, now, found)
    return Document(pdf(report), report.title, report.span, report.news)
