"""What may be told to strangers: no cell of fewer than five people, and none that others give away; pure.

An open edition is k-anonymous with k = 5, by five rules:

1. a count is told where at least five people are behind it: who asked, who spoke, who answered;
2. a count that is told is cut down to a multiple of five, so that any two differ by nothing or by five at least;
3. a time is told in whole minutes; a share in whole per cents, where five people are behind it and five behind what
   is left of it;
4. small cells are merged; where all of them together are too small, the next smallest goes with them;
5. where cells add up to a total that is told, those that are left out have five people behind them, too; else the
   next smallest is left out with them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from handlers._wording.numbers import FEW
from storage.metrics import Missing, Row, Told, Unit, Value

K = 5
Key = TypeVar("Key", bound=object)
Who = Callable[[Row], int | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and who is behind it."""

    count: int
    people: frozenset[int]

    @property
    def is_told(self) -> bool:
        """Whether enough people are behind it."""
        return len(self.people) >= K

    def plus(self, other: Cell) -> Cell:
        """Return both as one."""
        return Cell(self.count + other.count, self.people | other.people)


NOBODY = Cell(0, frozenset())


def cut(count: float) -> int:
    """Return a count as it is told: the multiple of five at or below it."""
    return int(count) // K * K


def cell(rows: Iterable[Row], who: Who) -> Cell:
    """Return how many rows there are, and who is behind them."""
    found = [who(row) for row in rows]
    return Cell(len(found), frozenset(person for person in found if person is not None))


def _smallest(cells: Mapping[Key, Cell], among: Iterable[Key]) -> Key:
    return min(among, key=lambda key: (len(cells[key].people), cells[key].count, str(key)))


def merged(cells: Mapping[Key, Cell], keep: Collection[Key] | None = None) -> tuple[dict[Key, Cell], Cell | None]:
    """Return the cells that stand alone, and all others as one (None: there is none, or it would be too small).

    With `keep` only these may stand alone.
    """
    alone = {key: found for key, found in cells.items() if found.is_told and (keep is None or key in keep)}
    rest = NOBODY
    for key, found in cells.items():
        rest = rest if key in alone else rest.plus(found)
    while rest.count and not rest.is_told and alone:
        rest = rest.plus(alone.pop(_smallest(alone, alone)))
    return alone, rest if rest.is_told else None


def hidden(cells: Mapping[Key, Cell], lines: Iterable[Collection[Key]]) -> frozenset[Key]:
    """Return the cells not to tell; each line is one of those whose total is told, a row or a column."""
    gone = {key for key, found in cells.items() if not found.is_told}
    every = [frozenset(line) for line in lines]
    while more := {key for line in every if (key := _also(cells, line, gone)) is not None}:
        gone |= more
    return frozenset(gone)


def _also(cells: Mapping[Key, Cell], line: Collection[Key], gone: Collection[Key]) -> Key | None:
    """Return what else must go, so that nobody works out what is left out of a line; None: nothing."""
    lacking = NOBODY
    for key in line:
        lacking = lacking.plus(cells[key]) if key in gone else lacking
    shown = [key for key in line if key not in gone]
    return _smallest(cells, shown) if lacking.count and not lacking.is_told and shown else None


def withheld(value: Value) -> Value:
    """Return a figure of which nothing is told, not even that there was none; what nobody could see stays so."""
    missing = Missing.WITHHELD if value.missing in {None, Missing.NOTHING} else value.missing
    return replace(value, value=None, n=0, of=None, missing=missing, extra={}, parts={})


def opened(told: Told, who: Who) -> Value:
    """Return a figure of threads as strangers may read it."""
    value = told.value
    if value.value is None or not all(side.is_told for side in _sides(told, who)):
        return withheld(value)
    if value.unit is Unit.SHARE:
        return _share(value)
    if value.unit is Unit.SECONDS:
        minutes = max(1, round(value.value / 60))  # a median to the second is somebody's own
        return replace(value, value=minutes * 60.0, n=cut(value.n), of=None, extra={}, parts={})
    return counted(value)


def _sides(told: Told, who: Who) -> Sequence[Cell]:
    rows = [row for row in told.rows if row.counted]
    match told.value.unit:
        case Unit.SHARE:
            return [cell((row for row in rows if bool(row.value) is side), who) for side in (True, False)]
        case Unit.SECONDS:
            return [cell((row for row in rows if row.value is not None), who)]
    return [cell(rows, who)]


def _share(value: Value) -> Value:
    """Return a share in whole per cents, without what it was counted from; one of few is not told."""
    if value.value is None or value.base < FEW:
        return withheld(value)
    return replace(value, value=round(value.value, 2), n=cut(value.base), of=None, extra={}, parts={})


def counted(value: Value) -> Value:
    """Return a count of people, or of what enough of them did, as it is told."""
    if value.value is None or value.value < K:
        return withheld(value)
    return replace(value, value=cut(value.value), n=cut(value.n), of=None, extra={}, parts={})


def concentration(value: Value, answerers: float) -> Value:
    """Return which share the five who answered most have; told where as many others answered, too."""
    return _share(value) if answerers >= 2 * K else withheld(value)
