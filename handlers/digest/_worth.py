"""The section of what is worth keeping: solved threads, each with its accepted answer in the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from handlers import Context, Scope, Text
from handlers._threads import described as said
from handlers._threads.answers import answer_of
from handlers._threads.worth import Candidate, chosen
from handlers._wording.figures import scope_of
from handlers._wording.masking import quoted
from handlers._wording.names import called
from handlers.digest._open import open_to
from storage import metrics, threads
from storage.metrics import Period
from storage.outcome import Evidence, Outcome
from storage.threads import Placed, Thread

LOOK_BACK = timedelta(days=28)  # how old a question may be that was solved this week
_EVIDENCE = frozenset({Evidence.CONFIRMED, Evidence.ENDORSED})
_ADDRESSED = re.compile(r"^(?:\s*@\S+\s+)+", re.MULTILINE)
_ENDS = "。！？…!?.；;"


class Texts:
    """How an answer is signed, and where to read on."""

    SIGNED = Text(zh="{words}—— {name}", en="{words} — {name}")
    READ = Text(zh="看全文：发「看 {thread}」", en="The whole thread: /show {thread}")


async def worth_reading(ctx: Context[Any], scope: Scope, limit: int) -> list[str]:
    """Return two lines for each thread: number and title, then the answer with its author's name."""
    solved = {thread.id: thread for thread in await _solved(ctx, scope)}
    told = await threads.metoo_counts(ctx.store, solved)
    people = _people(await threads.placed_in(ctx.store, solved))
    candidates = [
        Candidate(t.id, t.facts.solver, people.get(t.id, 0), told.get(t.id, 0), await _quote(ctx, t))
        for t in solved.values()
    ]
    lines: list[str] = []
    for found in chosen(candidates, limit):
        thread = solved[found.thread]
        lines += [said.head(thread, ctx.language), await _signed(ctx, thread, found)]
    return [*lines, ctx.say(Texts.READ, thread=lines[0].partition(" ")[0].removeprefix("#"))] if lines else []


async def _solved(ctx: Context[Any], scope: Scope) -> list[Thread]:
    ids = await open_to(ctx, scope.groups)
    if not ids:
        return []
    period = Period(scope.since - LOOK_BACK, scope.until)
    sample = await metrics.load(ctx.store, await scope_of(ctx, ids), period)
    return [thread for thread in sample.threads if _is_solved_in(thread, scope, ctx)]


def _is_solved_in(thread: Thread, scope: Scope, ctx: Context[Any]) -> bool:
    verdict = thread.verdict(ctx.now())
    if verdict.outcome is not Outcome.RESOLVED or verdict.evidence not in _EVIDENCE or verdict.resolved_at is None:
        return False
    return bool(thread.title) and thread.facts.accepted is not None and scope.since <= verdict.resolved_at < scope.until


def _people(placed: Iterable[Placed]) -> dict[int, int]:
    found: dict[int, set[int | None]] = {}
    for one in placed:
        if one.role != "aside":
            found.setdefault(one.thread, set()).add(one.message.member_id)
    return {thread: len(people) for thread, people in found.items()}


async def _quote(ctx: Context[Any], thread: Thread) -> str:
    answer = await answer_of(ctx.store, thread)
    return "" if answer is None else quoted(_ADDRESSED.sub("", answer.text))


async def _signed(ctx: Context[Any], thread: Thread, found: Candidate) -> str:
    names = await called(ctx.store, thread.group_id, [found.solver] if found.solver is not None else [])
    if found.solver not in names:
        return found.quote
    closed = found.quote if found.quote[-1] in _ENDS or ctx.language == "en" else f"{found.quote}。"
    return ctx.say(Texts.SIGNED, words=closed, name=names[found.solver])
