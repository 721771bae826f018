"""Runs the migrations on the connection that `storage.migrate` opened; alembic executes this file by itself."""

from __future__ import annotations

from typing import Any

from alembic import context

from storage.migrate import VERSION_TABLE, metadata

# Search tables are no SQLAlchemy tables: each engine has its own, written by hand.
HANDMADE = "message_terms"


def ours(name: str | None, kind: str, _: Any) -> bool:
    """Say whether a thing found in the database is to be compared with the metadata."""
    return not (kind == "table" and name is not None and name.startswith(HANDMADE))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    version_table=VERSION_TABLE,
    include_name=ours,
    compare_type=True,
    render_as_batch=True,
)
context.run_migrations()
