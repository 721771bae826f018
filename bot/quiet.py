"""The quiet regime: when a post of the bot's own accord may go out. One place for all features, and pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers._tables import Quiet
from storage.replies import At, Body, Paragraph, Plain, Purpose

PROACTIVE = frozenset({Purpose.DIGEST, Purpose.REMINDER})
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands: its first preview is approved (or none needed), it asked for quiet, what it got in 7 days."""

    approved: bool
    quiet: bool
    digests: int
    reminders: int


class Ruling(StrEnum):
    """What becomes of a post that is due."""

    SEND = "send"
    PREVIEW = "preview"  # held until an admin says yes
    DROP = "drop"


def ruling(purpose: Purpose, standing: Standing, budget: int) -> Ruling:
    """Decide about a post: what answers somebody always goes, what the bot says unasked must be wanted.

    The weekly budget keeps a place for the digest: reminders may use all but one of it until the digest went out.
    """
    if purpose not in PROACTIVE:
        return Ruling.SEND
    if standing.quiet:
        return Ruling.DROP
    if not standing.approved:
        return Ruling.PREVIEW
    used = standing.digests + standing.reminders
    reserved = 1 if purpose is Purpose.REMINDER and standing.digests == 0 else 0
    return Ruling.SEND if used < budget - reserved else Ruling.DROP


def is_night(now: datetime, zone: ZoneInfo, quiet: Quiet) -> bool:
    """Say whether nobody may be mentioned now."""
    return quiet.is_night(now.astimezone(zone).time())


def without_mentions(body: Body) -> Body:
    """Return a body that names people but mentions nobody, for the night."""
    blocks = tuple(
        Paragraph(tuple(Plain(span.name) if isinstance(span, At) else span for span in block.spans))
        if isinstance(block, Paragraph)
        else block
        for block in body.blocks
    )
    return replace(body, blocks=blocks)
