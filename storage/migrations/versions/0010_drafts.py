"""Drafts: each time a language model was asked for one, and how that ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint

revision = "0010_drafts"
down_revision = "0009_experts"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "drafts",
        Column("id", ID, primary_key=True),
        Column("day", Text, nullable=False),
        Column("number", Integer),
        Column("kind", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("group_id", ID, ForeignKey("groups.id")),
        Column("member_id", ID, ForeignKey("members.id")),
        Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        Column("ended_at", sa.DateTime(timezone=True)),
        Column("ended", Text, nullable=False),
        Column("tokens", Integer, nullable=False, server_default="0"),
        UniqueConstraint("day", "number"),
    )
    op.create_index("ix_drafts_member_id_asked_at", "drafts", ["member_id", "asked_at"])
    op.create_index("ix_drafts_asked_at", "drafts", ["asked_at"])
