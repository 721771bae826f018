"""Whether somebody has answered before is told by the facts of threads, without looking through their messages."""

from __future__ import annotations

from alembic import op

revision = "0007_answerers"
down_revision = "0006_confirmed"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_threads_first_answerer", "threads", ["first_answerer", "first_answer_at"])
