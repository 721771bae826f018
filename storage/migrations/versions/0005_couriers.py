"""Couriers: who carries posts by hand into groups where no bot can be, and what was carried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Text, UniqueConstraint

revision = "0005_couriers"
down_revision = "0004_outlets"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "couriers",
        Column("id", ID, primary_key=True),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("named_at", sa.DateTime(timezone=True)),
        Column("agreed_at", sa.DateTime(timezone=True)),
        UniqueConstraint("group_id", "member_id"),
    )
    op.create_index("ix_couriers_member_id", "couriers", ["member_id"])
    op.create_table(
        "carriages",
        Column("id", ID, primary_key=True),
        Column("edition", Text, nullable=False),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("post", Text, nullable=False),
        Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False),
        Column("settled_at", sa.DateTime(timezone=True)),
        Column("reminded_at", sa.DateTime(timezone=True)),
        UniqueConstraint("edition", "group_id", "member_id"),
    )
    op.create_index("ix_carriages_member_id_state", "carriages", ["member_id", "state"])
    op.create_index("ix_carriages_asked_at", "carriages", ["asked_at"])
