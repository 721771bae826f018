"""The quiet regime: when a post of the bot's own accord may go out. One place for all features, and pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.replies import At, Body, Paragraph, Plain, Purpose

PROACTIVE = frozenset({Purpose.DIGEST, Purpose.REMINDER})
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Regime:
    """What the operator configured in `[outbox]`; times are local to the group."""

    preview: bool = True
    budget: int = 3
    night_from: time = time(22, 0)
    night_until: time = time(9, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands: an admin approved its first preview, asked for quiet, and what it got in 7 days."""

    approved: bool
    quiet: bool
    digests: int
    reminders: int


class Ruling(StrEnum):
    """What becomes of a post that is due."""

    SEND = "send"
    PREVIEW = "preview"  # held until an admin says yes
    DROP = "drop"


def ruling(purpose: Purpose, standing: Standing, regime: Regime) -> Ruling:
    """Decide about a post: what answers somebody always goes, what the bot says unasked must be wanted.

    The weekly budget keeps a place for the digest: reminders may use all but one of it until the digest went out.
    """
    if purpose not in PROACTIVE:
        return Ruling.SEND
    if standing.quiet:
        return Ruling.DROP
    if regime.preview and not standing.approved:
        return Ruling.PREVIEW
    used = standing.digests + standing.reminders
    reserved = 1 if purpose is Purpose.REMINDER and standing.digests == 0 else 0
    return Ruling.SEND if used < regime.budget - reserved else Ruling.DROP


def is_night(now: datetime, zone: ZoneInfo, regime: Regime) -> bool:
    """Say whether nobody may be mentioned now."""
    local = now.astimezone(zone).time()
    if regime.night_from <= regime.night_until:
        return regime.night_from <= local < regime.night_until
    return local >= regime.night_from or local < regime.night_until


def without_mentions(body: Body) -> Body:
    """Return a body that names people but mentions nobody, for the night."""
    blocks = tuple(
        Paragraph(tuple(Plain(span.name) if isinstance(span, At) else span for span in block.spans))
        if isinstance(block, Paragraph)
        else block
        for block in body.blocks
    )
    return replace(body, blocks=blocks)
