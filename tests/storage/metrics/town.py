"""A town of a few groups with a month of everything, thrown with dice that always fall alike."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from storage import groups, memberships
from storage.database import Store
from storage.groups import Coverage
from tests.storage.metrics.world import WEEK, World, hours


async def town(store: Store, seed: int = 20261123) -> tuple[int, ...]:
    """Make a few groups with a month of everything, always the same for a seed."""
    dice, world = random.Random(seed), World(store)
    seen = (Coverage.FULL, Coverage.IMPORTED, Coverage.MENTIONS, None)
    places = [await world.group(f"group {number}", seen=kind) for number, kind in enumerate(seen)]
    people = [await world.member(str(number)) for number in range(12)]
    people.append(await world.member("again", same_as=people[0]))
    for _ in range(60):
        group, asker, helper = dice.choice(places), dice.choice(people), dice.choice(people)
        at = WEEK.since + hours(dice.uniform(-200, 160))
        later = sorted(dice.uniform(0, 300) for _ in range(4))
        names = dice.choice(["", "r", "ra", "rac", "rae", "rat", "rl", "raf", "w", "i", "rai"])
        words = {"r": "responded", "a": "answered", "c": "confirmed", "e": "endorsed", "t": "thanked", "l": "linked"}
        words |= {"f": "first_resolved", "w": "withdrawn", "i": "invalid"}
        facts: dict[str, Any] = {words[letter]: later[index] for index, letter in enumerate(names)}
        facts |= {"topic": dice.choice(["", "wal", "plan"]), "imported": dice.random() < 0.2}
        facts |= {"reopened": 1} if "f" in names else {}
        thread = await world.thread(group, asker, at=at, to_bot=dice.random() < 0.3, solver=helper, **facts)
        for index in range(dice.randrange(3)):
            await world.answer(thread, dice.choice(people), at + hours(later[index]))
    for person in people:
        for group in places:
            for day in range(-120, 7):
                if dice.random() < 0.1:
                    await world.active(group, person, day)
        await memberships.joined(store, places[0].id, person, "", WEEK.since + hours(dice.uniform(-200, 160)))
        if dice.random() < 0.3:
            await memberships.left(store, places[0].id, person, WEEK.since + hours(dice.uniform(0, 160)))
    for group in places[:2]:
        await groups.set_size(store, group.id, date(2026, 11, 22), 40)
        await groups.set_size(store, group.id, date(2026, 11, 29), 44)
    await groups.set_size(store, places[3].id, date(2026, 11, 1), 400, "by_hand")
    return tuple(group.id for group in places)
