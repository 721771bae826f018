"""Experts: what who agreed to be asked wants, what they say they know, and who was asked about what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint

revision = "0009_experts"
down_revision = "0008_suggestions"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "experts",
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        Column("weekly_cap", Integer),
        Column("rest_until", sa.DateTime(timezone=True)),
        Column("quiet_from", Text),
        Column("quiet_until", Text),
    )
    op.create_table(
        "skills",
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "asks",
        Column("id", ID, primary_key=True),
        Column("thread_id", ID, nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("at", sa.DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False),
        Column("settled_at", sa.DateTime(timezone=True)),
        UniqueConstraint("thread_id", "member_id"),
    )
    op.create_index("ix_asks_member_id", "asks", ["member_id"])
    op.create_index("ix_asks_at", "asks", ["at"])
