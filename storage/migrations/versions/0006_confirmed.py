"""Who was thanked in a week is found without looking at every thread there ever was."""

from __future__ import annotations

from alembic import op

revision = "0006_confirmed"
down_revision = "0005_couriers"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_threads_group_id_confirmed_at", "threads", ["group_id", "confirmed_at"])
