"""Certificates: whose they are when they are issued, and what may be told of one: pure data for whoever shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from handlers._wording.names import call_name
from storage import certificates, checkins, consents, members, registrations
from storage.certificates import Certificate
from storage.database import Store
from storage.events import Event

HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate that there is.

    Attributes:
        number: As it is written down.
        event: Number of the event.
        what: What the event was called.
        result: Such as 通过; may be empty.
        name: Of its holder; masked (木*) but to the holder, or where the holder lets everybody read it.
        issued_at: UTC.
        revoked_at: When it was taken back; None where it holds.
    """

    number: str
    event: int
    what: str
    result: str
    name: str
    issued_at: datetime
    revoked_at: datetime | None


def masked(name: str) -> str:
    """Return a name of which the first letter is left: 木*, 欧阳* for a name of four, L* for a Latin one."""
    short = name.strip()
    if not short:
        return ""
    if short.isascii():
        return short[0] + HIDDEN
    kept = 2 if len(short) > 3 else 1
    return short[:kept] + HIDDEN * max(len(short) - kept, 1)


async def verified(store: Store, number: str, *, asked_by: Collection[int] = ()) -> Verified | None:
    """Return what may be told of a number, as it was typed; None where nothing was issued under it.

    `asked_by` are the members of the person who asks, if known: to the holder the name is told in full.
    """
    wanted = certificates.read(number)
    found = None if wanted is None else await certificates.find(store, wanted)
    return None if found is None else await told(store, found, asked_by)


async def told(store: Store, found: Certificate, asked_by: Collection[int] = ()) -> Verified:
    """Return what may be told of a certificate."""
    open_ = found.member in asked_by or await _shown(store, found)
    name = found.name if open_ else masked(found.name)
    return Verified(found.number, found.event, found.what, found.result, name, found.issued_at, found.revoked_at)


async def _shown(store: Store, found: Certificate) -> bool:
    if found.member is None:
        return False
    person = await certificates.person_of(store, found)
    return person in await consents.persons(store, certificates.SHOWN)


# -- issuing ----------------------------------------------------------------------------------------------------------


async def issue(store: Store, event: Event, name: str, result: str, at: datetime) -> tuple[Certificate, bool]:
    """Issue a certificate and return it, and whether it is new: who has one of the event that holds keeps it.

    It becomes the one's who registered or checked in under that name, if it is one person; else nobody's whom we know.
    """
    holder = await holder_of(store, event, name)
    for known in await certificates.of_event(store, event.id):
        same = known.member == holder if holder is not None else _folded(known.name) == _folded(name)
        if known.revoked_at is None and same:
            return known, False
    made = await certificates.issue(
        store, event=event.id, member=holder, name=name, what=event.title, result=result, at=at
    )
    return made, True


async def holder_of(store: Store, event: Event, name: str) -> int | None:
    """Return the member of an event who bears a name; None where nobody does, or several persons do."""
    registered = [one.member for one in await registrations.of_event(store, event.id)]
    came = [one.member for one in await checkins.of_event(store, event.id)]
    wanted, found = _folded(name), dict[int, int]()
    for member in (await members.several(store, {*registered, *came})).values():
        if wanted in {_folded(member.name), _folded(call_name(member.name))} - {""}:
            found.setdefault(member.person_id, member.id)
    return next(iter(found.values())) if len(found) == 1 else None


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
