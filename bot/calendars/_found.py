"""What files of events hold: entries that can be taken, and what could not be, with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from storage.events import Plan

BYTES, EVENTS = 32 * 1024 * 1024, 10_000  # of one file
ONE = 256 * 1024  # bytes of one event


class FileError(Exception):
    """The file cannot be taken at all; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a file.

    Attributes:
        where: Where it stands: `line 12 (uid a@b)`.
        uid: Its identity; taken again, it is the same event.
        rule: By which rule of RFC 5545 it recurs; empty: it does not.
        except_on: Local days on which it does not.
        tells: The fields of the plan that the file tells; the others are as they are where it is known.
        cancelled: Whether the file says that it does not take place.
    """

    where: str
    uid: str
    plan: Plan
    rule: str = ""
    except_on: frozenset[date] = field(default_factory=frozenset)
    cancelled: bool = False
    tells: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be taken: where it stands, and why."""

    where: str
    why: str


Found = Entry | Broken
