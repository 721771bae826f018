"""The client of the language model: its budget, its patience, and everything that an endpoint may do to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bot.app import App
from bot.cli._doctor import _of_llm as of_llm
from bot.config import load
from bot.drafting import Drafter, probe
from bot.gauges import Gauges
from handlers._drafting import Drafted, Prompt
from storage import drafts
from storage.database import Database
from storage.drafts import DRAFTS, Asked, Budget, Ended
from storage.maintenance import Mark
from storage.retention import Limits, purge
from tests.chat import ManualClock
from tests.completions import KEY, MODEL, Completions
from tests.conftest import T0

PROMPT = Prompt("explain", "thread:7", "rules of ours", '{"question": "canary words"}')


@pytest.fixture
async def model() -> AsyncIterator[Completions]:
    async with Completions().serve() as completions:
        yield completions


async def noted(database: Database) -> list[tuple[str, int | None, int]]:
    async with database.read() as store:
        query = select(DRAFTS.c.ended, DRAFTS.c.number, DRAFTS.c.tokens).order_by(DRAFTS.c.id)
        return [tuple(row) for row in await store.rows(query)]


async def test_a_draft_is_asked_for_and_counted(database: Database, model: Completions) -> None:
    model.says = " 先看槽。[#2902] "
    assert await model.drafter(database, ManualClock(T0))(PROMPT) == Drafted("先看槽。[#2902]")
    (request,) = model.requests
    assert request["model"] == MODEL
    assert request["max_tokens"] == 600
    assert [one["role"] for one in request["messages"]] == ["system", "user"]
    assert [one["content"] for one in request["messages"]] == [PROMPT.rules, PROMPT.data]
    assert model.heads[0].startswith("POST /v1/chat/completions HTTP/1.1")
    assert f"Bearer {KEY}" in model.heads[0]
    assert await noted(database) == [("drafted", 1, 100)]


async def test_the_budget_ends_with_the_day_of_the_community(sqlite_database: Database, model: Completions) -> None:
    clock = ManualClock(T0)
    draft = model.drafter(sqlite_database, clock, daily_budget=2)
    model.says = "好。[#1]"
    assert [await draft(PROMPT) is not None for _ in range(3)] == [True, True, False]
    clock.time += timedelta(hours=14, minutes=59)  # 23:59 in Shanghai
    assert await draft(PROMPT) is None
    clock.time += timedelta(minutes=1)
    assert await draft(PROMPT) is not None
    assert len(model.requests) == 3
    assert [row[:2] for row in await noted(sqlite_database)] == [
        ("drafted", 1), ("drafted", 2), ("budget", None), ("budget", None), ("drafted", 1),
    ]  # fmt: skip
    assert draft.counts == {Ended.DRAFTED: 3, Ended.BUDGET: 2}


@pytest.mark.parametrize(("claims", "counted"), [(700, 700), (-5, 0), ("many", 0), (10**30, 10_000_000), (None, 0)])
async def test_tokens_are_what_the_endpoint_tells_within_reason(
    sqlite_database: Database, model: Completions, claims: object, counted: int
) -> None:
    model.says, model.claims = "好。[#1]", claims
    draft = model.drafter(sqlite_database, ManualClock(T0), daily_tokens=500)
    assert await draft(PROMPT) is not None
    assert (await noted(sqlite_database))[0][2] == counted
    assert (await draft(PROMPT) is None) == (counted >= 500)


@pytest.mark.parametrize(
    ("mood", "ended"),
    [
        ("dead", Ended.UNREACHABLE),
        ("500", Ended.UNREACHABLE),
        ("429", Ended.UNREACHABLE),
        ("401", Ended.REFUSED),
        ("404", Ended.REFUSED),
        ("away", Ended.REFUSED),
        ("huge", Ended.TOO_LONG),
        ("garbage", Ended.UNREADABLE),
        ("deep", Ended.UNREADABLE),
        ("bomb", Ended.UNREADABLE),
    ],
)
async def test_whatever_the_endpoint_does_there_is_just_no_draft(
    sqlite_database: Database, model: Completions, caplog: pytest.LogCaptureFixture, mood: str, ended: Ended
) -> None:
    model.mood = mood
    with caplog.at_level(logging.DEBUG, logger="bot"):
        assert await model.drafter(sqlite_database, ManualClock(T0))(PROMPT) is None
    assert await noted(sqlite_database) == [(ended, 1, 0)]
    assert "canary" not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.middle
async def test_a_slow_endpoint_is_waited_for_no_longer_than_configured(
    sqlite_database: Database, model: Completions
) -> None:
    model.mood = "slow"
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await model.drafter(sqlite_database, ManualClock(T0), timeout=1)(PROMPT) is None
    assert 0.9 < loop.time() - begun < 5
    assert await noted(sqlite_database) == [("timeout", 1, 0)]


@pytest.mark.parametrize(("says", "finish"), [("", "stop"), ("好。[#1]", "content_filter")])
async def test_an_answer_without_words_is_a_refusal(
    sqlite_database: Database, model: Completions, says: str, finish: str
) -> None:
    model.says, model.finish = says, finish
    assert await model.drafter(sqlite_database, ManualClock(T0))(PROMPT) is None
    assert await noted(sqlite_database) == [("refused", 1, 100)]


async def test_a_long_answer_is_none(sqlite_database: Database, model: Completions) -> None:
    model.says = "很长。[#1]\n" * 4000
    assert await model.drafter(sqlite_database, ManualClock(T0))(PROMPT) is None
    assert await noted(sqlite_database) == [("too long", 1, 100)]


async def test_after_a_failure_nobody_is_called_for_a_minute(sqlite_database: Database, model: Completions) -> None:
    clock = ManualClock(T0)
    draft = model.drafter(sqlite_database, clock)
    model.mood = "500"
    await draft(PROMPT)
    model.mood, model.says = "well", "好。[#1]"
    clock.time += timedelta(seconds=59)
    assert await draft(PROMPT) is None
    clock.time += timedelta(seconds=1)
    assert await draft(PROMPT) == Drafted("好。[#1]")
    assert [row[:2] for row in await noted(sqlite_database)] == [("unreachable", 1), ("resting", None), ("drafted", 2)]


async def test_nobody_listens_there(sqlite_database: Database) -> None:
    async with Completions().serve() as gone:
        settings = gone.settings()
    draft = Drafter(settings, sqlite_database, ManualClock(T0), Completions().drafter(sqlite_database).community)
    assert await draft(PROMPT) is None
    assert await noted(sqlite_database) == [("unreachable", 1, 0)]


async def test_two_that_begin_at_once_take_two_calls(database: Database) -> None:
    asked, budget = Asked("explain", "thread:7", "2026-11-23", T0), Budget(3)

    async def begin() -> int | None:
        async with database.write() as store:
            return await drafts.begin(store, asked, budget)

    rows = await asyncio.gather(*(begin() for _ in range(5)))
    assert sorted(row is None for row in rows) == [False, False, False, True, True]
    assert sorted(number for _, number, _ in await noted(database) if number) == [1, 2, 3]


async def test_what_doctor_asks(model: Completions) -> None:
    assert await probe(model.settings()) == []
    assert await probe(model.settings(model="other")) == ["127.0.0.1 answers, but has no model 'other'"]
    model.mood = "401"
    assert await probe(model.settings()) == ["127.0.0.1 answers 401"]
    model.mood = "garbage"
    assert "not with a list of models" in (await probe(model.settings()))[0]
    assert model.requests == []


async def test_what_doctor_says(model: Completions) -> None:
    well = await of_llm(model.settings(daily_budget=7))
    assert (well.mark, well.what) == (
        Mark.OK, f"language model {MODEL}: reachable; 7 calls a day at most, masked and without names",
    )  # fmt: skip
    model.mood = "401"
    bad = await of_llm(model.settings())
    assert (bad.mark, bad.what) == (Mark.WARN, f"language model {MODEL}: 127.0.0.1 answers 401")
    assert "all but drafts goes on" in bad.remedy


async def test_what_is_noted_goes_with_the_posts(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        for days in (0, 29, 31):
            at = T0 - timedelta(days=days)
            await drafts.note(store, Asked("explain", f"thread:{days}", at.date().isoformat(), at), Ended.BUDGET)
        await purge(store, Limits(outbox=30), T0)
        assert sorted(await store.scalars(select(DRAFTS.c.about))) == ["thread:0", "thread:29"]


async def test_the_process_has_one_only_where_it_is_on(
    sqlite_database: Database, model: Completions, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    for text, told in (("", False), (f'[llm]\nenabled = true\nurl = "{model.url}"\nmodel = "{MODEL}"', True)):
        file.write_text(f"[web]\nenabled = false\n[adapters.terminal]\n{text}", "utf-8")
        app = App(load(file, {}), sqlite_database, ManualClock(T0))
        assert (app.draft is not None, app.errands.draft is app.draft, app.house.community.drafts) == (told, True, told)
    assert app.draft is not None
    model.says = "好。[#1]"
    await app.draft(PROMPT)
    registry = CollectorRegistry()
    parts = (app.inbox, app.dispatch, app.errands, app.ticker, app.board, app.outboxes, app.ears)
    registry.register(Gauges(*parts, draft=app.draft))
    assert registry.get_sample_value("xiangqun_drafts_total", {"ended": "drafted"}) == 1
