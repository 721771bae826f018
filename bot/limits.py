"""Limits: how much of what is said to the bot is answered, so that no flood fills a group and no loop goes on."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from handlers import ANSWER_AGE
from handlers._threads.asking import Wants, objection, wants
from storage import outbox, spoken
from storage.database import Store
from storage.messages import Stored
from storage.outbox import Post

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FLOOD = 10  # mentions of one member within a minute; more is a loop, or a joke
COOL_DOWN = timedelta(minutes=10)  # of silence after the last minute that was flooded


class Rate(NamedTuple):
    """So many answers within a time."""

    most: int
    span: timedelta


# A second mention within the minute belongs to the first; ten an hour end a loop with a bot that thinks slowly.
MENTIONS = (Rate(1, MINUTE), Rate(10, HOUR))
# In private nobody else is bothered, and what is said may be somebody's answer that is to be carried into a group.
DIRECT = (Rate(10, MINUTE), Rate(60, HOUR))
ORDERS = (Rate(10, MINUTE), Rate(100, HOUR))  # commands, buttons and corrections
# Of a whole group: platforms let a bot post some twenty times a minute there, and nobody reads more.
GROUP = Rate(20, MINUTE)
# What replies in private to a post about a thread is to be carried into its group, late rather than never.
CARRIED_AGE = timedelta(days=1)
LOOK_BACK = 240  # messages of one member; in an hour nobody says more to the bot that is not a flood


def worth_for(post: Post | None, *, direct: bool) -> timedelta:
    """Return for how long a message to the bot, that replies to a post or to none, is worth an answer."""
    about = "" if post is None else post.about or ""
    return CARRIED_AGE if direct and about.startswith("thread:") else ANSWER_AGE


def allowed(
    times: Sequence[datetime], rates: Sequence[Rate], flood: int = FLOOD, free: Collection[int] = frozenset()
) -> bool:
    """Say whether the last of a member's words to the bot, by time, is answered.

    One is if what was answered before leaves room for it in every rate; those that are `free`, by index, take none.
    After more than `flood` within a minute nothing is answered, until ten minutes after the last such minute.
    """
    answered: list[datetime] = []
    silent_until: datetime | None = None
    fits = False
    for index, at in enumerate(times):
        if index >= flood and at - times[index - flood] < MINUTE:
            silent_until = at + COOL_DOWN
        silent = silent_until is not None and at < silent_until
        fits = not silent and all(_leaves(answered, rate, at) for rate in rates)
        if fits and index not in free:
            answered.append(at)
    return fits


def _leaves(answered: Sequence[datetime], rate: Rate, at: datetime) -> bool:
    return len(answered) < rate.most or at - answered[-rate.most] >= rate.span


async def mention_allowed(store: Store, stored: Stored, now: datetime, *, direct: bool) -> bool:
    """Say whether a mention is answered: by what its author said to the bot before, and by what the group got.

    A correction is no talk: like a command it has an effect, and a limit of its own. A greeting, which gets a line
    once an hour, and thanks take nothing from the question that comes with them.
    """
    said = await spoken.to_bot_by(store, stored, stored.at - HOUR, LOOK_BACK)
    if objection(stored.text) is not None:
        return allowed([one.at for one in said], ORDERS)
    mentions = [one for one in said if not one.command]
    free = {index for index, one in enumerate(mentions) if wants(one.begins) is not Wants.ANSWER}
    if not allowed([one.at for one in mentions], DIRECT if direct else MENTIONS, free=free):
        return False
    return direct or await group_gets_more(store, stored.group_id, now)


async def order_allowed(store: Store, stored: Stored) -> bool:
    """Say whether a command is obeyed, by how many its author gave before."""
    said = await spoken.to_bot_by(store, stored, stored.at - HOUR, LOOK_BACK)
    return allowed([one.at for one in said if one.command], ORDERS, flood=LOOK_BACK)


async def group_gets_more(store: Store, group: int, now: datetime) -> bool:
    """Say whether a group got few enough answers in the last minute to be given another one."""
    return await outbox.count_queued(store, group, now - GROUP.span) < GROUP.most


@dataclass(slots=True)
class Presses:
    """Who pressed buttons lately. A press is no message, so it is remembered here, by each process for itself."""

    _times: dict[tuple[int, int], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def allowed(self, group: int, member: int, at: datetime) -> bool:
        """Say whether a press of a member at a time is obeyed, and remember it."""
        self._forget(at - MINUTE)
        times = self._times[group, member]
        times.append(at)
        return allowed(sorted(times), ORDERS, flood=LOOK_BACK)

    def _forget(self, before: datetime) -> None:
        for key in [key for key, times in self._times.items() if times[-1] < before]:
            del self._times[key]
