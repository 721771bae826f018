"""What a report hands on: questions that are worth an answer today, and solved threads that are worth an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers._reporting import Draft, Waiting
from handlers._reporting.entries import entries
from handlers._reporting.reading import Material, chunks, names, silent
from handlers._reporting.texts import Texts
from handlers._threads.answers import burst
from handlers._threads.worth import Candidate, chosen
from handlers._wording import durations
from handlers._wording.masking import mask
from handlers._wording.names import spaced
from storage import metoo as metoos
from storage import threads
from storage.metrics import Row
from storage.outcome import Evidence, Outcome
from storage.threads import Placed, Thread

LOOK_BACK = timedelta(days=28)  # a question that is older than this waits no longer
WAITING, DRAFTS = 10, 6
LOOKED_AT = 300  # solved threads whose words are read
QUESTION, ANSWER = 300, 700  # characters
_ADDRESSED = re.compile(r"^(?:\s*@\S+\s+)+", re.MULTILINE)
_EVIDENCE = frozenset({Evidence.CONFIRMED, Evidence.ENDORSED})


async def waiting(material: Material, outcomes: Iterable[Row]) -> tuple[Waiting, ...]:
    """Return unanswered questions of the last four weeks: wanted by most first, then those that are still fresh."""
    until = min(material.spans.period.until, material.now)
    rows = [row for row in outcomes if row.counted and row.why in {Outcome.OPEN, Outcome.EXPIRED}]
    asked = [material.thread(row.thread) for row in rows if row.group in material.shared and row.title]
    recent = [thread for thread in asked if thread is not None and until - thread.facts.asked_at <= LOOK_BACK]
    told = await _metoo(material, recent)
    shown = await entries(material, recent)
    hidden = Texts.WITHHELD.in_language(material.language)
    kept = [thread for thread in recent if shown[thread.id].title != hidden]
    kept.sort(key=lambda thread: (-told.get(thread.id, 0), -thread.facts.asked_at.timestamp()))
    return tuple(
        Waiting(replace(shown[thread.id], state=""), _waits(thread, told.get(thread.id, 0), material))
        for thread in kept[:WAITING]
    )


def _waits(thread: Thread, metoo: int, material: Material) -> str:
    language, now = material.language, material.now
    span = durations.rough(now - thread.facts.asked_at, language)
    text = Texts.WAITS if thread.verdict(now).outcome is Outcome.OPEN else Texts.EXPIRED
    told = [spaced(text.in_language(language, span=span))]
    told += [Texts.METOO.in_language(language, count=metoo)] if metoo else []
    told += [Texts.NO_WORD.in_language(language)] if thread.facts.first_response_at is None else []
    return (", " if language == "en" else "，").join(told)


async def _metoo(material: Material, found: Iterable[Thread]) -> dict[int, int]:
    told: dict[int, int] = {}
    for portion in chunks(thread.id for thread in found):
        told |= await metoos.counts(material.store, portion)
    return told


async def drafts(material: Material) -> tuple[Draft, ...]:
    """Return solved threads whose answer stands alone, by how many took part; each answerer once before any twice."""
    solved = [thread for thread in material.sample.threads if _is_worth_it(thread, material)]
    told = await _metoo(material, solved)
    looked = sorted(solved, key=lambda thread: (-told.get(thread.id, 0), -thread.id))[:LOOKED_AT]
    held: dict[int, list[Placed]] = {thread.id: [] for thread in looked}
    for placed in await threads.placed_in(material.store, list(held)):
        held[placed.thread].append(placed)
    said = {thread.id: _answer(held[thread.id], thread) for thread in looked}
    gone = await silent(material.store, {member for thread in looked for member in (thread.asker, _solver(thread))})
    candidates = [
        Candidate(thread.id, thread.facts.solver, _people(held[thread.id]), told.get(thread.id, 0), said[thread.id])
        for thread in looked
        if said[thread.id] and not gone & {thread.asker, _solver(thread)}
    ]
    best = [material.thread(one.thread) for one in chosen(candidates, DRAFTS)]
    kept = [thread for thread in best if thread is not None]
    shown = await entries(material, kept)
    called = await names(material.store, [(_solver(thread), thread.group_id) for thread in kept])
    return tuple(
        Draft(
            entry=shown[thread.id],
            question=passage(_question(held[thread.id], thread), QUESTION),
            answer=passage(said[thread.id], ANSWER),
            by=called.get(_solver(thread), ""),
            numbers=_numbers(thread, held[thread.id], told.get(thread.id, 0), material),
        )
        for thread in kept
    )


def _solver(thread: Thread) -> int:
    return thread.facts.solver or 0


def _is_worth_it(thread: Thread, material: Material) -> bool:
    period, verdict = material.spans.period, thread.verdict(material.now)
    if verdict.outcome is not Outcome.RESOLVED or verdict.evidence not in _EVIDENCE or not thread.title:
        return False
    inside = period.since <= thread.facts.asked_at < period.until
    return inside and thread.facts.accepted is not None and thread.group_id in material.shared


def _question(held: Iterable[Placed], thread: Thread) -> str:
    asked = [p.message.text for p in held if p.message.member_id == thread.asker and p.role in {"question", "detail"}]
    return "\n".join(text for text in asked if text.strip())


def _answer(held: Sequence[Placed], thread: Thread) -> str:
    """Return the accepted answer as its author wrote it; nothing where it was given in another thread."""
    if all(placed.message.id != thread.facts.accepted for placed in held):
        return ""
    said = burst(held, thread.facts.accepted or 0)
    return _ADDRESSED.sub("", "\n".join(message.text for message in said if message.text.strip()))


def _people(held: Iterable[Placed]) -> int:
    return len({placed.message.member_id for placed in held if placed.role != "aside"})


def passage(text: str, limit: int) -> str:
    """Return a member's words as they may be quoted at length: masked first, then cut; lines stay, blank ones go."""
    lines = (" ".join(line.split()) for line in mask(text).splitlines())
    whole = "\n".join(line for line in lines if line)
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"


def _numbers(thread: Thread, held: Iterable[Placed], metoo: int, material: Material) -> str:
    language, facts, zone = material.language, thread.facts, material.options.zone
    day = durations.day(facts.asked_at, material.now, zone, language)
    told = [spaced(Texts.DRAFT_ASKED.in_language(language, day=day))]
    for at, text in (
        (facts.first_response_at, Texts.DRAFT_RESPONSE),
        (thread.verdict(material.now).resolved_at, Texts.DRAFT_SOLVED),
    ):
        if at is not None:
            told.append(text.in_language(language, span=durations.exact(at - facts.asked_at, language)))
    told.append(Texts.DRAFT_PEOPLE.in_language(language, count=_people(held)))
    told += [Texts.METOO.in_language(language, count=metoo)] if metoo else []
    return " · ".join(told)
