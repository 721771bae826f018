"""Guests: who registered for an event, by the name they go by, and who of them is meant by a name or a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from handlers._wording.names import call_name
from storage import companies, members, memberships, registrations
from storage.database import Store
from storage.registrations import ACTIVE, Registration, State


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who registered.

    Attributes:
        number: Of the registration, as it stands on the list.
        name: What they are called by the card of the group in which they registered, else on their platform.
        card: That whole card or name.
        company: As they told; empty where they did not.
    """

    number: int
    member: int
    person: int
    name: str
    card: str
    company: str
    waiting: bool


async def guests(store: Store, event: int) -> list[Guest]:
    """Return who comes to an event or waits for a seat, first come first."""
    found = await registrations.of_event(store, event, ACTIVE)
    known = await members.several(store, [one.member for one in found])
    named = await companies.names(store, {one.company for one in found if one.company is not None})
    cards = await _cards(store, found)
    return [
        Guest(
            one.id, one.member, one.person, call_name(cards.get(one.member, "") or known[one.member].name),
            cards.get(one.member, "") or known[one.member].name, named.get(one.company or 0, ""),
            one.state is State.WAITING,
        )
        for one in found
    ]  # fmt: skip


async def _cards(store: Store, found: Iterable[Registration]) -> dict[int, str]:
    by_group: dict[int, list[int]] = {}
    for one in found:
        if one.group is not None:
            by_group.setdefault(one.group, []).append(one.member)
    cards: dict[int, str] = {}
    for group, inside in by_group.items():
        cards |= await memberships.names_in(store, group, inside)
    return {member: card for member, card in cards.items() if card}


def meant(wanted: str, every: Sequence[Guest]) -> list[Guest]:
    """Return whom a number or a name means: the very name first, else a card that holds it."""
    if wanted.isascii() and wanted.isdigit():
        return [guest for guest in every if guest.number == int(wanted)]
    name = _folded(wanted)
    exact = [guest for guest in every if name in {_folded(guest.name), _folded(guest.card)}]
    return exact or [guest for guest in every if name in _folded(guest.card)]


def listed(names: Iterable[str], language: str) -> str:
    """Return names one after the other: 木子、江南."""
    return (", " if language == "en" else "、").join(names)


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
