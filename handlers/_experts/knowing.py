"""Who knows a topic: the experts' skills from what is stored, by topic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import Context
from handlers._experts.skills import FLOOR, REACH, WORD, Skill, near, skills
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
    """Return how well experts know some topics; one query over the threads on them."""
    tree = await topics.every(ctx.store)
    lines = {topic: near(topic, tree) for topic in wanted if topic in tree}
    together = {topic for line in lines.values() for topic in line}
    tried = await experts.tried(ctx.store, together, ctx.now() - REACH, ctx.now()) if together else []
    declared = {person: expert.declared for person, expert in every.items()}
    found = {topic: skills(line, tried, declared, ctx.now()) for topic, line in lines.items()}
    ours = {
        topic: {person: skill for person, skill in each.items() if person in every} for topic, each in found.items()
    }
    return Known(every, ours, tried, lines)


async def knows(ctx: Context[Any], topic: str, some: Collection[Expert]) -> bool:
    """Say whether any of some experts knows a topic; asked for every question, so cheaper than `known`."""
    tree = await topics.every(ctx.store)
    if not some or topic not in tree:
        return False
    line = near(topic, tree)
    if any(WORD * line.get(said, 0.0) >= FLOOR for expert in some for said in expert.declared):
        return True
    members = {member for expert in some for member in expert.members}
    tried = await experts.tried(ctx.store, line, ctx.now() - REACH, ctx.now(), by=members)
    found = skills(line, tried, {expert.person: expert.declared for expert in some}, ctx.now())
    return any(skill.known for skill in found.values())


def named(tree: Mapping[str, Topic], keys: Iterable[str], language: str) -> str:
    """Return the names of topics, those that there are no more left out."""
    return (", " if language == "en" else "、").join(tree[key].name(language) for key in keys if key in tree)
