"""What a post of the outbox is: its row, and the states it can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage import replies
from storage.replies import Body, Purpose
from storage.schema import METADATA, Id, UTCDateTime

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("group_id", Id, ForeignKey("groups.id"), nullable=False),
    Column("reply_to", Text),
    Column("about", Text),
    Column("purpose", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON; blanked after retention
    Column("payload", Text),  # as rendered for the platform: a retry sends the same bytes
    Column("part", Integer, nullable=False, server_default="1"),
    Column("parts", Integer, nullable=False, server_default="1"),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime),
    Column("created_at", UTCDateTime, nullable=False),
    Column("sending_at", UTCDateTime),
    Column("sent_at", UTCDateTime),
    Column("owner", Text),  # the process that is sending
    Column("platform_key", Text),
    Column("error", Text),
    UniqueConstraint("key"),
    Index("ix_outbox_state_not_before", "state", "not_before"),
    Index("ix_outbox_group_id_platform_key", "group_id", "platform_key"),
    Index("ix_outbox_group_id_created_at", "group_id", "created_at"),
    Index("ix_outbox_about", "about"),
)


class State(StrEnum):
    """Where a post stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"  # waits for a person: outcome unknown, or the preview is not approved
    DROPPED = "dropped"  # expired, or not worth a risk of saying it twice


@dataclass(frozen=True, slots=True)
class Post:
    """A row of the outbox."""

    id: int
    key: str
    group_id: int
    reply_to: str | None
    about: str | None
    purpose: Purpose
    body: Body
    payload: str | None
    part: int
    parts: int
    state: State
    attempts: int
    not_before: datetime
    expires_at: datetime | None
    created_at: datetime
    sent_at: datetime | None
    platform_key: str | None
    error: str | None


_NAMES = ("id", "key", "group_id", "reply_to", "about", "purpose", "body", "payload", "part", "parts", "state")
_MORE = ("attempts", "not_before", "expires_at", "created_at", "sent_at", "platform_key", "error")
COLUMNS = tuple(OUTBOX.c[name] for name in (*_NAMES, *_MORE))

EMPTY = replies.encode(Body(()))


def post_of(row: Any) -> Post:
    """Return the post that a row of `COLUMNS` tells of."""
    fields = list(row)
    fields[5], fields[6], fields[10] = Purpose(fields[5]), replies.decode(fields[6]), State(fields[10])
    return Post(*fields)
