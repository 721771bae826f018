"""What a play came to: what the bot knows beside what was counted by hand, and what was posted twice or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from storage import carry_over, checkins, feedback, groups, registrations
from storage.database import Store
from storage.groups import GROUPS
from storage.members import MEMBERS
from storage.metrics import Options, Period, Scope, compute_all
from storage.outbox import OUTBOX
from storage.outbox import State as PostState
from storage.registrations import State
from tests.handlers.events.ledger import Ledger
from tests.handlers.events.play import Play, Who
from tests.handlers.events.story import CITY, COURIER, SHANGHAI, TITLES, at, person

FIGURES = (
    "events_held", "event_registrations", "event_checkins", "attendance_rate", "no_shows", "first_timers",
    "carry_over", "event_score", "event_cities", "sharing_companies",
)  # fmt: skip
HELD_NOTICE = "post:"  # a notice about a held post is tried until it arrives: told twice is better than never
# What a group reads of each round, by what stands in it alone.
KINDS = {
    "announced": r"^.* · (?:城市行|培训|企业行|峰会)（3 小时）\n《象行成都 · {title}》",
    "a week before": r"^一周后，.*《象行成都 · {title}》",
    "a day before": r"^明天 14:00：《象行成都 · {title}》",
    "an hour before": r"^一小时后，今天 14:00：《象行成都 · {title}》",
    "replay": r"^《象行成都 · {title}》 柏舟\n回放 ",
}
LOST = OUTBOX.c.error.like("the process ended%")
MOVED = r"^改期：《象行成都 · 第一轮 城市行》"


# -- what it knows ----------------------------------------------------------------------------------------------------


async def known(play: Play) -> dict[int, dict[str, Any]]:
    """Return what the bot knows of each round, people by the names of the ledger."""
    async with play.database.read() as store:
        names = await _names(store)
        found = {number: await _round(store, number, names) for number in TITLES}
        for number in list(TITLES)[:-1]:
            found[number]["carried"] = (await carry_over.between(store, number, number + 1)).checked_in
    return found


async def _round(store: Store, number: int, names: Mapping[int, str]) -> dict[str, Any]:
    came = await checkins.persons(store, number)
    told = await feedback.of_event(store, number)
    inside = await registrations.of_event(store, number)
    return {
        "inside": {names[one.person] for one in inside if one.source is not registrations.Source.DOOR},
        "waiting": [names[one.person] for one in await registrations.of_event(store, number, (State.WAITING,))],
        "came": {names[one] for one in came},
        "first": {names[one] for one in await checkins.first_timers(store, number)},
        "scores": {names[one.person]: one.score for one in told if one.score is not None},
    }


async def _names(store: Store) -> dict[int, str]:
    rows = await store.rows(select(MEMBERS.c.platform, MEMBERS.c.key, MEMBERS.c.person_id))
    return {row.person_id: person(Who(row.platform, row.key)) for row in rows}


def expected(ledger: Ledger) -> dict[int, dict[str, Any]]:
    """Return the same, as it was counted by hand."""
    found: dict[int, dict[str, Any]] = {}
    for number, book in ledger.rounds.items():
        found[number] = {
            "inside": set(book.inside),
            "waiting": book.waiting,
            "came": book.came,
            "first": ledger.first_timers(number),
            "scores": book.scores,
        }
        if number + 1 in ledger.rounds:
            found[number]["carried"] = len(ledger.carried(number))
    return found


async def figures(play: Play) -> dict[str, float | None]:
    """Return the community's figures over the four months."""
    period = Period(at("2026-11-23 00:00"), at("2027-03-22 00:00"))
    async with play.database.read() as store:
        scope = Scope.community(await groups.every(store))
        values = await compute_all(store, FIGURES, scope, period, play.clock.now(), Options(SHANGHAI))
    return {name: value.value for name, value in values.items()}


def by_hand(ledger: Ledger) -> dict[str, float]:
    """Return the same figures from the ledger."""
    sums = ledger.totals()
    pairs = [number for number in ledger.rounds if number + 1 in ledger.rounds]
    carried = sum(len(ledger.carried(number)) for number in pairs)
    scores = [score for book in ledger for score in book.scores.values()]
    return {
        "events_held": sums["held"],
        "event_registrations": sums["registered"],
        "event_checkins": sums["came"],
        "attendance_rate": sums["attended"] / sums["registered"],
        "no_shows": sums["absent"],
        "first_timers": sums["first"],
        "carry_over": carried / sum(len(ledger.rounds[number].came) for number in pairs),
        "event_score": sum(scores) / len(scores),
        "event_cities": 1,
        "sharing_companies": 1,
    }


# -- what it posted ---------------------------------------------------------------------------------------------------


async def twice(play: Play) -> list[str]:
    """Return what a platform got more often than it was meant to be said, as the rows of the outbox tell."""
    async with play.database.read() as store:
        query = select(GROUPS.c.platform, GROUPS.c.key, OUTBOX.c.payload, OUTBOX.c.about)
        rows = await store.rows(query.join(GROUPS, GROUPS.c.id == OUTBOX.c.group_id).where(OUTBOX.c.attempts > 0))
    meant = Counter((row.platform, row.key, row.payload) for row in rows)
    spared = {(row.platform, row.key, row.payload) for row in rows if (row.about or "").startswith(HELD_NOTICE)}
    posted = Counter((name, one.place.key, one.text) for name, stage in play.stages.items() for one in stage.posted)
    return [f"{count} times {post}" for post, count in posted.items() if count > meant[post] and post not in spared]


def unasked_twice(play: Play) -> list[str]:
    """Return what of its own accord was said twice in one group of one event: each kind is said once there."""
    found = []
    for platform in play.stages:
        for name, pattern in patterns().items():
            count = len([one for one in play.posted(platform, CITY) if re.search(pattern, one.text)])
            found += [f"{platform}: {name}, {count} times"] if count > 1 else []
    return found


def unposted(play: Play) -> list[tuple[str, str]]:
    """Return what no post was seen of in a group: its platform, and what it was."""
    return [
        (platform, name)
        for platform in play.stages
        for name, pattern in patterns().items()
        if not any(re.search(pattern, one.text) for one in play.posted(platform, CITY))
    ]


def carried(play: Play) -> dict[str, int]:
    """Return how often the courier was given each thing that is carried into the group without a bot."""
    texts = [one.text for one in play.posted(COURIER.platform, who=COURIER.key)]
    wanted = ("announced", "a day before", "replay", "moved")
    return {
        name: sum(bool(re.search(pattern, text)) for text in texts)
        for name, pattern in patterns().items()
        if name.partition(" ")[2] in wanted
    }


def patterns() -> dict[str, str]:
    """Return how each thing looks that a group is told of its own accord: by round and kind."""
    found = {
        f"E{number} {kind}": pattern.replace("{title}", re.escape(title))
        for number, title in TITLES.items()
        for kind, pattern in KINDS.items()
    }
    return found | {"E1 moved": MOVED}


async def in_doubt(play: Play) -> int:
    """Return how many posts are held or dropped because nobody knows whether they arrived."""
    async with play.database.read() as store:
        return len(await store.rows(select(OUTBOX.c.id).where(LOST)))


async def held_back(play: Play) -> set[int]:
    """Return the posts of the bot's own accord that are held because nobody knows whether they arrived."""
    async with play.database.read() as store:
        return set(await store.scalars(select(OUTBOX.c.id).where(LOST, OUTBOX.c.state == PostState.HELD)))


def told_of(play: Play, who: Who) -> set[int]:
    """Return the held posts that an admin was told of."""
    texts = [one.text for one in play.posted(who.platform, who=who.key)]
    return {int(found[1]) for text in texts if (found := re.search(r"不知道发没发出去.*「补发 (\d+)」", text))}


def told_privately(play: Play, pattern: str) -> Counter[Who]:
    """Return how often each account read something in private."""
    return Counter(
        Who(stage.platform, one.place.key.removeprefix("direct:"))
        for stage in play.stages.values()
        for one in stage.posted
        if one.place.key.startswith("direct:") and re.search(pattern, one.text)
    )
