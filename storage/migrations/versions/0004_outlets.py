"""Outlets: the monthly figures of the website and the official account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0004_outlets"
down_revision = "0003_topics"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "outlet_months",
        Column("month", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("members", BigInteger),
        Column("companies", BigInteger),
        Column("daily_visitors", BigInteger),
        Column("page_views", BigInteger),
        Column("clicks", BigInteger),
        Column("given_at", sa.DateTime(timezone=True), nullable=False),
    )
