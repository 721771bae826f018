"""Who knows a topic: the experts' skills from what is stored, by topic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import Context
from handlers._experts.skills import FLOOR, REACH, WORD, Skill, mean, near, skills
from storage import experts, topics
from storage.experts import Expert, Tried
from storage.topics import Topic


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of experts: all of them, their skills by topic, and the answers behind those, oldest first."""

    experts: Mapping[int, Expert]
    skills: Mapping[str, Mapping[int, Skill]]
    tried: Sequence[Tried]
    lines: Mapping[str, Mapping[str, float]]

    def able(self, topic: str) -> dict[int, float]:
        """Return the experts who know a topic, with their skills."""
        return {person: found.value for person, found in self.skills.get(topic, {}).items() if found.known}

    def solved(self, person: int, topic: str) -> list[int]:
        """Return the threads that a person solved on a topic and those on its line, latest first."""
        line = self.lines[topic]
        return [t.thread for t in reversed(self.tried) if t.person == person and t.accepted and t.topic in line]


async def known(ctx: Context[Any], wanted: Iterable[str], every: Mapping[int, Expert]) -> Known:
    """Return how well experts know some topics: two queries over the threads on them, however many there are."""
    tree = await topics.every(ctx.store)
    lines = {topic: near(topic, tree) for topic in wanted if topic in tree}
    together = {topic for line in lines.values() for topic in line}
    since, members = ctx.now() - REACH, {member for expert in every.values() for member in expert.members}
    tried = await experts.tried(ctx.store, members, together, since, ctx.now())
    rates = await experts.rates(ctx.store, together, since, ctx.now())
    declared = {person: expert.declared for person, expert in every.items()}
    found: dict[str, Mapping[int, Skill]] = {}
    for topic, line in lines.items():
        each = skills(line, tried, declared, mean(line, rates), ctx.now())
        found[topic] = {person: skill for person, skill in each.items() if person in every}
    return Known(every, found, tried, lines)


async def knows(ctx: Context[Any], topic: str, some: Collection[Expert]) -> bool:
    """Say whether any of some experts knows a topic; asked for every question, so cheaper than `known`."""
    tree = await topics.every(ctx.store)
    if not some or topic not in tree:
        return False
    line = near(topic, tree)
    if any(WORD * line.get(said, 0.0) >= FLOOR for expert in some for said in expert.declared):
        return True
    members = {member for expert in some for member in expert.members}
    tried = await experts.tried(ctx.store, members, line, ctx.now() - REACH, ctx.now())
    declared = {expert.person: expert.declared for expert in some}
    found = skills(line, tried, declared, 0.0, ctx.now())  # the rate does not matter to what somebody knows
    return any(found[person].known for person in declared.keys() & found.keys())


def named(tree: Mapping[str, Topic], keys: Iterable[str], language: str) -> str:
    """Return the names of topics, those that there are no more left out."""
    return (", " if language == "en" else "、").join(tree[key].name(language) for key in keys if key in tree)
