"""Who came: codes of the day, check-ins, what was asked on site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, Date, ForeignKey, Text, UniqueConstraint

revision = "0020_checkins"
down_revision = "0019_reminders"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _came()
    op.create_table(
        "interviews",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("how", Text, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("industry", Text, nullable=False, server_default=""),
        Column("scenario", Text, nullable=False, server_default=""),
        Column("architecture", Text, nullable=False, server_default=""),
        Column("needs", Text, nullable=False, server_default=""),
        UniqueConstraint("event_id", "member_id"),
    )
    op.create_index("ix_interviews_member_id", "interviews", ["member_id"])


def _came() -> None:
    op.create_table(
        "checkins",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("day", Date, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("how", Text, nullable=False),
        UniqueConstraint("event_id", "member_id", "day"),
    )
    op.create_index("ix_checkins_member_id", "checkins", ["member_id"])
    op.create_table(
        "checkin_codes",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("code", Text, nullable=False),
        Column("token", Text, nullable=False),
        UniqueConstraint("day", "code"),
    )
    op.create_table(
        "checkin_tries",
        Column("id", ID, primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_checkin_tries_at", "checkin_tries", ["at"])
