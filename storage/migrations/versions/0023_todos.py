"""To-dos and goals of a series."""

from __future__ import annotations

revision = "0023_todos"
down_revision = "0022_feedback"


def upgrade() -> None:
    """Make the tables."""
