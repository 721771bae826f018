"""What an event costs and brings, and what its sponsors get."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Text

revision = "0024_money"
down_revision = "0023_todos"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "event_money",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("cents", BigInteger, nullable=False),
        Column("currency", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("by_member", ID, ForeignKey("members.id")),
    )
    op.create_index("ix_event_money_event_id", "event_money", ["event_id"])
    op.create_table(
        "sponsorships",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("company_id", ID, ForeignKey("companies.id"), nullable=False),
        Column("slot", Text, nullable=False),
        Column("what", Text, nullable=False, server_default=""),
        Column("cents", BigInteger, nullable=False, server_default="0"),
        Column("currency", Text, nullable=False, server_default=""),
        Column("agreed_at", DateTime(timezone=True), nullable=False),
        Column("shown_at", DateTime(timezone=True)),
        Column("proof", Text, nullable=False, server_default=""),
    )
    op.create_index("ix_sponsorships_event_id", "sponsorships", ["event_id"])
