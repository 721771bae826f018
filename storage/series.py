"""Series: events that lead to each other in one city, round by round up to a summit."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from storage.schema import METADATA, Id, UTCDateTime

SERIES = Table(
    "series",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("city", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("template", Text, nullable=False),  # its rounds, tasks and goals as they were meant, JSON
    Column("created_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("by_member", Id, ForeignKey("members.id")),
)
