"""Feedback: what those who were at an event say of it, a score and one line; and who was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, or_, select, update

from storage.certificates import Certificate
from storage.certificates import find as certificate
from storage.database import Store
from storage.members import MEMBERS
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

__all__ = ["FEEDBACK", "Certificate", "Feedback", "ask", "asked", "certificate", "of_event", "rate", "unanswered"]

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("score", Integer),  # 1 to 5; NULL: asked, and not said yet
    Column("text", Text, nullable=False, server_default="", info=PERSONAL),
    Column("at", UTCDateTime, nullable=False),  # when it was said, or asked for
    UniqueConstraint("event_id", "member_id"),
    Index("ix_feedback_member_id", "member_id"),
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person says of an event: a score of 1 to 5, where one was given, and one line, which may be empty."""

    event: int
    member: int
    person: int
    score: int | None
    text: str
    at: datetime


_SAID = or_(FEEDBACK.c.score.is_not(None), FEEDBACK.c.text != "")


async def ask(store: Store, event: int, members: Iterable[int], at: datetime) -> None:
    """Keep that members are asked what they think of an event; who said it before is not asked again."""
    await store.insert_new(
        FEEDBACK, [{"event_id": event, "member_id": member, "score": None, "text": "", "at": at} for member in members]
    )


async def asked(store: Store, event: int) -> set[int]:
    """Return the persons who were asked, or said something, of an event."""
    query = select(MEMBERS.c.person_id).join(FEEDBACK, FEEDBACK.c.member_id == MEMBERS.c.id)
    return set(await store.scalars(query.where(FEEDBACK.c.event_id == event)))


async def unanswered(store: Store, members: Collection[int], since: datetime) -> list[int]:
    """Return the events of which one of some members was asked since a time and said nothing yet, the latest first."""
    query = select(FEEDBACK.c.event_id).where(
        FEEDBACK.c.member_id.in_(list(members)), FEEDBACK.c.at >= since, FEEDBACK.c.score.is_(None)
    )
    return await store.scalars(query.order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.event_id.desc()))


async def rate(
    store: Store, event: int, member: int, siblings: Collection[int], score: int | None, text: str, at: datetime
) -> bool:
    """Keep what a person says of an event: the last word counts. Return whether something was said before.

    A line without a score leaves the score that was given; a score without a line leaves the line.
    """
    theirs = FEEDBACK.c.event_id == event, FEEDBACK.c.member_id.in_({member, *siblings})
    row = await store.row(
        select(FEEDBACK.c.id, FEEDBACK.c.score, FEEDBACK.c.text).where(*theirs).order_by(_SAID.desc(), FEEDBACK.c.id)
    )
    if row is None:
        fields = {"event_id": event, "member_id": member, "score": score, "text": text, "at": at}
        await store.insert_new(FEEDBACK, [fields])
        return False
    values = {"score": row.score if score is None else score, "text": text or row.text, "at": at}
    await store.execute(update(FEEDBACK).where(FEEDBACK.c.id == row.id).values(**values))
    return row.score is not None or row.text != ""


async def of_event(store: Store, event: int) -> list[Feedback]:
    """Return what was said of an event, one word of each person: the last one, in their order."""
    columns = (FEEDBACK.c.event_id, FEEDBACK.c.member_id, MEMBERS.c.person_id)
    query = (
        select(*columns, FEEDBACK.c.score, FEEDBACK.c.text, FEEDBACK.c.at)
        .join(MEMBERS, MEMBERS.c.id == FEEDBACK.c.member_id)
        .where(FEEDBACK.c.event_id == event, _SAID)
        .order_by(FEEDBACK.c.at, FEEDBACK.c.id)
    )
    found = {row[2]: Feedback(*row) for row in await store.rows(query)}
    return sorted(found.values(), key=lambda one: (one.at, one.member))
