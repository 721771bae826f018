"""What an event costs and brings, and what its sponsors get."""

from __future__ import annotations

revision = "0024_money"
down_revision = "0023_todos"


def upgrade() -> None:
    """Make the tables."""
