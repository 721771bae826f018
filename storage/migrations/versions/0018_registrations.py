"""Who registered for an event, and by whose word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint

revision = "0018_registrations"
down_revision = "0017_events"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registrations",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("state", Text, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("changed_at", MOMENT, nullable=False),
        Column("group_id", ID, ForeignKey("groups.id")),
        Column("source", Text, nullable=False),
        Column("referrer", ID, ForeignKey("members.id")),
        Column("company_id", ID, ForeignKey("companies.id")),
        *(Column(name, Text, nullable=False, server_default="") for name in ("title", "city", "email", "phone")),
        Column("remind", Text, nullable=False, server_default=""),
        Column("promoted_at", MOMENT),
        UniqueConstraint("event_id", "member_id"),
    )
    op.create_index("ix_registrations_event_id_state_at", "registrations", ["event_id", "state", "at"])
    where = "ix_registrations_event_id_group_id_state_at"
    op.create_index(where, "registrations", ["event_id", "group_id", "state", "at"])
    op.create_index("ix_registrations_member_id", "registrations", ["member_id"])
    op.create_table(
        "referrals",
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True, autoincrement=False),
        Column("code", Text, nullable=False),
        UniqueConstraint("code"),
    )
    op.create_table(
        "event_companies",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        Column("company_id", ID, ForeignKey("companies.id"), primary_key=True),
        Column("registered", Integer, nullable=False),
        Column("attended", Integer, nullable=False),
    )
