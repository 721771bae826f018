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
from storage.errands import Errand
from storage.events import Event

HIDDEN = "*"
FEATURE, DRAW = "afterwards", "certificate"  # the errand that draws one
NAME, RESULT = 40, 60  # characters


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


@dataclass(frozen=True, slots=True)
class Register:
    """Of one event: who bears which name among those who registered or came, and what was issued and holds.

    Attributes:
        bearers: Members by person, by name as names are compared.
        held: Certificates by the person who holds one, and by the name of who is nobody's whom we know.
    """

    event: Event
    bearers: dict[str, dict[int, int]]
    held: dict[int | str, Certificate]


async def register(store: Store, event: Event) -> Register:
    """Return what decides whose a certificate of an event is."""
    there = {one.member for one in await registrations.of_event(store, event.id)}
    there |= {one.member for one in await checkins.of_event(store, event.id)}
    issued = [one for one in await certificates.of_event(store, event.id) if one.revoked_at is None]
    known = await members.several(store, {*there, *(one.member for one in issued if one.member is not None)})
    bearers: dict[str, dict[int, int]] = {}
    for member in sorted(there):
        for name in {_folded(known[member].name), _folded(call_name(known[member].name))} - {""}:
            bearers.setdefault(name, {}).setdefault(known[member].person_id, member)
    held: dict[int | str, Certificate] = {}
    for one in issued:
        held[_folded(one.name) if one.member is None else known[one.member].person_id] = one
    return Register(event, bearers, held)


async def issue(store: Store, known: Register, name: str, result: str, at: datetime) -> tuple[Certificate, bool]:
    """Issue a certificate and return it, and whether it is new: who has one of the event that holds keeps it.

    It becomes the one's who registered or checked in under that name, if it is one person; else nobody's whom we know.
    """
    bearers = known.bearers.get(_folded(name), {})
    person, member = next(iter(bearers.items())) if len(bearers) == 1 else (None, None)
    holder = _folded(name) if person is None else person
    if holder in known.held:
        return known.held[holder], False
    event = known.event
    made = await certificates.issue(
        store, event=event.id, member=member, name=name, what=event.title, result=result, at=at
    )
    known.held[holder] = made
    return made, True


def sending(made: Certificate, group: int, mark: str = "") -> Errand:
    """Return the errand that draws a certificate and sends it to its holder; `mark` lets it be sent once more."""
    name = ":".join(part for part in (FEATURE, DRAW, made.number, mark) if part)
    return Errand(FEATURE, DRAW, name, {"number": made.number}, group=group, member=made.member)


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
