"""Events lead to each other in series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Text

revision = "0016_series"
down_revision = "0015_pairs"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "series",
        Column("id", ID, primary_key=True),
        Column("city", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("template", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("ended_at", DateTime(timezone=True)),
        Column("by_member", ID, ForeignKey("members.id")),
    )
    goes_on = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_series_going_on", "series", ["city"], unique=True, sqlite_where=goes_on, postgresql_where=goes_on
    )
    op.create_table(
        "series_rounds",
        Column("event_id", ID, primary_key=True, autoincrement=False),
        Column("series_id", ID, ForeignKey("series.id"), nullable=False),
        Column("starts_at", DateTime(timezone=True), nullable=False),
        Column("moved_from", DateTime(timezone=True)),
    )
