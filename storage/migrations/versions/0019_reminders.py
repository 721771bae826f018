"""What was said of an event, once for each group and beginning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Text, UniqueConstraint

revision = "0019_reminders"
down_revision = "0018_registrations"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reminders",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("starts_at", DateTime(timezone=True), nullable=False),
        Column("group_id", ID, nullable=False, server_default="0"),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("post", Text, nullable=False, server_default=""),
        UniqueConstraint("event_id", "kind", "starts_at", "group_id"),
    )
    op.create_index("ix_reminders_post", "reminders", ["post"])
