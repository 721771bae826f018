"""The section of what is worth keeping: solved threads, each with its accepted answer in the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from handlers import Body, Context, Scope, Section, Text
from handlers._drawing import Card, Part
from handlers._threads import described as said
from handlers._threads.answers import answer_of
from handlers._threads.blocked import Blocked, blocked
from handlers._threads.worth import Candidate, chosen
from handlers._wording.figures import scope_of
from handlers._wording.masking import quoted
from handlers._wording.names import author
from handlers.digest._open import open_to
from storage import metoo, metrics, threads
from storage.metrics import Period
from storage.outcome import Evidence, Outcome
from storage.threads import Placed, Thread

LOOK_BACK = timedelta(days=28)  # how old a question may be that was solved this week
_EVIDENCE = frozenset({Evidence.CONFIRMED, Evidence.ENDORSED})
_ADDRESSED = re.compile(r"^(?:\s*@\S+\s+)+", re.MULTILINE)
_ENDS = "。！？…!?.；;"


class Texts:
    """The heading, how an answer is signed, and where to read on."""

    WORTH = Text(zh="值得收藏", en="Worth keeping")
    SIGNED = Text(zh="{words}—— {name}", en="{words} — {name}")
    READ = Text(zh="看全文：发「看 {thread}」", en="The whole thread: /show {thread}")


async def worth_reading(ctx: Context[Any], scope: Scope, limit: int) -> Section | None:
    """Return two lines for each thread: number and title, then the answer with its author's name."""
    kept_out = await blocked(ctx)
    solved = {thread.id: thread for thread in await _solved(ctx, scope) if not kept_out.keeps_out(thread)}
    told = await metoo.counts(ctx.store, solved)
    people = _people(await threads.placed_in(ctx.store, solved))
    candidates = [
        Candidate(t.id, t.facts.solver, people.get(t.id, 0), told.get(t.id, 0), await _quote(ctx, t, kept_out))
        for t in solved.values()
    ]
    cards = tuple([await _card(ctx, solved[found.thread], found, kept_out) for found in chosen(candidates, limit)])
    if not cards:
        return None
    lines = [line for card in cards for line in (f"{card.number} {card.title}", _signed(ctx, card))]
    heading, note = ctx.say(Texts.WORTH), ctx.say(Texts.READ, thread=cards[0].number.removeprefix("#"))
    return Section(heading, Body.of(*lines, note).blocks, Part(heading, cards=cards, note=note))


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


async def _quote(ctx: Context[Any], thread: Thread, kept_out: Blocked) -> str:
    answer = await answer_of(ctx.store, thread)
    if answer is None or kept_out.has_member(answer.member, thread.group_id):
        return ""
    return "" if kept_out.has_word(answer.text, thread.group_id) else quoted(_ADDRESSED.sub("", answer.text))


async def _card(ctx: Context[Any], thread: Thread, found: Candidate, kept_out: Blocked) -> Card:
    name = await author(ctx.store, thread.group_id, found.solver, thread.facts.accepted)
    by = "" if kept_out.has_word(name, thread.group_id) else name
    return Card(f"#{thread.id}", said.title(thread, ctx.language), found.quote, by)


def _signed(ctx: Context[Any], card: Card) -> str:
    if not card.by:
        return card.text
    closed = card.text if card.text[-1] in _ENDS or ctx.language == "en" else f"{card.text}。"
    return ctx.say(Texts.SIGNED, words=closed, name=card.by)
