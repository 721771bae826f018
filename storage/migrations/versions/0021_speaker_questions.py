"""Questions for speakers, and who has them too."""

from __future__ import annotations

revision = "0021_speaker_questions"
down_revision = "0020_checkins"


def upgrade() -> None:
    """Make the tables."""
