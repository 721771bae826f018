"""Questions for the speakers of an event: who asks what, who has it too, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, ScalarSelect, Select, Table, Text, func, select, update

from storage import members
from storage.database import Store
from storage.members import MEMBERS
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

QUESTIONS = Table(
    "speaker_questions",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("group_id", Id, ForeignKey("groups.id")),  # where it was said; NULL: in private
    Column("text", Text, nullable=False, info=PERSONAL),
    Column("at", UTCDateTime, nullable=False),
    Column("answered_at", UTCDateTime),
    Column("hidden_at", UTCDateTime),
    Column("thread_id", Id),  # what it became; without a foreign key, as pins name threads
    Index("ix_speaker_questions_event_id", "event_id"),
    Index("ix_speaker_questions_member_id", "member_id"),
    Index("ix_speaker_questions_thread_id", "thread_id"),
)

VOTES = Table(
    "speaker_votes",
    METADATA,
    Column("question_id", Id, ForeignKey("speaker_questions.id"), primary_key=True),
    Column("member_id", Id, ForeignKey("members.id"), primary_key=True),
    Index("ix_speaker_votes_member_id", "member_id"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question for the speakers; people know it as `Q12`. `votes` are other persons who have it too."""

    id: int
    event: int
    member: int
    person: int
    group: int | None
    text: str
    at: datetime
    answered_at: datetime | None
    hidden_at: datetime | None
    thread: int | None
    votes: int

    @property
    def number(self) -> str:
        """What people call it: `Q12`."""
        return f"Q{self.id}"


_NAMES = ("id", "event_id", "member_id")
_LATER = ("group_id", "text", "at", "answered_at", "hidden_at", "thread_id")


async def add(store: Store, event: int, member: int, text: str, at: datetime, group: int | None = None) -> int:
    """Keep a question and return its number; without a group it was asked in private."""
    row = {"event_id": event, "member_id": member, "text": text, "at": at, "group_id": group}
    return await store.insert(QUESTIONS, **row)


async def find(store: Store, question: int) -> Question | None:
    """Return a question by number, if there is one that was not erased."""
    return next(iter(await _read(store, QUESTIONS.c.id == question)), None)


async def of_thread(store: Store, thread: int) -> Question | None:
    """Return the question that became a thread, if one did."""
    return next(iter(await _read(store, QUESTIONS.c.thread_id == thread)), None)


async def same(store: Store, event: int, text: str) -> Question | None:
    """Return the question that says the very same at an event, whatever its case."""
    return next(
        iter(await _read(store, QUESTIONS.c.event_id == event, func.lower(QUESTIONS.c.text) == text.lower())), None
    )


async def listed(store: Store, event: int) -> list[Question]:
    """Return the questions of an event that are not hidden: most votes first, then the oldest."""
    found = await _read(store, QUESTIONS.c.event_id == event, QUESTIONS.c.hidden_at.is_(None))
    return sorted(found, key=lambda question: (-question.votes, question.at, question.id))


async def count(store: Store, event: int, person: int | None = None) -> int:
    """Return how many questions were asked, by a person or by all; hidden ones count."""
    query = select(func.count()).join(MEMBERS, MEMBERS.c.id == QUESTIONS.c.member_id)
    query = query.where(QUESTIONS.c.event_id == event)
    return int(await store.scalar(query if person is None else query.where(MEMBERS.c.person_id == person)) or 0)


async def asked_in(store: Store, event: int, group: int, since: datetime) -> list[Question]:
    """Return what was asked in a group since a time, oldest first."""
    return await _read(
        store, QUESTIONS.c.event_id == event, QUESTIONS.c.group_id == group, QUESTIONS.c.at >= since
    )  # fmt: skip


async def of_members(store: Store, mine: Collection[int], event: int) -> list[Question]:
    """Return what a person asked at an event, oldest first."""
    return await _read(store, QUESTIONS.c.event_id == event, QUESTIONS.c.member_id.in_(mine))


async def vote(store: Store, question: int, member: int) -> bool:
    """Keep that a member has a question as well; False where the person had said so."""
    mine = VOTES.c.member_id.in_(await members.siblings(store, member))
    if (
        await store.scalar(select(VOTES.c.question_id).where(VOTES.c.question_id == question, mine).limit(1))
        is not None
    ):
        return False
    return await store.insert_new(VOTES, [{"question_id": question, "member_id": member}]) == 1


async def answered(store: Store, question: int, at: datetime | None, thread: int | None = None) -> None:
    """Keep that a question was answered, and in which thread; None for a time takes it back."""
    values: dict[str, Any] = {"answered_at": at} | ({} if thread is None else {"thread_id": thread})
    await store.execute(update(QUESTIONS).where(QUESTIONS.c.id == question).values(**values))


async def hide(store: Store, question: int, at: datetime | None) -> None:
    """Let a question be listed no more, or again where no time is given."""
    await store.execute(update(QUESTIONS).where(QUESTIONS.c.id == question).values(hidden_at=at))


async def _read(store: Store, *where: Any) -> list[Question]:
    return [Question(*row) for row in await store.rows(_select().where(*where).order_by(QUESTIONS.c.id))]


def _select() -> Select[Any]:
    """Select questions with their votes; those of the forgotten have no words any more and are left out."""
    columns = (*(QUESTIONS.c[name] for name in _NAMES), MEMBERS.c.person_id, *(QUESTIONS.c[name] for name in _LATER))
    joined = QUESTIONS.join(MEMBERS, MEMBERS.c.id == QUESTIONS.c.member_id)
    return select(*columns, _votes()).select_from(joined).where(QUESTIONS.c.text != "")


def _votes() -> ScalarSelect[Any]:
    """Count the persons who have a question as well: of each question by itself, never of all there ever were."""
    voter = MEMBERS.alias()
    counted = select(func.count(voter.c.person_id.distinct())).join(VOTES, VOTES.c.member_id == voter.c.id)
    return counted.where(VOTES.c.question_id == QUESTIONS.c.id).correlate(QUESTIONS).scalar_subquery()
