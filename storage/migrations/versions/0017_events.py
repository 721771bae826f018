"""Events, by rule or one by one: who speaks, which companies host, for whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, UniqueConstraint

revision = "0017_events"
down_revision = "0016_series"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _rules()
    _events()
    op.create_table(
        "speakers",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("position", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("about", Text, nullable=False, server_default=""),
        Column("company_id", ID, ForeignKey("companies.id")),
        Column("member_id", ID, ForeignKey("members.id")),
        UniqueConstraint("event_id", "position"),
    )
    op.create_table(
        "event_hosts",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        Column("company_id", ID, ForeignKey("companies.id"), primary_key=True),
    )
    op.create_table(
        "event_targets",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("value", Text, primary_key=True),
    )


def _rules() -> None:
    op.create_table(
        "event_rules",
        Column("id", ID, primary_key=True),
        Column("uid", Text),
        Column("rule", Text, nullable=False),
        Column("plan", Text, nullable=False),
        Column("state", Text, nullable=False, server_default="draft"),
        Column("zone", Text, nullable=False),
        Column("since", DateTime(timezone=True), nullable=False),
        Column("except_on", Text, nullable=False, server_default="[]"),
        Column("made_until", DateTime(timezone=True)),
        Column("ended_at", DateTime(timezone=True)),
        Column("by_member", ID, ForeignKey("members.id")),
        UniqueConstraint("uid"),
    )


def _events() -> None:
    op.create_table(
        "events",
        Column("id", ID, primary_key=True),
        Column("uid", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("title", Text, nullable=False),
        *(Column(name, Text, nullable=False, server_default="") for name in ("summary", "city", "venue", "link")),
        Column("starts_at", DateTime(timezone=True), nullable=False),
        Column("ends_at", DateTime(timezone=True), nullable=False),
        Column("zone", Text, nullable=False),
        Column("capacity", Integer),
        *(Column(name, Text, nullable=False, server_default="") for name in ("languages", "asks")),
        Column("reminders", Text),
        Column("state", Text, nullable=False),
        Column("series_id", ID, ForeignKey("series.id")),
        Column("round", Integer),
        Column("rule_id", ID, ForeignKey("event_rules.id")),
        Column("occurrence", DateTime(timezone=True)),
        Column("by_member", ID, ForeignKey("members.id")),
        Column("created_at", DateTime(timezone=True), nullable=False),
        *(Column(name, DateTime(timezone=True)) for name in ("published_at", "moved_at", "cancelled_at")),
        *(Column(name, Text, nullable=False, server_default="") for name in ("replay", "slides")),
        Column("sequence", Integer, nullable=False, server_default="0"),
        UniqueConstraint("uid"),
        UniqueConstraint("rule_id", "occurrence"),
    )
    op.create_index("ix_events_state_starts_at", "events", ["state", "starts_at"])
    op.create_index("ix_events_series_id", "events", ["series_id"])
