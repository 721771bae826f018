"""Articles: what the community learnt, their versions and sources, and who reviewed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Integer, Text, UniqueConstraint

revision = "0011_articles"
down_revision = "0010_drafts"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _articles()
    op.create_table(
        "reviews",
        Column("id", ID, primary_key=True),
        Column("article_id", ID, ForeignKey("articles.id"), nullable=False),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("version", Integer, nullable=False),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("asked_at", MOMENT, nullable=False),
        Column("verdict", Text),
        Column("settled_at", MOMENT),
        UniqueConstraint("article_id", "member_id", "asked_at"),
    )
    op.create_index("ix_reviews_member_id", "reviews", ["member_id"])


def _articles() -> None:
    op.create_table(
        "articles",
        Column("id", ID, primary_key=True),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("state", Text, nullable=False),
        Column("topic", Text, nullable=False, server_default=""),
        Column("version", Integer, nullable=False),
        Column("drafted_at", MOMENT, nullable=False),
        Column("published_at", MOMENT),
        Column("reviewed_at", MOMENT),
        Column("doubted_at", MOMENT),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_state", "articles", ["state"])
    op.create_table(
        "article_versions",
        Column("id", ID, primary_key=True),
        Column("article_id", ID, ForeignKey("articles.id"), nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", Text, nullable=False),
        Column("question", Text, nullable=False),
        Column("answer", Text, nullable=False),
        Column("oldest", Integer),
        Column("newest", Integer),
        Column("machine", Boolean, nullable=False, server_default=sa.false()),
        Column("at", MOMENT, nullable=False),
        UniqueConstraint("article_id", "version"),
    )
    op.create_table(
        "article_sources",
        Column("article_id", ID, ForeignKey("articles.id"), primary_key=True),
        Column("thread_id", ID, primary_key=True),
    )
    op.create_index("ix_article_sources_thread_id", "article_sources", ["thread_id"])
