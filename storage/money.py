"""Money: what an event costs and brings, and what its sponsors were promised and shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, delete, func, select, update

from storage.companies import COMPANIES
from storage.database import Store
from storage.events import EVENTS
from storage.schema import METADATA, Id, UTCDateTime

EVENT_MONEY = Table(
    "event_money",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("kind", Text, nullable=False),  # cost | income
    Column("cents", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),  # ISO 4217
    Column("what", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by_member", Id, ForeignKey("members.id")),
    Index("ix_event_money_event_id", "event_id"),
)

SPONSORSHIPS = Table(
    "sponsorships",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("company_id", Id, ForeignKey("companies.id"), nullable=False),
    Column("slot", Text, nullable=False),  # topic | booth | naming | article
    Column("what", Text, nullable=False, server_default=""),
    Column("cents", BigInteger, nullable=False, server_default="0"),
    Column("currency", Text, nullable=False, server_default=""),
    Column("agreed_at", UTCDateTime, nullable=False),
    Column("shown_at", UTCDateTime),
    Column("proof", Text, nullable=False, server_default=""),  # where it was shown, in an admin's words
    Index("ix_sponsorships_event_id", "event_id"),
)


class Kind(StrEnum):
    """Whether money goes or comes."""

    COST = "cost"
    INCOME = "income"


class Slot(StrEnum):
    """What a sponsor gets of an event."""

    TOPIC = "topic"  # a talk
    BOOTH = "booth"
    NAMING = "naming"  # the event bears the name
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Entry:
    """A cost or an income; people know it as `M7`."""

    id: int
    event: int
    kind: Kind
    cents: int
    currency: str
    what: str
    at: datetime
    by_member: int | None


@dataclass(frozen=True, slots=True)
class Sponsorship:
    """What a company sponsors of an event; people know it as `S3`. Without an amount `cents` is 0."""

    id: int
    event: int
    company: int
    company_name: str
    slot: Slot
    what: str
    cents: int
    currency: str
    agreed_at: datetime
    shown_at: datetime | None
    proof: str


_ENTRY = tuple(
    EVENT_MONEY.c[name] for name in ("id", "event_id", "kind", "cents", "currency", "what", "at", "by_member")
)
_SPONSORSHIP = (
    *(SPONSORSHIPS.c[name] for name in ("id", "event_id", "company_id")),
    COMPANIES.c.name,
    *(SPONSORSHIPS.c[name] for name in ("slot", "what", "cents", "currency", "agreed_at", "shown_at", "proof")),
)
_SPONSORED = select(*_SPONSORSHIP).join(COMPANIES, COMPANIES.c.id == SPONSORSHIPS.c.company_id)


# -- costs and income -------------------------------------------------------------------------------------------------


async def add(
    store: Store, event: int, kind: Kind, cents: int, currency: str, what: str, *, at: datetime, by: int | None
) -> int:
    """Keep a cost or an income of an event, in hundredths of the currency, and return its number."""
    fields = {"event_id": event, "kind": kind, "cents": cents, "currency": currency, "what": what}
    return await store.insert(EVENT_MONEY, **fields, at=at, by_member=by)


async def of_event(store: Store, event: int) -> list[Entry]:
    """Return the costs and incomes of an event in the order in which they were told."""
    return await of_events(store, [event])


async def of_events(store: Store, events: Collection[int]) -> list[Entry]:
    """Return the costs and incomes of events in the order in which they were told."""
    query = select(*_ENTRY).where(EVENT_MONEY.c.event_id.in_(list(events))).order_by(EVENT_MONEY.c.id)
    return [Entry(row[0], row[1], Kind(row[2]), *row[3:]) for row in await store.rows(query)]


async def find(store: Store, entry: int) -> Entry | None:
    """Return an entry by number, if there is one."""
    row = await store.row(select(*_ENTRY).where(EVENT_MONEY.c.id == entry))
    return None if row is None else Entry(row[0], row[1], Kind(row[2]), *row[3:])


async def remove(store: Store, entry: int) -> None:
    """Take an entry away."""
    await store.execute(delete(EVENT_MONEY).where(EVENT_MONEY.c.id == entry))


async def sums(store: Store, events: Collection[int]) -> dict[tuple[Kind, str], int]:
    """Return what events cost and brought, in hundredths, by kind and currency: currencies are never added up.

    What sponsors agreed to pay is none of it until it is told as an income.
    """
    query = select(EVENT_MONEY.c.kind, EVENT_MONEY.c.currency, func.sum(EVENT_MONEY.c.cents))
    rows = await store.rows(
        query.where(EVENT_MONEY.c.event_id.in_(list(events))).group_by(EVENT_MONEY.c.kind, EVENT_MONEY.c.currency)
    )
    return {(Kind(kind), currency): int(cents) for kind, currency, cents in rows}


# -- sponsors ---------------------------------------------------------------------------------------------------------


async def sponsor(
    store: Store, event: int, company: int, slot: Slot, what: str, cents: int, currency: str, at: datetime
) -> int:
    """Keep what a company sponsors and return its number."""
    fields = {"event_id": event, "company_id": company, "slot": slot, "what": what, "cents": cents}
    return await store.insert(SPONSORSHIPS, **fields, currency=currency, agreed_at=at)


async def sponsorships(store: Store, event: int) -> list[Sponsorship]:
    """Return what is sponsored of an event, in the order in which it was agreed."""
    query = _SPONSORED.where(SPONSORSHIPS.c.event_id == event).order_by(SPONSORSHIPS.c.id)
    return [_sponsorship(row) for row in await store.rows(query)]


async def sponsorship(store: Store, number: int) -> Sponsorship | None:
    """Return what is sponsored by number, if there is such a one."""
    row = await store.row(_SPONSORED.where(SPONSORSHIPS.c.id == number))
    return None if row is None else _sponsorship(row)


async def of_company(store: Store, company: int) -> list[Sponsorship]:
    """Return what a company sponsored, by the time of the events."""
    query = _SPONSORED.join(EVENTS, EVENTS.c.id == SPONSORSHIPS.c.event_id).where(SPONSORSHIPS.c.company_id == company)
    return [_sponsorship(row) for row in await store.rows(query.order_by(EVENTS.c.starts_at, SPONSORSHIPS.c.id))]


async def named(store: Store, event: int) -> list[str]:
    """Return the names of the companies whose name an event bears."""
    query = select(COMPANIES.c.name).join(SPONSORSHIPS, SPONSORSHIPS.c.company_id == COMPANIES.c.id)
    bearing = query.where(SPONSORSHIPS.c.event_id == event, SPONSORSHIPS.c.slot == Slot.NAMING)
    return list(dict.fromkeys(await store.scalars(bearing.order_by(SPONSORSHIPS.c.id))))


async def show(store: Store, number: int, proof: str, at: datetime) -> None:
    """Keep that what was promised was shown, and where."""
    shown = update(SPONSORSHIPS).where(SPONSORSHIPS.c.id == number)
    await store.execute(shown.values(shown_at=at, proof=proof))


async def release(store: Store, number: int) -> None:
    """Let a sponsorship go."""
    await store.execute(delete(SPONSORSHIPS).where(SPONSORSHIPS.c.id == number))


def _sponsorship(row: tuple[object, ...]) -> Sponsorship:
    fields = list(row)
    fields[4] = Slot(str(fields[4]))
    return Sponsorship(*fields)  # type: ignore[arg-type]
