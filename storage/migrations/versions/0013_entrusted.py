"""Entrusted: questions that the bot carried into a group for members, and what those were told since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey

revision = "0013_entrusted"
down_revision = "0012_metoo"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "entrusted",
        Column("thread_id", ID, primary_key=True, autoincrement=False),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("at", sa.DateTime(timezone=True), nullable=False),
        Column("message_id", ID, nullable=False, server_default="0"),
    )
    op.create_index("ix_entrusted_member_id_at", "entrusted", ["member_id", "at"])
    op.create_index("ix_entrusted_at", "entrusted", ["at"])
