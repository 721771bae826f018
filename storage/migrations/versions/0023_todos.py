"""To-dos and goals of a series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, UniqueConstraint

revision = "0023_todos"
down_revision = "0022_feedback"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "todos",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("series_id", ID, ForeignKey("series.id")),
        Column("days", Integer, nullable=False),
        Column("due_on", Date, nullable=False),
        Column("what", Text, nullable=False),
        Column("owner", ID, ForeignKey("members.id")),
        Column("position", Integer, nullable=False, server_default="0"),
        Column("at", DateTime(timezone=True), nullable=False),
        *(Column(name, DateTime(timezone=True)) for name in ("done_at", "reminded_at", "overdue_at")),
    )
    op.create_index("ix_todos_event_id", "todos", ["event_id"])
    op.create_index("ix_todos_done_at_due_on", "todos", ["done_at", "due_on"])
    op.create_table(
        "goals",
        Column("id", ID, primary_key=True),
        Column("series_id", ID, ForeignKey("series.id"), nullable=False),
        Column("round", Integer, nullable=False),
        Column("goal", Text, nullable=False),
        Column("wanted", Integer),
        Column("reached", Integer),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("series_id", "round", "goal"),
    )
