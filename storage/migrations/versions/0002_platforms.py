"""More platforms: keys that groups had before they moved, and whether an account's member ids hold over groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Text

revision = "0002_platforms"
down_revision = "0001_first"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "former_keys",
        Column("platform", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
    )
    with op.batch_alter_table("accounts") as table:
        table.add_column(Column("same_ids", Boolean, nullable=False, server_default=sa.true()))
