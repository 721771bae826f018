"""Every figure over the golden corpus: the numbers and lists that were worked out by hand, on both databases."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest

from storage.database import Database, Store
from storage.metrics import FIGURES, Options, Period, Row, Scope, Unit, Value, compute, compute_all, why
from tests.storage.metrics import golden
from tests.storage.metrics.golden import CUTS, NOW, OPTIONS, Corpus
from tests.storage.metrics.town import town
from tests.storage.metrics.world import NOW as LATER
from tests.storage.metrics.world import OPTIONS as PLAIN
from tests.storage.metrics.world import WEEK, hours

EXPECTED = golden.sheet("expected")
MINUTE = 60.0
PARTED = {
    "questions", "topics", "outcomes", "registrations_by_source", "registrations_by_platform", "event_checkins",
    "attendance_rate", "no_shows",
}  # fmt: skip
EXTRA = {"p90": "p90", "mean": "mean", "survival": "survival_median", "largest": "largest"}


def told(corpus: Corpus, value: Value, rows: Sequence[Row]) -> dict[str, str]:
    """Return a figure in the words of expected.csv; times in minutes."""
    unit, scale = value.unit, MINUTE if value.unit is Unit.SECONDS else 1.0
    waiting = [row for row in rows if row.counted and unit is Unit.SECONDS and row.value is None]
    listed = [
        row for row in rows if row.counted and row not in waiting and (value.figure != "message_hours" or row.value)
    ]
    return {
        "n": str(value.n),
        "of": "" if value.of is None else str(value.of),
        "value": number(value.value, scale),
        **{name: number(value.extra.get(key), scale) for name, key in EXTRA.items()},
        "parts": " ".join(sorted(f"{name}={count}" for name, count in value.parts.items()))
        if value.figure in PARTED
        else "",
        "list": tokens(corpus, listed, unit),
        "waiting": tokens(corpus, waiting, unit),
        "left_out": " ".join(sorted(left_out(corpus, rows))),
        "missing": value.missing or "",
        "bound": value.bound or "",
    }


def number(value: float | None, scale: float) -> str:
    return "" if value is None else f"{value / scale:.4f}"


def tokens(corpus: Corpus, rows: Iterable[Row], unit: Unit) -> str:
    return " ".join(sorted(corpus.token(row, unit) for row in rows))


def left_out(corpus: Corpus, rows: Iterable[Row]) -> list[str]:
    names = {group.id: name for name, group in corpus.groups.items()}
    return [f"{row.thread or names[row.group or 0]}:{row.why}" for row in rows if not row.counted]


def written(row: dict[str, str]) -> dict[str, str]:
    """Return a line of expected.csv in the same form: what is a list has no order."""
    found = {name: row[name] for name in ("n", "of", "value", *EXTRA, "missing", "bound")}
    found |= {name: f"{float(row[name]):.4f}" if row[name] else "" for name in ("value", *EXTRA)}
    return found | {name: " ".join(sorted(row[name].split())) for name in ("parts", "list", "waiting", "left_out")}


@pytest.mark.parametrize("cut", CUTS)
async def test_every_figure_is_what_was_worked_out_by_hand(database: Database, cut: str) -> None:
    async with database.write() as store:
        corpus = await Corpus.build(store)
        scope, period = corpus.scope(cut), golden.period(cut)
        values = await compute_all(store, FIGURES, scope, period, NOW, OPTIONS)
        found = {
            name: told(corpus, value, await why(store, name, scope, period, NOW, OPTIONS))
            for name, value in values.items()
        }
    expected = {row["figure"]: written(row) for row in EXPECTED if row["cut"] == cut}
    assert list(found) == list(expected)
    for name in found:
        assert found[name] == expected[name], name


def recomputed(name: str, rows: Sequence[Row]) -> float | None:
    """Return the number that the rows of a list make, by the plainest arithmetic there is."""
    values = [row.value for row in rows if row.value is not None]
    weights = [row.weight for row in rows if row.weight is not None]
    if name == "dau":
        return statistics.fmean(values) if values else None
    if name == "answer_concentration":
        return sum(sorted(values)[-5:]) / sum(values) if values else None
    if name == "answer_absence_factor":
        counts = sorted(values, reverse=True)
        return next(n for n in range(len(counts) + 1) if sum(counts[n:]) < sum(counts) / 2) if counts else None
    match FIGURES[name].unit:
        case Unit.SECONDS:
            return statistics.median(values) if values else None
        case Unit.SHARE:
            of = sum(weights) if weights else len(rows)
            return sum(values) / of if of else None
        case Unit.SCORE:
            return statistics.fmean(values) if values else None
        case Unit.MEMBERS:
            return len({row.person for row in rows if row.value})
        case _:
            return sum(values)


async def assert_list_makes_number(store: Store, scope: Scope, period: Period, now: datetime, options: Options) -> None:
    """Hold every figure of a scope against its own list: the rows make the number, no thread is in it twice."""
    for name in FIGURES:
        value = await compute(store, name, scope, period, now, options)
        rows = await why(store, name, scope, period, now, options)
        counted = [row for row in rows if row.counted]
        numbers = [row.thread for row in rows if row.thread is not None]
        assert len(numbers) == len(set(numbers)), name
        if value.value is not None:
            assert value.value == pytest.approx(recomputed(name, counted)), name
        if value.unit is Unit.SECONDS:
            assert (value.n, value.of) == (sum(row.value is not None for row in counted), len(counted)), name


async def test_the_list_makes_the_number_over_the_corpus(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        corpus = await Corpus.build(store)
        for cut in CUTS:
            await assert_list_makes_number(store, corpus.scope(cut), golden.period(cut), NOW, OPTIONS)


@pytest.mark.middle
@pytest.mark.parametrize("seed", range(2))
async def test_the_list_makes_the_number_of_a_random_town(database: Database, seed: int) -> None:
    async with database.write() as store:
        ids = await town(store, seed)
        for now in (LATER, WEEK.since + hours(50)):
            await assert_list_makes_number(store, Scope("town", "", ids), WEEK, now, PLAIN)


async def test_from_a_fifth_on_those_that_wait_are_many(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        corpus = await Corpus.build(store)
        scope, period = corpus.scope("all"), golden.period("all")
        names = ("questions", "first_response_time", "first_answer_time", "close_time")  # 6, 8 and 15 of 34 wait
        values = await compute_all(store, names, scope, period, NOW, OPTIONS)
    assert {name: value.many_open for name, value in values.items()} == {
        "questions": False,
        "first_response_time": False,
        "first_answer_time": True,
        "close_time": True,
    }
