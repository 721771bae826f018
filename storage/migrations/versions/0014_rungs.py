"""Rungs: what was done, on the ladder of its group, for a question that waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0014_rungs"
down_revision = "0013_entrusted"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rungs",
        Column("thread_id", ID, primary_key=True, autoincrement=False),
        Column("rung", Text, primary_key=True),
        Column("nth", Integer, primary_key=True, autoincrement=False),
        Column("at", sa.DateTime(timezone=True), nullable=False),
        Column("post", Text, nullable=False, server_default=""),
    )
    op.create_index("ix_rungs_at", "rungs", ["at"])
