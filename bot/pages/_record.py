"""What the page of an event that is over tells of how it was: counts, and of nobody."""

from __future__ import annotations

from dataclasses import dataclass

from handlers import Text
from storage import carry_over, checkins, feedback, speaker_questions
from storage.database import Store

AVERAGE = 5  # scores below which there is no average


class Texts:
    """The lines."""

    WERE_THERE = Text(zh="到场", en="Attendance")
    REGISTERED = Text(zh="报名 {registered} 位", en="{registered} registered")
    CAME = Text(zh="报名 {registered} 位，签到 {came} 位", en="{registered} registered, {came} came")
    FIRST = Text(zh="第一次来的 {first} 位", en="{first} for the first time")
    SCORE = Text(zh="评分", en="Score")
    SCORED = Text(zh="{average} 分，{count} 人打分", en="{average} of 5, by {count}")
    QUESTIONS = Text(zh="提问", en="Questions")
    ASKED = Text(zh="{count} 个", en="{count}")


@dataclass(frozen=True, slots=True)
class Record:
    """How an event was: distinct persons, the scores that were given, and questions for its speakers."""

    registered: int
    came: int
    first: int
    scores: tuple[int, ...]
    questions: int


async def of(store: Store, event: int) -> Record:
    """Return the record of an event."""
    said = await feedback.of_event(store, event)
    return Record(
        registered=len(await carry_over.registered_for(store, event)),
        came=len(await checkins.persons(store, event)),
        first=len(await checkins.first_timers(store, event)),
        scores=tuple(one.score for one in said if one.score is not None),
        questions=await speaker_questions.count(store, event),
    )


def rows(record: Record, language: str) -> list[tuple[Text, tuple[str, ...]]]:
    """Return what the page shows of it; what there is nothing of is not said."""
    found: list[tuple[Text, tuple[str, ...]]] = []
    if record.came:
        first = Texts.FIRST.in_language(language, first=record.first) if record.first else ""
        came = Texts.CAME.in_language(language, registered=record.registered, came=record.came)
        found.append((Texts.WERE_THERE, (came, first)))
    elif record.registered:
        found.append((Texts.WERE_THERE, (Texts.REGISTERED.in_language(language, registered=record.registered),)))
    if len(record.scores) >= AVERAGE:
        average = f"{sum(record.scores) / len(record.scores):.1f}"
        found.append((Texts.SCORE, (Texts.SCORED.in_language(language, average=average, count=len(record.scores)),)))
    if record.questions:
        found.append((Texts.QUESTIONS, (Texts.ASKED.in_language(language, count=record.questions),)))
    return found
