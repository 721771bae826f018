"""The figure of those whose answer was accepted: who solved which thread on which topic; experts are found by it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from storage.database import Store
from storage.members import MEMBERS
from storage.messages import MESSAGES
from storage.metrics._ask import Ask
from storage.metrics._cases import Case, case_of
from storage.metrics._coverage import VISIBLE, Seen
from storage.metrics._reducers import people
from storage.metrics._terms import Figure, Row, Unit
from storage.metrics.answers import signed
from storage.threads import COLUMNS, THREADS, thread

ASKERS = MEMBERS.alias("askers")


@dataclass(frozen=True, slots=True)
class Solved:
    """A thread as it stood, and whose answer solved it; `signed` says whether that person may be named."""

    case: Case
    member: int
    person: int
    signed: bool


async def _load(store: Store, ask: Ask, seen: Seen) -> list[Solved]:
    unsigned = select(MEMBERS.c.person_id).where(MEMBERS.c.signed.is_(False) | MEMBERS.c.forgotten_at.is_not(None))
    closed = or_(*(THREADS.c[name].is_not(None) for name in ("confirmed_at", "endorsed_at", "linked_at")))
    query = (
        select(*COLUMNS, MEMBERS.c.id, MEMBERS.c.person_id, MESSAGES.c.flags)
        .join(MEMBERS, MEMBERS.c.id == THREADS.c.solver)
        .join(ASKERS, ASKERS.c.id == THREADS.c.asker)
        .outerjoin(MESSAGES, MESSAGES.c.id == THREADS.c.accepted)
        .where(THREADS.c.group_id.in_(ask.scope.groups), MEMBERS.c.person_id != ASKERS.c.person_id, closed)
        .where(THREADS.c.asked_at >= ask.period.since, THREADS.c.asked_at < ask.period.until)
        .order_by(THREADS.c.asked_at, THREADS.c.id)
    )
    nameless, head = set(await store.scalars(unsigned)), len(COLUMNS)
    found = [
        Solved(case_of(thread(row[:head]), seen, ask.now), member, person, person not in nameless and signed(flags))
        for row in await store.rows(query)
        for member, person, flags in [row[head:]]
    ]
    return [one for one in found if one.case.resolved and one.case.coverage in VISIBLE]


def _rows(material: list[Solved], _ask: Ask) -> list[Row]:
    return [
        Row(
            counted=True,
            why=found.case.thread.topic,
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
        name="solvers",
        zh="答好题的人",
        en="Solvers",
        unit=Unit.MEMBERS,
        definition_zh="这段时间提出的题里，回答被认可的人：提问者说好了、管理员或专家认可、指到已解决的题；各主题下的题数另列。",
        definition_en="Persons whose answer to a question of the period was accepted by its asker, an admin or a link.",
        load=_load,
        rows=_rows,
        reduce=people,
    ),
)
