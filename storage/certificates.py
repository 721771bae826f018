"""Certificates: what somebody reached at an event, under a public number that nobody guesses and everybody can check.

A number is XQ, the year, seven random signs of Crockford's base 32 and one that checks them: XQ-2026-7K3M-9QTC. The
check is a sum over GF(32) with weights that are powers of its generator, so it shows any one wrong sign and any two
neighbours that were swapped.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, Index, Select, Table, Text, UniqueConstraint, func, select, update

from storage.database import Store
from storage.grants import AUDIT
from storage.members import MEMBERS
from storage.schema import METADATA, PERSONAL, Id, UTCDateTime

CERTIFICATES = Table(
    "certificates",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("number", Text, nullable=False),
    Column("event_id", Id, ForeignKey("events.id"), nullable=False),
    Column("member_id", Id, ForeignKey("members.id")),  # NULL: nobody whom we know
    Column("name", Text, nullable=False, server_default="", info=PERSONAL),
    Column("what", Text, nullable=False),  # the event's title at that time
    Column("result", Text, nullable=False, server_default=""),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    UniqueConstraint("number"),
    Index("ix_certificates_event_id", "event_id"),
    Index("ix_certificates_member_id", "member_id"),
)

SHOWN = "certificate"  # a consent: whoever checks a number of mine may read my name
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")  # as Crockford has it: those are no signs of their own
_NUMBER = re.compile(r"XQ-?(\d{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})")
_ALIKE = ("0D", "0Q", "1T", "17", "2Z", "5S", "6G", "8B", "VY", "MN", "PR", "CG", "EF", "KX", "4A", "VW")
_LENGTH = 7


@dataclass(frozen=True, slots=True)
class Certificate:
    """What somebody reached: at which event, with which result, and until when it held if it was taken back."""

    id: int
    number: str
    event: int
    member: int | None
    name: str
    what: str
    result: str
    issued_at: datetime
    revoked_at: datetime | None


_NAMES = ("id", "number", "event_id", "member_id", "name", "what", "result", "issued_at", "revoked_at")
_ALL = select(*(CERTIFICATES.c[name] for name in _NAMES))


# -- numbers ----------------------------------------------------------------------------------------------------------


def check(year: int, signs: str) -> str:
    """Return the sign that checks a year and the signs before it."""
    total, weight = 0, 2
    for sign in f"{year:04d}{signs}":
        total ^= _times(weight, DIGITS.index(sign))
        weight = _times(weight, 2)
    return DIGITS[total]


def _times(one: int, other: int) -> int:
    """Multiply in GF(32), modulo x^5 + x^2 + 1, in which 2 generates all but zero."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return product


def made(year: int, signs: str) -> str:
    """Return the number of a year and seven signs: XQ-2026-7K3M-9QTC."""
    whole = signs + check(year, signs)
    return f"XQ-{year:04d}-{whole[:4]}-{whole[4:]}"


def read(text: str) -> str | None:
    """Return a number as it is written down, however it was typed; None where it is none at all."""
    found = _NUMBER.fullmatch("".join(text.upper().split()).translate(_READ_AS | {ord("—"): "-", ord("–"): "-"}))
    if found is None or set(found[2] + found[3]) - set(DIGITS):
        return None
    return f"XQ-{found[1]}-{found[2]}-{found[3]}"


def holds(number: str) -> bool:
    """Say whether the last sign of a number checks the others."""
    year, signs = int(number[3:7]), (number[8:] if "-" in number else number).replace("-", "")
    return made(year, signs[:_LENGTH]) == number


def likely(number: str) -> list[str]:
    """Return the numbers that hold and of which one is easily mistyped: two neighbours swapped, or two signs alike.

    It asks no table, so that nobody learns from it which numbers there are.
    """
    year, signs = int(number[3:7]), number[8:].replace("-", "")
    found = (f"XQ-{year:04d}-{one[:4]}-{one[4:]}" for one in (*_swapped(signs), *_alike(signs)))
    return sorted({one for one in found if one != number and holds(one)})


def _swapped(signs: str) -> Iterator[str]:
    for at in range(len(signs) - 1):
        yield signs[:at] + signs[at + 1] + signs[at] + signs[at + 2 :]


def _alike(signs: str) -> Iterator[str]:
    for at, sign in enumerate(signs):
        for pair in _ALIKE:
            if sign in pair:
                yield signs[:at] + pair.replace(sign, "") + signs[at + 1 :]


# -- rows -------------------------------------------------------------------------------------------------------------


async def issue(
    store: Store, *, event: int, member: int | None, name: str, what: str, result: str, at: datetime
) -> Certificate:
    """Write a certificate down under a new number and return it."""
    fields = {"event_id": event, "member_id": member, "name": name, "what": what, "result": result, "issued_at": at}
    found: int | None = None
    while found is None:  # a number that is taken is one in thirty thousand million
        number = made(at.year, "".join(secrets.choice(DIGITS) for _ in range(_LENGTH)))
        found = await store.insert_or_skip(CERTIFICATES, number=number, **fields)
    return Certificate(found, number, event, member, name, what, result, at, None)


async def find(store: Store, number: str) -> Certificate | None:
    """Return the certificate of a number, as it is written down."""
    return next(iter(await _read(store, _ALL.where(CERTIFICATES.c.number == number))), None)


async def of_event(store: Store, event: int) -> list[Certificate]:
    """Return the certificates of an event, oldest first."""
    return await _read(store, _ALL.where(CERTIFICATES.c.event_id == event).order_by(CERTIFICATES.c.id))


async def of_members(store: Store, members: Collection[int]) -> list[Certificate]:
    """Return the certificates that one of some members holds, oldest first."""
    return await _read(store, _ALL.where(CERTIFICATES.c.member_id.in_(list(members))).order_by(CERTIFICATES.c.id))


async def revoke(store: Store, number: str, at: datetime) -> bool:
    """Take a certificate back; False where it was before."""
    one = update(CERTIFICATES).where(CERTIFICATES.c.number == number, CERTIFICATES.c.revoked_at.is_(None))
    return bool((await store.execute(one.values(revoked_at=at))).rowcount)


async def wrong_tries(store: Store, members: Collection[int], act: str, now: datetime) -> int:
    """Return how often one of some members was refused a command within the hour: numbers that were guessed."""
    query = select(func.count()).where(AUDIT.c.member_id.in_(list(members)), AUDIT.c.act == act)
    refused = AUDIT.c.decision == "refused", AUDIT.c.at > now - timedelta(hours=1)
    return int(await store.scalar(query.where(*refused)) or 0)


async def person_of(store: Store, certificate: Certificate) -> int | None:
    """Return the person who holds a certificate, if it is one whom we know."""
    found = await store.scalar(select(MEMBERS.c.person_id).where(MEMBERS.c.id == certificate.member))
    return None if found is None else int(found)


async def _read(store: Store, query: Select[tuple[object, ...]]) -> list[Certificate]:
    return [Certificate(*row) for row in await store.rows(query)]
