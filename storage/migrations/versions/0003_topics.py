"""What communities teach: topics that they name, add and merge; corrections found quickly; threads that changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, Text

revision = "0003_topics"
down_revision = "0002_platforms"


def upgrade() -> None:
    """Make the columns and the indexes."""
    with op.batch_alter_table("topics") as table:
        table.add_column(Column("named", Boolean, nullable=False, server_default=sa.false()))
        table.add_column(Column("merged_into", Text))
        table.add_column(Column("changed_at", DateTime(timezone=True)))
    with op.batch_alter_table("threads") as table:
        table.add_column(Column("version", Integer, nullable=False, server_default="0"))
    op.create_index("ix_threads_group_id_version", "threads", ["group_id", "version"])
    op.create_index("ix_pins_kind", "pins", ["kind"])
    op.create_index("ix_pins_undone_at", "pins", ["undone_at"])
