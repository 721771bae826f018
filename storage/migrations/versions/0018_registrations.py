"""Who registered for an event."""

from __future__ import annotations

revision = "0018_registrations"
down_revision = "0017_events"


def upgrade() -> None:
    """Make the tables."""
