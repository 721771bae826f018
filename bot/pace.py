"""The pace of posting: a bucket for the account, one for each group, and a least gap within a group; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot.adapters import Rate

SPAN = timedelta(seconds=60)
JITTER = 0.5  # of the gap: regular intervals look like a machine


@dataclass(slots=True)
class Pace:
    """Remembers the posts of the last minute and says when the next may follow."""

    rate: Rate
    rng: Random
    sent: list[datetime] = field(default_factory=list)
    by_group: dict[int, list[datetime]] = field(default_factory=dict)
    not_before: dict[int, datetime] = field(default_factory=dict)
    pause_until: datetime | None = None

    def wait(self, group: int, now: datetime) -> timedelta:
        """Return how long a post into a group has to wait; zero if it may go now."""
        times = [now]
        if self.pause_until is not None:
            times.append(self.pause_until)
        if group in self.not_before:
            times.append(self.not_before[group])
        times.append(_free_at(self.sent, self.rate.per_minute_account, now))
        times.append(_free_at(self.by_group.get(group, []), self.rate.per_minute_group, now))
        return max(times) - now

    def note(self, group: int, now: datetime) -> None:
        """Count a post."""
        self.sent = [*_recent(self.sent, now), now]
        self.by_group[group] = [*_recent(self.by_group.get(group, []), now), now]
        if self.rate.gap:
            self.not_before[group] = now + self.rate.gap * (1 + JITTER * self.rng.random())
        if len(self.by_group) > 2 * len(self.sent) + 100:
            self.by_group = {key: kept for key, times in self.by_group.items() if (kept := _recent(times, now))}
            self.not_before = {key: time for key, time in self.not_before.items() if time > now}

    def pause(self, until: datetime) -> None:
        """Obey a platform that asked for a pause."""
        self.pause_until = until if self.pause_until is None else max(until, self.pause_until)

    def pause_group(self, group: int, until: datetime) -> None:
        """Obey a platform that asked for a pause in one group."""
        self.not_before[group] = max(until, self.not_before.get(group, until))

    def resume(self) -> None:
        """Forget a pause; what it was for is over."""
        self.pause_until = None


def _recent(times: list[datetime], now: datetime) -> list[datetime]:
    return [time for time in times if now - time < SPAN]


def _free_at(times: list[datetime], limit: int, now: datetime) -> datetime:
    recent = _recent(times, now)
    return now if len(recent) < limit else recent[-limit] + SPAN
