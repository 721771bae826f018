"""Makes the record of one event: what, who, the numbers, what was asked and what people said; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from handlers._booklet import Asked, Link, Person, Record, Told
from handlers._booklet.dates import when
from handlers._booklet.texts import Texts, words
from handlers._events.told import KINDS
from handlers._wording.masking import flat, mask, quoted
from handlers._wording.numbers import FEW, decimal, percent
from storage.events import Event
from storage.feedback import Feedback
from storage.metrics import Held
from storage.speaker_questions import Question

QUESTIONS, LINES = 8, 12  # at most; a record has one or two pages
_TITLE, _SUMMARY, _QUESTION, _LINE, _LESSON = 120, 600, 160, 120, 400
_SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one event: `asked` is how many questions there were, `questions` those that may be quoted."""

    event: Event
    held: Held
    asked: int = 0
    questions: Sequence[Question] = ()
    feedback: Sequence[Feedback] = ()
    lessons: Sequence[str] = ()
    pictures: Sequence[str] = ()


def record(kept: Kept, zone: ZoneInfo, language: str) -> Record:
    """Return what stays of an event, ready to be shown; what members wrote is masked and cut, and nobody's."""
    event, asked = kept.event, [one for one in kept.questions if one.text.strip()]
    left = len(asked) - QUESTIONS
    return Record(
        number=event.number,
        title=_plain(event.title, _TITLE),
        kind=KINDS[event.kind].in_language(language),
        when=when(event, zone, language),
        where=_where(event, language),
        people=tuple(Person(_plain(who.name), _plain(who.company), _plain(who.about, _LINE)) for who in event.speakers),
        hosts=tuple(_plain(host) for host in event.hosts),
        summary=_plain(event.summary, _SUMMARY),
        figures=tuple(figures(kept, language)),
        scores=_scores(kept.held.scores),
        questions=tuple(_asked(one, language) for one in asked[:QUESTIONS]),
        more="" if left <= 0 else _more(left, language),
        feedback=tuple(_said(kept.feedback)),
        links=tuple(_links(event, language)),
        lessons=tuple(_plain(lesson, _LESSON) for lesson in kept.lessons),
        pictures=tuple(kept.pictures),
    )


def _plain(text: str, limit: int = 80) -> str:
    return flat(text)[:limit]


def _where(event: Event, language: str) -> str:
    between = ", " if language == "en" else "，"
    parts = [part for part in (event.city, event.venue) if part]
    return _plain(between.join(parts), _LINE) if parts else Texts.ONLINE.in_language(language)


def _asked(one: Question, language: str) -> Asked:
    votes = Texts.VOTES.in_language(language, count=one.votes + 1) if one.votes else ""
    return Asked(quoted(one.text, _QUESTION), votes)


def _more(left: int, language: str) -> str:
    return (Texts.MORE_ONE if left == 1 else Texts.MORE).in_language(language, count=left)


def _said(found: Sequence[Feedback]) -> list[str]:
    """Return what people wrote, the longer lines first kept, in an order that tells nothing of who was when."""
    lines = sorted({quoted(one.text, _LINE) for one in found if one.text.strip()}, key=lambda line: (-len(line), line))
    return sorted(lines[:LINES])


def _links(event: Event, language: str) -> list[Link]:
    named = words(language)
    given = (("replay", event.replay), ("slides", event.slides))
    return [Link(named[name], mask(address) if "@" in address else address) for name, address in given if address]


def _scores(scores: Sequence[int]) -> tuple[int, ...]:
    counted = Counter(scores)
    return tuple(counted[score] for score in _SCORES) if scores else ()


# -- numbers ----------------------------------------------------------------------------------------------------------


def figures(kept: Kept, language: str) -> list[Told]:
    """Return the numbers of one event; where nobody checked in, that is what stands for who came."""
    named, held, seats = words(language), kept.held, kept.event.capacity
    note = Texts.SEATS.in_language(language, count=seats) if seats else ""
    told = [Told(named["registered"], f"{len(held.entries):,}", note)]
    told += _came(held, named, language)
    if held.scores:
        rated = (Texts.RATED_ONE if len(held.scores) == 1 else Texts.RATED).in_language(
            language, count=len(held.scores)
        )
        told.append(Told(named["score"], decimal(sum(held.scores) / len(held.scores)), rated))
    return [*told, Told(named["asked"], f"{kept.asked:,}")] if kept.asked else told


def _came(held: Held, named: Mapping[str, str], language: str) -> list[Told]:
    if not held.observed:
        return [Told(named["came"], "–", Texts.UNATTENDED.in_language(language))]
    told = [Told(named["came"], f"{len(held.came):,}")]
    if held.entries:
        told.append(rate(named["rate"], held.kept, len(held.entries)))
    told.append(Told(named["first"], f"{len(held.first):,}"))
    return [*told, Told(named["companies"], f"{len(held.attending):,}")] if held.attending else told


def rate(label: str, kept: int, of: int) -> Told:
    """Return a share with what it rests on; of fewer than twenty the counts alone."""
    return Told(label, percent(kept / of), f"{kept:,}/{of:,}") if of >= FEW else Told(label, f"{kept}/{of}")
