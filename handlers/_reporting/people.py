"""Who answers what: experts suggested from accepted answers, by topic; named in order of pinyin, never ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from handlers._reporting import Behind, Expertise, Why
from handlers._reporting.reading import Material, names
from handlers._reporting.texts import Texts
from handlers._wording.pinyin import by_pinyin
from storage import consents
from storage.metrics import FIGURES, Row

EXPERT = 2  # accepted answers on a topic from which somebody is suggested
TOPICS, NAMED, LISTED = 16, 12, 6


async def expertise(material: Material, rows: Sequence[Row], command: str) -> tuple[Expertise, ...]:
    """Return who solved what, the topics with most accepted answers first; groups that share nothing are left out."""
    by_topic: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.group in material.shared and row.why:
            by_topic[row.why].append(row)
    topics = sorted(by_topic, key=lambda topic: (-len(by_topic[topic]), topic))[:TOPICS]
    wanted = {row.member: row.group for topic in topics for row in by_topic[topic] if row.named}
    called = await names(material.store, [(m, g) for m, g in wanted.items() if m is not None and g is not None])
    return tuple(_of(material, topic, by_topic[topic], called, command) for topic in topics)


def _of(material: Material, topic: str, rows: Sequence[Row], called: dict[int, str], command: str) -> Expertise:
    by_person: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_person[row.person or 0].append(row)
    known = {person: name for person, found in by_person.items() if (name := _name(found, called))}
    experts = sorted({name for p, name in known.items() if len(by_person[p]) >= EXPERT}, key=by_pinyin)
    others = sorted({name for p, name in known.items() if len(by_person[p]) < EXPERT} - set(experts), key=by_pinyin)
    language, figure = material.language, FIGURES["solvers"]
    latest = sorted(rows, key=lambda row: -(row.thread or 0))
    shown = tuple(Behind(row.thread, "") for row in latest[:LISTED])
    more = Texts.MORE.in_language(language, count=f"{len(rows) - LISTED:,}") if len(rows) > LISTED else ""
    why = material.point_at(Why(figure.label(language), figure.definition(language), shown, more, command))
    return Expertise(
        material.topic(topic), tuple(experts[:NAMED]), tuple(others[:NAMED]), len(by_person) - len(known), why
    )


def _name(rows: Sequence[Row], called: dict[int, str]) -> str:
    return next((called[row.member] for row in rows if row.member in called), "") if all(r.named for r in rows) else ""


async def thanks(material: Material, rows: Sequence[Row]) -> tuple[str, ...]:
    """Return who solved something and agreed in so many words to be named in what is published, by pinyin."""
    agreed = await consents.persons(material.store, consents.NAMED)
    wanted = {row.member: row.group for row in rows if row.named and row.person in agreed}
    known = [(member, group) for member, group in wanted.items() if member is not None and group is not None]
    return tuple(sorted(set((await names(material.store, known)).values()), key=by_pinyin))
