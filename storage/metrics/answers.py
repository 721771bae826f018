"""Figures of those who help: who answered, who did so for the first time, on how few it rests, whom askers thanked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.sql.expression import ColumnElement

from storage.database import Store
from storage.members import MEMBERS
from storage.messages import MESSAGES, UNSIGNED
from storage.metrics._ask import Ask
from storage.metrics._cases import Case, case_of
from storage.metrics._coverage import HEARD, Seen
from storage.metrics._history import History, history
from storage.metrics._reducers import absence, concentration, people
from storage.metrics._terms import Figure, Limits, Row, Unit, Why
from storage.outcome import Evidence, Outcome
from storage.threads import COLUMNS, THREAD_MESSAGES, THREADS, thread

ASKERS = MEMBERS.alias("askers")
SIBLINGS = MEMBERS.alias("siblings")
CHUNK = 10_000  # a statement may carry 32,767 values


@dataclass(frozen=True, slots=True)
class Answerer:
    """A person who answered others in a period.

    Attributes:
        person: The person.
        member: The identity that answered most.
        answers: How many messages of role answer.
        first: Whether the person had never answered anybody before, in any group.
        signed: Whether the person may be named.
    """

    person: int
    member: int
    answers: int
    first: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answered in a period, and how far back is known who did."""

    people: list[Answerer]
    history: History


@dataclass(frozen=True, slots=True)
class Thanks:
    """A thread that its asker closed in the period, and who solved it."""

    case: Case
    member: int
    person: int
    signed: bool


def _answers(groups: Sequence[int], since: datetime, until: datetime) -> Select[tuple[int, int, int]]:
    """Return (person, member, number) of answers of a period to another person's question.

    A thread whose last message is older cannot hold an answer of the period: that is what the index is for. The
    messages' own time is looked at last, or SQLite would begin with all that the members said in the period.
    """
    number = func.count(case((and_(MESSAGES.c.at >= since, MESSAGES.c.at < until), 1)))
    return (
        select(MEMBERS.c.person_id, MEMBERS.c.id, number)
        .select_from(THREADS)
        .join(THREAD_MESSAGES, and_(THREAD_MESSAGES.c.thread_id == THREADS.c.id, THREAD_MESSAGES.c.role == "answer"))
        .join(MESSAGES, MESSAGES.c.id == THREAD_MESSAGES.c.message_id)
        .join(MEMBERS, MEMBERS.c.id == MESSAGES.c.member_id)
        .join(ASKERS, ASKERS.c.id == THREADS.c.asker)
        .where(ASKERS.c.person_id != MEMBERS.c.person_id)
        .where(THREADS.c.group_id.in_(groups), THREADS.c.last_at >= since)
        .group_by(MEMBERS.c.person_id, MEMBERS.c.id)
        .having(number > 0)
    )


async def _experienced(store: Store, persons: Iterable[int], ask: Ask) -> set[int]:
    """Return those persons who had answered somebody before the period, in any group.

    Most had been the first to answer somebody, which the facts of threads tell at once; only the others' messages are
    looked through.
    """
    wanted = list(persons)
    first = await _among(store, wanted, _was_first_before(ask))
    return first | await _among(store, [person for person in wanted if person not in first], _answered_before(ask))


async def _among(store: Store, wanted: Sequence[int], known: ColumnElement[bool]) -> set[int]:
    found = set[int]()
    for start in range(0, len(wanted), CHUNK):
        query = select(SIBLINGS.c.person_id).where(SIBLINGS.c.person_id.in_(wanted[start : start + CHUNK]), known)
        found.update(await store.scalars(query.distinct()))
    return found


def _was_first_before(ask: Ask) -> ColumnElement[bool]:
    found = select(literal(1)).where(
        THREADS.c.first_answerer == SIBLINGS.c.id,
        THREADS.c.first_answer_at < ask.period.since,
        THREADS.c.asker == ASKERS.c.id,
        ASKERS.c.person_id != SIBLINGS.c.person_id,
    )
    return found.correlate(SIBLINGS).offset(0).exists()


def _answered_before(ask: Ask) -> ColumnElement[bool]:
    found = select(literal(1)).where(
        MESSAGES.c.member_id == SIBLINGS.c.id,
        MESSAGES.c.at < ask.period.since,
        THREAD_MESSAGES.c.message_id == MESSAGES.c.id,
        THREAD_MESSAGES.c.role == "answer",
        THREADS.c.id == THREAD_MESSAGES.c.thread_id,
        THREADS.c.asker == ASKERS.c.id,
        ASKERS.c.person_id != SIBLINGS.c.person_id,
    )
    # The offset keeps PostgreSQL from joining every message there is to answer for a few people.
    return found.correlate(SIBLINGS).offset(0).exists()


async def _load_answerers(store: Store, ask: Ask, seen: Seen) -> Answers:
    query = _answers(seen.visible(), ask.period.since, ask.until)
    by_person: dict[int, list[tuple[int, int]]] = {}
    for person, member, answers in await store.rows(query):
        by_person.setdefault(person, []).append((answers, member))
    experienced = await _experienced(store, by_person, ask)
    unsigned = await _unsigned(store)
    people = [
        Answerer(person, max(found)[1], sum(n for n, _ in found), person not in experienced, person not in unsigned)
        for person, found in sorted(by_person.items())
    ]
    return Answers(people, await history(store, seen.visible()))


async def _unsigned(store: Store) -> set[int]:
    """Return the persons of whom any identity does not want to be named, or was forgotten."""
    query = select(MEMBERS.c.person_id).where(MEMBERS.c.signed.is_(False) | MEMBERS.c.forgotten_at.is_not(None))
    return set(await store.scalars(query))


async def _load_thanks(store: Store, ask: Ask, seen: Seen) -> list[Thanks]:
    query = (
        select(*COLUMNS, MEMBERS.c.id, MEMBERS.c.person_id, MESSAGES.c.flags)
        .join(MEMBERS, MEMBERS.c.id == THREADS.c.solver)
        .join(ASKERS, ASKERS.c.id == THREADS.c.asker)
        .outerjoin(MESSAGES, MESSAGES.c.id == THREADS.c.accepted)
        .where(THREADS.c.group_id.in_(ask.scope.groups), MEMBERS.c.person_id != ASKERS.c.person_id)
        .where(THREADS.c.confirmed_at >= ask.period.since, THREADS.c.confirmed_at < ask.until)
        .order_by(THREADS.c.confirmed_at, THREADS.c.id)
    )
    rows = await store.rows(query)
    unsigned = await _unsigned(store)
    head = len(COLUMNS)
    return [
        Thanks(case_of(thread(row[:head]), seen, ask.now), member, person, person not in unsigned and signed(flags))
        for row in rows
        for member, person, flags in [row[head:]]
    ]


def signed(flags: str | None) -> bool:
    """Say whether the author of a message may be named, by its flags; none where nothing was accepted."""
    return UNSIGNED not in (flags or "").split()


async def _load_firsts(store: Store, ask: Ask, seen: Seen) -> list[tuple[int, int, int, bool]]:
    """Read who was the first to answer how many threads of others: person, an identity, threads, may be named."""
    query = (
        select(MEMBERS.c.person_id, func.max(MEMBERS.c.id), func.count())
        .select_from(THREADS)
        .join(MEMBERS, MEMBERS.c.id == THREADS.c.first_answerer)
        .join(ASKERS, ASKERS.c.id == THREADS.c.asker)
        .where(ASKERS.c.person_id != MEMBERS.c.person_id)
        .where(THREADS.c.group_id.in_(seen.visible()), THREADS.c.last_at >= ask.period.since)  # for the index alone
        .where(THREADS.c.first_answer_at >= ask.period.since, THREADS.c.first_answer_at < ask.until)
        .group_by(MEMBERS.c.person_id)
        .order_by(MEMBERS.c.person_id)
    )
    rows, unsigned = await store.rows(query), await _unsigned(store)
    return [(person, member, threads, person not in unsigned) for person, member, threads in rows]


def _firsts(material: list[tuple[int, int, int, bool]], _ask: Ask) -> list[Row]:
    return [
        Row(True, Outcome.ANSWERED, threads, person=person, member=member, named=named)
        for person, member, threads, named in material
    ]


def _answered(material: Answers, _ask: Ask) -> list[Row]:
    return [_row(found, Why.FIRST if found.first else Why.AGAIN) for found in material.people]


def _answered_first(material: Answers, _ask: Ask) -> list[Row]:
    return [_row(found, Why.FIRST) for found in material.people if found.first]


def _row(found: Answerer, why: Why) -> Row:
    return Row(True, why, found.answers, person=found.person, member=found.member, named=found.signed)


def _first_limits(material: Answers, ask: Ask) -> Limits:
    """Whoever answered before anybody listened would look like a first-timer."""
    return material.history.limits(ask.period.since)


def _thanked(material: list[Thanks], _ask: Ask) -> list[Row]:
    return [
        Row(
            counted=found.signed and found.case.excluded is None,
            why=found.case.excluded or (Evidence.CONFIRMED if found.signed else Why.UNSIGNED),
            value=1,
            group=found.case.thread.group_id,
            thread=found.case.thread.id,
            title=found.case.thread.title,
            person=found.person,
            member=found.member,
            named=found.signed,
        )
        for found in material
    ]


FIGURES = (
    Figure(
        name="answerers",
        zh="答题的人",
        en="Answerers",
        unit=Unit.MEMBERS,
        definition_zh="这段时间里回答过别人问题的人，跨群去重。",
        definition_en="Distinct persons who answered somebody else's question in the period, over all groups.",
        load=_load_answerers,
        rows=_answered,
        reduce=people,
    ),
    Figure(
        name="first_answerers",
        zh="第一次答题的人",
        en="First-time answerers",
        unit=Unit.MEMBERS,
        definition_zh="答题的人里，以前在哪个群都没答过别人的。",
        definition_en="Answerers who had never answered anybody before, in any group.",
        load=_load_answerers,
        rows=_answered_first,
        reduce=people,
        limits=_first_limits,
    ),
    Figure(
        name="answer_concentration",
        zh="答题集中度",
        en="Concentration of answers",
        unit=Unit.SHARE,
        definition_zh="答得最多的 5 个人的回答占全部回答的多少。",
        definition_en="Answers by the five who answered most / all answers to somebody else's question.",
        load=_load_answerers,
        rows=_answered,
        reduce=concentration,
    ),
    # After CHAOSS's Contributor Absence Factor (chaoss/wg-risk), which is content with half where we want more.
    Figure(
        name="answer_absence_factor",
        zh="离不开的人",
        en="Answer absence factor",
        unit=Unit.MEMBERS,
        definition_zh="最少少掉几个人，这段时间里有回答的题就剩不到一半；每题算给第一个回答的人。",
        definition_en="The smallest number of persons without whom less than half of the questions answered in the"
        " period would be; each is counted for whoever answered it first.",
        load=_load_firsts,
        rows=_firsts,
        reduce=absence,
    ),
    Figure(
        name="thanks",
        zh="道谢",
        en="Thanks",
        unit=Unit.MEMBERS,
        definition_zh="这段时间里提问者亲口说解决了的题，是谁答好的；不愿署名的不算。",
        definition_en="Persons who solved a question that its asker closed in the period, if they may be named.",
        load=_load_thanks,
        rows=_thanked,
        reduce=people,
        needs=HEARD,
    ),
)
