"""What stays of an event: feedback, certificates, invitations to groups, and which of it was seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, UniqueConstraint

revision = "0022_feedback"
down_revision = "0021_speaker_questions"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _feedback()
    _certificates()
    op.create_table(
        "invitations",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        Column("group_id", ID, ForeignKey("groups.id"), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("how", Text, nullable=False),
    )
    op.create_index("ix_invitations_member_id_at", "invitations", ["member_id", "at"])
    steps = ("given_at", "told_at", "asked_at", "invited_at")
    op.create_table(
        "event_records",
        Column("event_id", ID, ForeignKey("events.id"), primary_key=True),
        *(Column(name, DateTime(timezone=True)) for name in steps),
        Column("told", Text, nullable=False, server_default=""),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("score", Integer),
        Column("text", Text, nullable=False, server_default=""),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("event_id", "member_id"),
    )
    op.create_index("ix_feedback_member_id", "feedback", ["member_id"])


def _certificates() -> None:
    op.create_table(
        "certificates",
        Column("id", ID, primary_key=True),
        Column("number", Text, nullable=False),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id")),
        Column("name", Text, nullable=False, server_default=""),
        Column("what", Text, nullable=False),
        Column("result", Text, nullable=False, server_default=""),
        Column("issued_at", DateTime(timezone=True), nullable=False),
        Column("revoked_at", DateTime(timezone=True)),
        UniqueConstraint("number"),
    )
    op.create_index("ix_certificates_event_id", "certificates", ["event_id"])
    op.create_index("ix_certificates_member_id", "certificates", ["member_id"])
