"""Questions for speakers, and who has them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, ForeignKey, Text

revision = "0021_speaker_questions"
down_revision = "0020_checkins"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "speaker_questions",
        Column("id", ID, primary_key=True),
        Column("event_id", ID, ForeignKey("events.id"), nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("group_id", ID, ForeignKey("groups.id")),
        Column("text", Text, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("answered_at", MOMENT),
        Column("hidden_at", MOMENT),
        Column("thread_id", ID),
    )
    op.create_index("ix_speaker_questions_event_id", "speaker_questions", ["event_id"])
    op.create_index("ix_speaker_questions_member_id", "speaker_questions", ["member_id"])
    op.create_index("ix_speaker_questions_thread_id", "speaker_questions", ["thread_id"])
    op.create_table(
        "speaker_votes",
        Column("question_id", ID, ForeignKey("speaker_questions.id"), primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
    )
    op.create_index("ix_speaker_votes_member_id", "speaker_votes", ["member_id"])
