"""Suggestions: what was offered to a question, and what its asker said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, Float, Text, UniqueConstraint

revision = "0008_suggestions"
down_revision = "0007_answerers"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "suggestions",
        Column("id", ID, primary_key=True),
        Column("thread_id", ID, nullable=False),
        Column("kind", Text, nullable=False),
        Column("target", ID, nullable=False),
        Column("likeness", Float, nullable=False),
        Column("unasked", Boolean, nullable=False, server_default=sa.false()),
        Column("at", sa.DateTime(timezone=True), nullable=False),
        Column("verdict", Text),
        Column("settled_at", sa.DateTime(timezone=True)),
        UniqueConstraint("thread_id", "kind", "target"),
    )
    op.create_index("ix_suggestions_kind_target", "suggestions", ["kind", "target"])
