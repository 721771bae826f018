"""What was reminded of, once for each group or member and time."""

from __future__ import annotations

revision = "0019_reminders"
down_revision = "0018_registrations"


def upgrade() -> None:
    """Make the tables."""
