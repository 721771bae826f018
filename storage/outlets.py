"""Outlets: where the community publishes outside of its groups, and the monthly figures that were exported there.

A website and an official account tell their own figures, and nobody here can check them. So they are kept as they were
given, stand beside ours, and are never added to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Table, Text, select

from storage.database import Store
from storage.schema import METADATA, UTCDateTime

OUTLET_MONTHS = Table(
    "outlet_months",
    METADATA,
    Column("month", Text, primary_key=True),  # 2026-10
    Column("source", Text, primary_key=True),
    Column("members", BigInteger),  # of each figure: null where nobody told it
    Column("companies", BigInteger),
    Column("daily_visitors", BigInteger),
    Column("page_views", BigInteger),
    Column("clicks", BigInteger),
    Column("given_at", UTCDateTime, nullable=False),
)
FIGURES = ("members", "companies", "daily_visitors", "page_views", "clicks")


@dataclass(frozen=True, slots=True)
class Month:
    """What one source told of one month; None where it did not tell.

    Attributes:
        month: As 2026-10.
        source: What people call it: 官网, 公众号.
        members: Registered or following at the month's end.
        companies: Of those, companies.
        daily_visitors: Visitors of a day, the mean over the month.
        page_views: Pages read in the month.
        clicks: Clicks in the month on what the community links to.
    """

    month: str
    source: str
    members: int | None = None
    companies: int | None = None
    daily_visitors: int | None = None
    page_views: int | None = None
    clicks: int | None = None


async def put(store: Store, months: Iterable[Month], at: datetime) -> int:
    """Keep months as they were given, and return how many of them were known: what is given later replaces it."""
    rows = [{**asdict(month), "given_at": at} for month in months]
    known = {(month.month, month.source) for month in await every(store)}
    await store.upsert(OUTLET_MONTHS, ("month", "source"), rows)
    return sum((row["month"], row["source"]) in known for row in rows)


async def every(store: Store, first: str = "", last: str = "9999") -> list[Month]:
    """Return what was told of the months from `first` to `last` (as 2026-10), by source, oldest first."""
    wanted = (OUTLET_MONTHS.c[name] for name in ("month", "source", *FIGURES))
    query = select(*wanted).where(OUTLET_MONTHS.c.month >= first, OUTLET_MONTHS.c.month <= last)
    rows = await store.rows(query.order_by(OUTLET_MONTHS.c.source, OUTLET_MONTHS.c.month))
    return [Month(*row) for row in rows]
