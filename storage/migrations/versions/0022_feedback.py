"""What stays of an event: feedback, certificates, invitations to groups."""

from __future__ import annotations

revision = "0022_feedback"
down_revision = "0021_speaker_questions"


def upgrade() -> None:
    """Make the tables."""
