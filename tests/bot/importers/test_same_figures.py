"""One fortnight pushed live, and as WeFlow, ChatLab and Telegram export it: the same threads and the same figures."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.history import take_in
from bot.importers import Options
from storage import groups, members
from storage.database import Database, Store
from storage.groups import Coverage
from storage.metrics import (
    FIGURES,
    Period,
    Scope,
    Value,
    around,
    attendance,
    compute_all,
    events,
    figure,
    month_of,
    previous,
    week_of,
    why,
)
from storage.metrics import Options as Rules
from tests.bot.importers import fortnight, story
from tests.chat import Chat

pytestmark = pytest.mark.middle

NOW = datetime.fromisoformat("2026-12-01T09:00:00+08:00")  # the questions of the fortnight are older than seven days
RULES = Rules(zone=story.ZONE)
BY_HAND = {"PG 交流一群": 486, "PG 运维与高可用": 311}

# Figures that an import cannot give by their definition, and why. All others are compared to the last row.
BY_COVERAGE = {
    "bot_response_time": "the bot was not there, so it answered nobody: it needs coverage other than imported"
}

# Figures of what no export tells: with nothing to tell them they have no value on any road, and are compared as such.
UNTOLD = {
    "group_size": "the platform's count", "group_growth": "two of them", "joins": "the platform's word",
    "leaves": "the platform's word", "membership_churn": "the platform's word and its count",
    "deflection": "what the bot offered", "suggestion_precision": "what askers said of that",
    "suggestion_feedback": "the same",
    **{found.name: "what the bot kept of events" for of in (events, attendance, around) for found in of.FIGURES},
}  # fmt: skip


@pytest.fixture
async def live(sqlite_database: Database) -> Chat:
    """Return a bot that heard the fortnight live."""
    chat = await Chat.open(sqlite_database)
    frames = fortnight.frames(fortnight.told())
    chat.clock.time = frames[0].at
    await chat.ear.online("10000", fortnight.BOT, list(dict.fromkeys(frame.place for frame in frames)))
    await story.push(chat, frames)
    return chat


def periods() -> dict[str, Period]:
    week = week_of(story.SUNDAY, story.ZONE)
    found = {"week": week, "week before": previous(week, story.ZONE), "month": month_of(story.SUNDAY, story.ZONE)}
    return found | {"all": Period(week.since - timedelta(days=150), NOW)}


async def test_any_format_gives_the_threads_and_figures_of_having_listened(
    live: Chat, sqlite_template: Path, tmp_path: Path
) -> None:
    threads, heard = await threads_of(live.database), await figures_of(live.database)
    assert sum(map(len, threads.values())) > 50
    assert {name for (_, _, name), told in heard.items() if told["missing"] is None} == FIGURES.keys() - UNTOLD.keys()
    for form in fortnight.WRITERS:
        async with imported(form, sqlite_template, tmp_path) as database:
            assert await threads_of(database) == threads, form
            read = await figures_of(database)
        assert read.keys() == heard.keys()
        for key in heard.keys() - {key for key in heard if key[-1] in BY_COVERAGE}:
            assert read[key] == heard[key], (form, *key)
        for name in BY_COVERAGE:
            assert_unseen(name, heard["all", "week", name], read["all", "week", name])


@asynccontextmanager
async def imported(form: str, template: Path, folder: Path) -> AsyncIterator[Database]:
    """Import the fortnight in a format into a database of its own."""
    file = folder / f"{form}.db"
    await asyncio.to_thread(shutil.copyfile, template, file)
    files = await asyncio.to_thread(fortnight.write, form, fortnight.told(), folder)
    async with Database.open(f"sqlite:///{file}") as database:
        replay = await story.importing(database, await Chat.open(database))
        for file in files:
            report = await take_in(file, replay, Options(frozenset({fortnight.BOT}), zone=story.ZONE))
            assert (report.format, report.new, report.skipped, report.quarantined) == (form, report.read, {}, 0)
        yield database


def assert_unseen(name: str, heard: dict[str, Any], read: dict[str, Any]) -> None:
    """Say that an import tells nothing of a figure, and leaves out what having listened would count."""
    assert figure(name).needs - {Coverage.IMPORTED}
    assert (read["n"], read["value"]) == (0, None)
    assert [row[0] for row in read["rows"]] == [False] * len(heard["rows"])


async def threads_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    async with database.read() as store:
        places = {group.name: group.place for group in await groups.every(store)}
    return {name: await story.state(database, place, NOW) for name, place in sorted(places.items())}


async def figures_of(database: Database) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return every figure by scope, period and name; where all groups are meant, with the rows behind it."""
    async with database.write() as store:
        known = sorted(await groups.every(store), key=lambda group: group.name)
        for group in known:
            await groups.set_size(store, group.id, story.SUNDAY, BY_HAND[group.name], "by_hand")
    async with database.read() as store:
        names = {group.id: group.name for group in known}
        scopes = {group.name: Scope.group(group) for group in known} | {"all": Scope.community(known)}
        return {
            (scope, period, name): plain_of(value, names)
            | {"rows": await listed(store, name, scopes[scope], span, names) if scope == "all" else []}
            for scope in scopes
            for period, span in periods().items()
            for name, value in (await compute_all(store, FIGURES, scopes[scope], span, NOW, RULES)).items()
        }


def plain_of(value: Value, names: dict[int, str]) -> dict[str, Any]:
    """Return all of a value, ids by names; whether a group was heard or imported is not told apart."""
    seen = {coverage.value: {names[group] for group in ids} for coverage, ids in value.coverage.groups.items()}
    visible = seen.pop(Coverage.FULL, set()) | seen.pop(Coverage.IMPORTED, set())
    plain = {name: getattr(value, name) for name in value.__dataclass_fields__ if name not in {"coverage", "parts"}}
    parts = {names.get(int(key), key) if key.isdigit() else key: count for key, count in value.parts.items()}
    left_out = value.coverage.left_out, value.coverage.unknown, value.coverage.gaps
    return plain | {"parts": parts, "visible": visible, "otherwise seen": seen, "left out": left_out}


async def listed(store: Store, name: str, scope: Scope, span: Period, names: dict[int, str]) -> list[Any]:
    """Return the rows behind a figure: ids by names and keys, in an order that does not depend on ids."""
    rows = await why(store, name, scope, span, NOW, RULES)
    known = await members.several(store, {row.member for row in rows if row.member is not None})
    plain = [
        row._replace(
            group=names.get(row.group),  # type: ignore[arg-type]
            thread=None,
            person=None,
            member=None if row.member is None else known[row.member].key,  # type: ignore[arg-type]
        )
        for row in rows
    ]
    return sorted(plain, key=repr)
