"""Who says 同问 is told where it was said, and once: the group of each, and when it was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0012_metoo"
down_revision = "0011_articles"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Until now it was told in the thread's own group, or in private; the posts of it say who was told.
WHERE = "UPDATE metoo SET group_id = (SELECT threads.group_id FROM threads WHERE threads.id = metoo.thread_id)"
TOLD = """
    UPDATE metoo SET told_at = (
        SELECT MIN(outbox.created_at) FROM outbox WHERE outbox.key = 'metoo:' || metoo.thread_id
        OR outbox.key = 'metoo:' || metoo.thread_id || ':' || metoo.member_id)
"""


def upgrade() -> None:
    """Make the columns and the index, and fill them from what is known."""
    with op.batch_alter_table("metoo") as table:
        table.add_column(Column("group_id", ID, nullable=False, server_default="0"))
        table.add_column(Column("told_at", sa.DateTime(timezone=True)))
    op.create_index("ix_metoo_told_at", "metoo", ["told_at"])
    op.execute(WHERE)
    op.execute(TOLD)
