"""Who came: codes of the day, check-ins, what was asked on site."""

from __future__ import annotations

revision = "0020_checkins"
down_revision = "0019_reminders"


def upgrade() -> None:
    """Make the tables."""
