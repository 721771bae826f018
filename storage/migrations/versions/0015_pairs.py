"""Threads that look like one question are offered to admins; how many answers a group got is found quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, Float, Integer, Text, UniqueConstraint

revision = "0015_pairs"
down_revision = "0014_rungs"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "pairs",
        Column("id", ID, primary_key=True),
        Column("thread_id", ID, nullable=False),
        Column("earlier", ID, nullable=False),
        Column("likeness", Float, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("offered", Integer, nullable=False, server_default="0"),
        Column("offered_at", DateTime(timezone=True)),
        Column("verdict", Text),
        Column("settled_at", DateTime(timezone=True)),
        Column("by_member", ID),
        UniqueConstraint("thread_id", "earlier"),
    )
    op.create_index("ix_pairs_earlier", "pairs", ["earlier"])
    op.create_index("ix_outbox_group_id_created_at", "outbox", ["group_id", "created_at"])
