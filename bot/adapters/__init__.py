"""The contract of the adapters: one file (or folder) speaks one platform, and nothing else does.

Switched on by a config table: `[adapters.onebot]`, or `[adapters.qq2]` with `adapter = "onebot"` for a second
account. What is not configured is never imported, so no SDK is needed for a platform that is not used.

An adapter has three duties. It turns what the platform sends into `Frame`s (a pure function `to_frame(raw)`), it
renders a `Body` into that platform's form (pure), and it carries both over one connection. It does not retry,
back off, rate limit, deduplicate or store: the supervisor, the outbox and the inbox do, once for all platforms.

A whole minimal adapter (`bot/adapters/pipe.py`), which hears lines and posts lines:

    from collections.abc import Mapping
    from pathlib import Path
    from pydantic import BaseModel, ConfigDict
    from bot.adapters import Ability, Ear, Rate
    from storage.frames import Frame, Message, Place
    from storage.replies import Body, plain

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        path: Path

    class Pipe:
        platform = "pipe"
        abilities = frozenset({Ability.SEE_ALL, Ability.PUSH})
        rate = Rate(per_minute_group=60, per_minute_account=60)

        def __init__(self, settings: Settings) -> None:
            self.settings = settings

        async def run(self, ear: Ear) -> None:
            place = Place("pipe", "pipe")
            await ear.online("bot", "bot", [place])
            for number, line in enumerate(self.settings.path.read_text().splitlines()):
                message = Message(str(number), ear.now(), "someone", "someone", line)
                await ear.hear(Frame(str(number), place, message.at, message))

        def render(self, body: Body) -> list[str]:
            return [plain(body)]

        async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
            print(payload)
            return None

        async def sizes(self) -> Mapping[str, int]:
            return {}

        async def probe(self) -> list[str]:
            return []

    def build(settings: Settings, name: str) -> Pipe:
        return Pipe(settings)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from storage.frames import Frame, Place
from storage.replies import Body


class Ability(StrEnum):
    """What an adapter can do; features and `doctor` ask for it instead of asking for a platform."""

    SEE_ALL = "see_all"  # every message of a group; without it coverage is `mentions`
    PUSH = "push"  # post without being spoken to
    DIRECT = "direct"  # write to one member in private
    QUOTE = "quote"  # post as a reply to a message
    MENTION = "mention"  # mention a member
    RECALL = "recall"  # hears about recalled messages
    BACKFILL = "backfill"  # can read what was missed
    STABLE_IDS = "stable_ids"  # member ids do not change from login to login: guarded commands are possible
    FILE = "file"  # send a file in private


@dataclass(frozen=True, slots=True)
class Rate:
    """How much may be posted; the outbox keeps to it.

    Attributes:
        per_minute_group: Posts into one group in any 60 seconds.
        per_minute_account: Posts of the account in any 60 seconds.
        gap: Least time between two posts into one group, before jitter.
    """

    per_minute_group: int
    per_minute_account: int
    gap: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Heard:
    """The latest message of a group that is stored: where a backfill begins."""

    place: Place
    key: str
    at: datetime
    seq: int | None


class Ear(Protocol):
    """What an adapter reports to. Every call returns once the database has it."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        ...

    async def online(self, self_id: str, name: str, groups: Sequence[Place]) -> None:
        """Say that the connection is up and authorised, and which groups the account is in."""
        ...

    async def offline(self, why: str) -> None:
        """Say that the connection is gone although `run` goes on (a listener waits for the next one)."""
        ...

    async def hear(self, frame: Frame) -> None:
        """Hand a frame over. It is durable when this returns, so acknowledge afterwards, never before."""
        ...

    async def heard(self) -> list[Heard]:
        """Return the latest stored message of every group that this account listens in."""
        ...

    async def gap(self, place: Place, since: datetime, until: datetime, *, missing: int | None) -> None:
        """Record that messages of a group may be lost for good; `missing` if their number is known."""
        ...

    async def odd(self, raw: str, why: str) -> None:
        """Count a frame that could not be read; kept for the operator, cut to 20,000 characters."""
        ...


class Adapter(Protocol):
    """One account on one platform."""

    platform: str
    abilities: frozenset[Ability]
    rate: Rate

    async def run(self, ear: Ear) -> None:
        """Connect, report, and stay until the connection ends. The supervisor calls it again, with backoff.

        Raises:
            AuthError: The platform refused the credentials; trying again at once is useless.
            OSError: The connection could not be made or broke.
        """
        ...

    def render(self, body: Body) -> list[str]:
        """Return the posts (JSON or text, opaque to everyone else) that carry a body, in order; at most five."""
        ...

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        """Post one payload and return the platform's id (a message key) of the post, if it tells.

        Raises:
            DeliveryError: It was not, or may not have been, posted; `outcome` says which.
        """
        ...

    async def sizes(self) -> Mapping[str, int]:
        """Return how many members each group has, by group key; empty where the platform does not tell.

        Raises:
            OSError: It cannot be asked now.
        """
        ...

    async def probe(self) -> list[str]:
        """Return what `doctor` should tell the operator: one line per obstacle; empty when all is well."""
        ...


class AuthError(Exception):
    """The platform refused the credentials."""


class Outcome(StrEnum):
    """What a failed send means for the post."""

    NOT_SENT = "not_sent"  # nothing left this machine: try again later
    REFUSED = "refused"  # the platform said no, for good
    UNKNOWN = "unknown"  # it may have been posted: never tried again blindly


class DeliveryError(Exception):
    """A post did not certainly arrive."""

    def __init__(self, outcome: Outcome, why: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.retry_after = retry_after
