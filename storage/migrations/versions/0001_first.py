"""The first schema: accounts, people, groups, messages, threads, the inbox and outbox, the clock, rights, privacy.

Written out and frozen: what a noun's file says today may change, what this revision made may not. Constraints are
named by the convention of `storage.schema.METADATA`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, Text, UniqueConstraint

revision = "0001_first"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables."""
    _people()
    _groups()
    _messages()
    _threads()
    _inbox()
    _outbox()
    _clock()
    _rights()
    _rest()
    _search()


def _id() -> Column[int]:
    return Column("id", ID, primary_key=True)


def _text(name: str, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _people() -> None:
    op.create_table(
        "accounts",
        _id(),
        _text("name", None),
        _text("platform", None),
        _text("self_id"),
        _text("display"),
        Column("online_at", MOMENT),
        UniqueConstraint("name"),
    )
    op.create_table("persons", _id(), Column("created_at", MOMENT, nullable=False))
    op.create_table(
        "members",
        _id(),
        _text("platform", None),
        _text("key", None),
        _text("name"),
        Column("person_id", ID, ForeignKey("persons.id"), nullable=False),
        Column("forgotten_at", MOMENT),
        Column("signed", Boolean, nullable=False, server_default=sa.true()),
        UniqueConstraint("platform", "key"),
    )
    op.create_index("ix_members_person_id", "members", ["person_id"])
    op.create_table(
        "links",
        _id(),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("from_person", ID, nullable=False),
        Column("to_person", ID, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("undone_at", MOMENT),
    )
    op.create_table(
        "consents",
        _id(),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        _text("kind", None),
        Column("at", MOMENT, nullable=False),
        Column("withdrawn_at", MOMENT),
    )
    op.create_table("companies", _id(), _text("name", None), UniqueConstraint("name"))
    op.create_table(
        "company_aliases",
        Column("alias", Text, primary_key=True),
        Column("company_id", ID, ForeignKey("companies.id"), nullable=False),
    )


def _groups() -> None:
    op.create_table(
        "groups",
        _id(),
        _text("platform", None),
        _text("key", None),
        _text("kind", None),
        _text("name"),
        Column("account_id", ID, ForeignKey("accounts.id")),
        Column("member_id", ID),
        Column("zone", Text),
        Column("noticed_at", MOMENT),
        Column("version", Integer, nullable=False, server_default="0"),
        UniqueConstraint("platform", "key"),
    )
    op.create_index("ix_groups_member_id", "groups", ["member_id"])
    op.create_table(
        "coverage",
        _id(),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        _text("coverage", None),
        Column("since", MOMENT, nullable=False),
        Column("until", MOMENT),
        Column("missing", Integer),
    )
    op.create_index("ix_coverage_group_id_since", "coverage", ["group_id", "since"])
    op.create_table(
        "memberships",
        Column("group_id", ID, ForeignKey("groups.id"), primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        _text("name"),
        Column("joined_at", MOMENT),
        Column("left_at", MOMENT),
        Column("last_at", MOMENT),
    )
    op.create_index("ix_memberships_member_id", "memberships", ["member_id"])
    op.create_table(
        "group_sizes",
        Column("group_id", ID, ForeignKey("groups.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("size", Integer, nullable=False),
    )
    op.create_table("segments", _id(), _text("kind", None), _text("value"), UniqueConstraint("kind", "value"))
    op.create_table(
        "group_segments",
        Column("group_id", ID, ForeignKey("groups.id"), primary_key=True),
        Column("segment_id", ID, ForeignKey("segments.id"), primary_key=True),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        _id(),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        _text("key", None),
        _text("alias"),
        Column("member_id", ID, ForeignKey("members.id")),
        Column("at", MOMENT, nullable=False),
        Column("received_at", MOMENT, nullable=False),
        _text("kind", None),
        _text("name"),
        _text("text", None),
        Column("reply_to", Text),
        Column("quote", Text),
        Column("mentions", sa.JSON, nullable=False),
        Column("to_bot", Boolean, nullable=False, server_default=sa.false()),
        Column("seq", sa.BigInteger),
        _text("flags"),
        Column("replayed", Boolean, nullable=False, server_default=sa.false()),
        Column("edited_at", MOMENT),
        Column("recalled_at", MOMENT),
        UniqueConstraint("group_id", "key"),
    )
    op.create_index("ix_messages_group_id_at", "messages", ["group_id", "at"])
    op.create_index("ix_messages_member_id_at", "messages", ["member_id", "at"])
    named = sa.text("alias != ''")
    op.create_index("ix_messages_alias", "messages", ["group_id", "alias"], sqlite_where=named, postgresql_where=named)
    op.create_table(
        "daily",
        Column("group_id", ID, ForeignKey("groups.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        Column("messages", Integer, nullable=False),
    )
    op.create_index("ix_daily_member_id_day", "daily", ["member_id", "day"])


def _threads() -> None:
    times = ("first_response", "first_answer", "confirmed", "endorsed", "thanked", "linked", "withdrawn", "invalid")
    op.create_table(
        "threads",
        _id(),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("asker", ID, ForeignKey("members.id"), nullable=False),
        Column("first_message", ID, ForeignKey("messages.id"), nullable=False),
        _text("title"),
        _text("topic"),
        Column("imported", Boolean, nullable=False, server_default=sa.false()),
        Column("duplicate_of", ID),
        Column("linked_to", ID),
        Column("asked_at", MOMENT, nullable=False),
        Column("last_at", MOMENT, nullable=False),
        *(Column(f"{name}_at", MOMENT) for name in times),
        Column("first_resolved_at", MOMENT),
        Column("reopened", Integer, nullable=False, server_default="0"),
        *(Column(name, ID) for name in ("first_responder", "first_answerer", "solver", "accepted")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_threads_group_id_asked_at", "threads", ["group_id", "asked_at"])
    op.create_index("ix_threads_group_id_last_at", "threads", ["group_id", "last_at"])
    op.create_index("ix_threads_first_message", "threads", ["first_message"])
    op.create_index("ix_threads_asker", "threads", ["asker"])
    op.create_table(
        "thread_messages",
        Column("message_id", ID, ForeignKey("messages.id"), primary_key=True),
        Column("thread_id", ID, ForeignKey("threads.id"), nullable=False),
        _text("role", None),
        Column("confidence", Float, nullable=False, server_default="1"),
    )
    op.create_index("ix_thread_messages_thread_id", "thread_messages", ["thread_id"])
    op.create_table(
        "moves",
        Column("message_id", ID, ForeignKey("messages.id"), primary_key=True),
        Column("by_message", ID, ForeignKey("messages.id"), nullable=False),
    )
    op.create_index("ix_moves_by_message", "moves", ["by_message"])
    op.create_table(
        "metoo",
        Column("thread_id", ID, ForeignKey("threads.id"), primary_key=True),
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "pins",
        _id(),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("thread_id", ID),
        Column("message_id", ID),
        _text("kind", None),
        _text("value"),
        Column("at", MOMENT, nullable=False),
        Column("by_member", ID),
        Column("undone_at", MOMENT),
    )
    op.create_index("ix_pins_thread_id", "pins", ["thread_id"])
    op.create_index("ix_pins_message_id", "pins", ["message_id"])


def _inbox() -> None:
    op.create_table("lanes", Column("lane", Text, primary_key=True))
    op.create_table(
        "inbox",
        _id(),
        Column("account_id", ID, ForeignKey("accounts.id"), nullable=False),
        _text("frame_key", None),
        _text("lane", None),
        _text("member_key"),
        _text("body", None),
        Column("received_at", MOMENT, nullable=False),
        _text("state", None),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("error", Text),
        UniqueConstraint("account_id", "frame_key"),
    )
    new = sa.text("state = 'new'")
    op.create_index("ix_inbox_new", "inbox", ["lane", "id"], sqlite_where=new, postgresql_where=new)
    op.create_index("ix_inbox_state_received_at", "inbox", ["state", "received_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        _text("key", None),
        Column("group_id", ID, ForeignKey("groups.id"), nullable=False),
        Column("reply_to", Text),
        Column("about", Text),
        _text("purpose", None),
        _text("body", None),
        Column("payload", Text),
        Column("part", Integer, nullable=False, server_default="1"),
        Column("parts", Integer, nullable=False, server_default="1"),
        _text("state", None),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("not_before", MOMENT, nullable=False),
        Column("expires_at", MOMENT),
        Column("created_at", MOMENT, nullable=False),
        Column("sending_at", MOMENT),
        Column("sent_at", MOMENT),
        Column("owner", Text),
        Column("platform_key", Text),
        Column("error", Text),
        UniqueConstraint("key"),
    )
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])
    op.create_index("ix_outbox_group_id_platform_key", "outbox", ["group_id", "platform_key"])
    op.create_index("ix_outbox_about", "outbox", ["about"])


def _clock() -> None:
    op.create_table(
        "schedules",
        _id(),
        _text("feature", None),
        _text("name", None),
        Column("group_id", ID, nullable=False, server_default="0"),
        _text("rule", None),
        _text("zone", None),
        Column("since", MOMENT, nullable=False),
        Column("active", Boolean, nullable=False, server_default=sa.true()),
        _text("payload", "{}"),
        UniqueConstraint("feature", "name", "group_id"),
    )
    op.create_table(
        "occurrences",
        _id(),
        Column("schedule_id", ID, ForeignKey("schedules.id"), nullable=False),
        Column("group_id", ID, nullable=False),
        Column("due_at", MOMENT, nullable=False),
        Column("claimed_at", MOMENT, nullable=False),
        _text("state", None),
        UniqueConstraint("schedule_id", "due_at", "group_id"),
    )
    op.create_index("ix_occurrences_group_id_due_at", "occurrences", ["group_id", "due_at"])
    op.create_table(
        "errands",
        _id(),
        _text("key", None),
        _text("feature", None),
        _text("name", None),
        Column("group_id", ID),
        Column("member_id", ID),
        _text("payload", None),
        _text("state", None),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("not_before", MOMENT, nullable=False),
        Column("lease_until", MOMENT),
        Column("error", Text),
        UniqueConstraint("key"),
    )
    op.create_index("ix_errands_state_not_before", "errands", ["state", "not_before"])
    op.create_table(
        "leases",
        Column("name", Text, primary_key=True),
        _text("owner", None),
        Column("until", MOMENT, nullable=False),
        Column("fence", Integer, nullable=False),
    )


def _rights() -> None:
    op.create_table(
        "grants",
        _id(),
        Column("member_id", ID, ForeignKey("members.id"), nullable=False),
        Column("group_id", ID, nullable=False),
        _text("right", None),
        Column("at", MOMENT, nullable=False),
        Column("by_member", ID),
        UniqueConstraint("member_id", "group_id", "right"),
    )
    op.create_table(
        "codes",
        _id(),
        _text("purpose", None),
        _text("digest", None),
        Column("member_id", ID),
        Column("expires_at", MOMENT, nullable=False),
        Column("used_at", MOMENT),
        UniqueConstraint("purpose", "digest"),
    )
    op.create_table(
        "failed_tries",
        Column("member_id", ID, primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "audit",
        _id(),
        Column("at", MOMENT, nullable=False),
        Column("member_id", ID),
        Column("group_id", ID),
        _text("act", None),
        _text("decision", None),
        _text("detail"),
        _text("chain", None),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_member_id_act", "audit", ["member_id", "act", "at"])
    op.create_table(
        "optouts",
        Column("platform", Text, primary_key=True),
        Column("digest", Text, primary_key=True),
        Column("at", MOMENT, nullable=False),
    )
    op.create_table("secrets", Column("name", Text, primary_key=True), _text("value", None))


def _rest() -> None:
    op.create_table(
        "dialogs",
        Column("member_id", ID, ForeignKey("members.id"), primary_key=True),
        _text("feature", None),
        _text("step", None),
        _text("answers", None),
        Column("expires_at", MOMENT, nullable=False),
    )
    op.create_table(
        "topics",
        _id(),
        _text("key", None),
        _text("zh", None),
        _text("en", None),
        _text("parent"),
        UniqueConstraint("key"),
    )
    op.create_table(
        "settings",
        Column("group_id", ID, primary_key=True, autoincrement=False),
        Column("key", Text, primary_key=True),
        _text("value", None),
        Column("at", MOMENT, nullable=False),
        Column("by_member", ID),
    )
    op.create_table(
        "printed",
        _id(),
        _text("scope", None),
        Column("since", MOMENT, nullable=False),
        Column("until", MOMENT, nullable=False),
        Column("definition_version", Integer, nullable=False),
        _text("figures", None),
        Column("at", MOMENT, nullable=False),
        UniqueConstraint("scope", "since", "until", "definition_version"),
    )


def _search() -> None:
    """Make the index of terms: `storage.search` cuts text into them, the engines only look them up."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE message_terms USING fts5"
            """(terms, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'")"""
        )
        return
    op.execute("CREATE TABLE message_terms (message_id bigint PRIMARY KEY, terms tsvector NOT NULL)")
    op.execute("CREATE INDEX ix_message_terms_terms ON message_terms USING gin (terms)")
