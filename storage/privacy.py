"""What people may ask of their own data: not to be recorded, to see it all, to have it all erased."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from storage.schema import METADATA, UTCDateTime

OPTOUTS = Table(
    "optouts",
    METADATA,
    Column("platform", Text, primary_key=True),
    Column("digest", Text, primary_key=True),  # keyed hash of the member's platform id: who it is, is not kept
    Column("at", UTCDateTime, nullable=False),
)

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
