"""What all figures share: the list is the number, one query serves many, and nothing unseen becomes a 0."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import groups
from storage.database import Database
from storage.groups import Coverage
from storage.metrics import (
    FIGURES,
    Missing,
    Options,
    Period,
    Scope,
    Value,
    compute,
    compute_all,
    evaluate,
    load,
    previous,
    visible_in,
    week_of,
    why,
)
from storage.metrics._cases import load_cases
from storage.outcome import Outcome
from tests.statements import statements
from tests.storage.metrics.town import town
from tests.storage.metrics.world import FULL, NOW, OPTIONS, SHANGHAI, WEEK, World, hours, question, sample, span

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

OF_THREADS = [name for name, found in FIGURES.items() if found.load is load_cases]


def reduced(value: Value) -> tuple[Any, ...]:
    return value.n, value.of, dict(value.extra), dict(value.parts), value.day


async def test_every_number_is_its_list_reduced(database: Database) -> None:
    async with database.write() as store:
        ids = await town(store)
    scopes = [Scope("all", "", ids), Scope("mentions", "", ids[2:3])]
    async with database.read() as store:
        for scope in scopes:
            for now in (NOW, WEEK.since + hours(50)):
                for name, found in FIGURES.items():
                    value = await compute(store, name, scope, WEEK, now, OPTIONS)
                    listed = await why(store, name, scope, WEEK, now, OPTIONS)
                    again = found.reduce([row for row in listed if row.counted])
                    assert reduced(value) == (again.n, again.of, dict(again.extra), dict(again.parts), again.day), name
                    assert (value.value is None) is (value.missing is not None), name
                    assert value.value in (None, again.value), name
                    assert value.coverage.left_out == sum(row.why == "mentions" for row in listed), name


async def test_all_at_once_equals_one_by_one_and_evaluate(database: Database) -> None:
    async with database.write() as store:
        scope = Scope("all", "", await town(store))
    async with database.read() as store:
        at_once = await compute_all(store, FIGURES, scope, WEEK, NOW, OPTIONS)
        for name in FIGURES:
            assert at_once[name] == await compute(store, name, scope, WEEK, NOW, OPTIONS), name
        drawn = await load(store, scope, WEEK)
        assert evaluate(OF_THREADS, drawn, NOW, OPTIONS) == {name: at_once[name] for name in OF_THREADS}
        assert at_once["questions"].n > 5


async def test_one_query_for_threads_serves_all_their_figures(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        scope = Scope("all", "", await town(store))
    with statements(sqlite_database) as seen:
        async with sqlite_database.read() as store:
            await compute_all(store, OF_THREADS, scope, WEEK, NOW, OPTIONS)
    assert sum("FROM threads" in statement for statement in seen) == 1
    assert sum("FROM coverage" in statement for statement in seen) == 1
    with statements(sqlite_database) as seen:
        async with sqlite_database.read() as store:
            await compute_all(store, FIGURES, scope, WEEK, NOW, OPTIONS)
    assert len(seen) < 50


happenings = st.fixed_dictionaries(
    {},
    optional={
        name: st.floats(0, 400)
        for name in ("responded", "answered", "confirmed", "endorsed", "thanked", "linked", "withdrawn", "invalid")
    },
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    asked=st.lists(st.tuples(happenings, st.integers(1, 3), st.floats(0, 167), st.booleans()), max_size=12),
    after=st.floats(0, 600),
)
def test_laws_of_the_figures_of_threads(asked: list[tuple[dict[str, float], int, float, bool]], after: float) -> None:
    threads = [
        question(at=WEEK.since + hours(at), group=group, imported=imported, **what)
        for what, group, at, imported in asked
    ]
    spans = (*FULL, span(Coverage.MENTIONS, 2), span(Coverage.IMPORTED, 3))
    found = evaluate(OF_THREADS, sample(*threads, spans=spans), WEEK.since + hours(after), OPTIONS)
    questions = found["questions"].n
    assert found["outcomes"].of == found["resolution_rate"].of == found["first_response_time"].of == questions
    assert sum(found["outcomes"].parts.values()) == questions == sum(found["topics"].parts.values())
    assert found["outcomes"].parts[Outcome.RESOLVED] == found["resolution_rate"].n == found["close_time"].n
    assert found["resolution_rate"].n <= found["resolution_rate_inferred"].n
    assert found["r7"].n <= found["r7_inferred"].n <= found["r7_inferred"].of
    for value in found.values():
        assert value.value is None or value.value >= 0
        assert value.unit != "share" or value.of is None or 0 <= value.n <= value.of
        assert value.coverage.left_out <= sum(group == 2 for _, group, _, _ in asked)
    for name in ("first_response", "first_answer", "close"):
        calendar, service = found[f"{name}_time"], found[f"{name}_service_time"]
        assert calendar.n == service.n
        assert all((service.extra[key] or 0) <= (calendar.extra[key] or 0) for key in ("median", "p90", "mean"))


# Empty, odd and far


async def test_no_groups_no_rows_and_no_sight(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        seen = await world.group("seen")
        nobody = Scope("nobody", "", ())
        quiet = Scope.group(seen)
        future = Period(NOW + timedelta(days=30), NOW + timedelta(days=37))
        for name, found in (await compute_all(store, FIGURES, nobody, WEEK, NOW, OPTIONS)).items():
            assert found.missing is Missing.NOT_OBSERVABLE, name
        counts = {"questions", "topics", "confirmed_closes", "answerers", "first_answerers", "thanks", "messages"}
        counts |= {"solvers", "message_hours"}
        counts |= {"active", "dau", "wau", "mau", "newcomers", "reactivated", "regulars", "lost_regulars"}
        for name, found in (await compute_all(store, FIGURES, quiet, WEEK, NOW, OPTIONS)).items():
            assert (found.value == 0) is (name in counts), name
        await compute_all(store, FIGURES, quiet, future, NOW, OPTIONS)


async def test_a_period_of_sixty_years(database: Database) -> None:
    async with database.write() as store:
        scope = Scope("all", "", await town(store))
    ages = Period(datetime(1990, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))
    async with database.read() as store:
        found = await compute_all(store, FIGURES, scope, ages, NOW, OPTIONS)
    assert found["questions"].n > 20
    assert found["active"].n == 12


async def test_week_53_holds_what_was_asked_on_new_years_day(database: Database) -> None:
    week = week_of(date(2027, 1, 1), SHANGHAI)
    edges = [datetime(2026, 12, 27, 16, tzinfo=UTC), datetime(2027, 1, 3, 15, 59, 59, tzinfo=UTC)]
    outside = [edges[0] - timedelta(seconds=1), edges[1] + timedelta(seconds=1)]
    async with database.write() as store:
        world = World(store)
        group, one = await world.group("a"), await world.member("one")
        for at in (*edges, *outside):
            await world.thread(group, one, at=at)
        await world.active(group, one, date(2026, 12, 28), date(2027, 1, 3))
        now = datetime(2027, 2, 1, tzinfo=UTC)
        assert (await compute(store, "questions", Scope.group(group), week, now, OPTIONS)).value == 2
        assert (await compute(store, "dau", Scope.group(group), week, now, OPTIONS)).value == 2 / 7


async def test_a_week_with_a_change_to_winter_time_has_169_hours(database: Database) -> None:
    berlin = Options(zone=ZoneInfo("Europe/Berlin"), country="DE")
    week = week_of(date(2026, 10, 25), berlin.zone)
    assert week.until - week.since == timedelta(hours=169)
    async with database.write() as store:
        world = World(store)
        group, one = await world.group("a"), await world.member("one")
        for at in (week.since, week.until - timedelta(seconds=1), week.until):
            await world.thread(group, one, at=at)
        assert (await compute(store, "questions", Scope.group(group), week, NOW, berlin)).value == 2


async def test_comparing_like_with_like(database: Database) -> None:
    async with database.write() as store:
        world = World(store)
        before = previous(WEEK, SHANGHAI)
        always = await world.group("always")
        late = await world.group("late", since=WEEK.since - hours(24))
        mostly = await world.group("mostly", since=before.since + hours(24))
        imported = await world.group("imported", seen=None)
        await groups.add_span(store, span(Coverage.IMPORTED, imported.id, until=WEEK.since + hours(120)))
        mentions = await world.group("mentions", seen=Coverage.MENTIONS)
        ids = [group.id for group in (always, late, mostly, imported, mentions)]
        kept = await visible_in(store, ids, [WEEK, before], NOW)
        assert set(kept) == {always.id, mostly.id, imported.id}
        assert set(await visible_in(store, ids, [WEEK, before], NOW, at_least=0.9)) == {always.id}
        assert Scope("x", "y", tuple(ids)).only(kept) == Scope("x", "y", (always.id, mostly.id, imported.id))
