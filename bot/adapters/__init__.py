"""The contract of the adapters: one file (or folder) speaks one platform, and nothing else does.

Switched on by a config table: `[adapters.onebot]`, or `[adapters.qq2]` with `adapter = "onebot"` for a second
account. What is not configured is never imported, so no SDK is needed for a platform that is not used.

An adapter has three duties. It turns what the platform sends into `Frame`s (a pure function `to_frame(raw)`), it
renders a `Body` into that platform's form (pure), and it carries both over one connection. It does not retry,
back off, rate limit, deduplicate or store: the supervisor, the outbox and the inbox do, once for all platforms.

A whole minimal adapter (`bot/adapters/pipe.py`), which hears lines and posts lines:

    from pathlib import Path
    from pydantic import BaseModel, ConfigDict
    from bot.adapters import Ability, Delivery, Ear, Rate, Roll
    from storage.frames import Frame, Message, Place
    from storage.replies import Body, plain

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        path: Path

    class Pipe:
        platform = "pipe"
        abilities = frozenset({Ability.SEE_ALL, Ability.PUSH})
        delivery = Delivery.LOST
        rate = Rate(per_minute_group=60, per_minute_account=60)
        wider = ""

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

        async def roll(self, *, cards: bool) -> list[Roll]:
            return []

        async def probe(self) -> list[str]:
            return []

    def build(settings: Settings, name: str, folder: Path) -> Pipe:
        return Pipe(settings)

Beside `Settings` and `build` a module may have `QUESTIONS`, what `init` asks for it, and
`next_step(settings, language)`, the line that `init` says at the end. `folder` is the data folder: files of ours that
bodies name lie in its `files/`, and what an SDK insists on writing belongs into its `<name>/`; nothing is ever written
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from storage.frames import Frame, Place
from storage.replies import Body


class Ability(StrEnum):
    """What an adapter can do; features and `doctor` ask for it instead of asking for a platform."""

    SEE_ALL = "see_all"  # every message of a group; without it coverage is `mentions`
    PUSH = "push"  # post without being spoken to
    DIRECT = "direct"  # write to one member in private
    QUOTE_IN = "quote_in"  # is told which message a message replies to
    QUOTE = "quote"  # post as a reply to a message
    MENTION = "mention"  # mention a member
    PICTURE_IN = "picture_in"  # is told that a message is a picture
    PICTURE = "picture"  # post a picture of ours
    FILE = "file"  # send a file in private
    MARKUP = "markup"  # post with headings, bold and links
    BUTTONS = "buttons"  # post buttons, and hear of presses
    RECALL = "recall"  # hears about recalled messages
    EDIT = "edit"  # hears about edited messages
    MOVES = "moves"  # hears who joins and leaves
    CARDS = "cards"  # can list the members of a group
    INVITE = "invite"  # makes links by which one member can join a group; such an adapter is also `Inviting`
    STABLE_IDS = "stable_ids"  # member ids do not change from login to login: guarded commands are possible
    SAME_IDS = "same_ids"  # a member has the same id in every group: persons can be counted over groups


class Delivery(StrEnum):
    """What becomes of messages while the bot is away."""

    KEPT = "kept"  # the platform keeps them until they were acknowledged, for some time
    READ_BACK = "read_back"  # the adapter reads them from the platform's history afterwards
    LOST = "lost"  # gone: the time away is a gap
    NEVER = "never"  # nothing is ever heard: it only posts, and its groups do not count as seen


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
class Roll:
    """What a platform tells of one group.

    Attributes:
        place: The group, with the name it has now.
        size: How many members it has, where that is told.
        cards: What members are called in it, by member id; empty where nobody asked, or nobody tells.
    """

    place: Place
    size: int | None = None
    cards: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What `init` asks for one key of an adapter's settings.

    Attributes:
        key: The key; the answer is checked by `Settings` like one from the file.
        zh: The question in Chinese, with where to find the answer.
        en: The same in English.
        default: What Enter means; empty lets the key out of the file.
        among: The only answers there are, if there are few.
        secret: A secret: not echoed where it is typed.
        generated: Enter means a new random token, which is shown once.
        only_if: (key, answer): asked only where that was answered before.
    """

    key: str
    zh: str
    en: str
    default: str = ""
    among: tuple[str, ...] = ()
    secret: bool = False
    generated: bool = False
    only_if: tuple[str, str] | None = None


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
        """Say that the connection is up and authorised, and which groups the account is in.

        They count as seen as `Ability.SEE_ALL` says; of those where it differs, `sees` tells. Those of an account
        that only posts (`Delivery.NEVER`) do not count as seen.
        """
        ...

    async def sees(self, place: Place, *, everything: bool) -> None:
        """Say that from now on all messages of a group are heard, or only what is said to the bot."""
        ...

    async def moved(self, old: Place, new: Place) -> None:
        """Say that the platform gave a group another key: it stays the same group, with all that is known of it."""
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
    """One account on one platform.

    Attributes:
        platform: The key space of its groups and members.
        abilities: What it can do; `run` may take some away once the platform has told what the account may do.
        delivery: What becomes of messages while the bot is away.
        rate: How much may be posted.
        wider: What an operator can do so that more of a group is seen; empty where everything is.
    """

    platform: str
    abilities: frozenset[Ability]
    delivery: Delivery
    rate: Rate
    wider: str

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

    async def roll(self, *, cards: bool) -> list[Roll]:
        """Return the groups as the platform tells of them; asked every hour, and once a day for `cards` too.

        Raises:
            OSError: It cannot be asked now.
        """
        ...

    async def probe(self) -> list[str]:
        """Return what `doctor` should tell the operator: one line per obstacle; empty when all is well."""
        ...


@runtime_checkable
class Inviting(Protocol):
    """What an adapter with `Ability.INVITE` has besides."""

    async def invite(self, place: Place) -> str:
        """Return a new link by which one member can join a group within some days.

        Raises:
            DeliveryError: There is none: `NOT_SENT` where it may be tried later, else the platform said no for good.
        """
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

    def __init__(
        self, outcome: Outcome, why: str, *, retry_after: timedelta | None = None, here_only: bool = False
    ) -> None:
        """Say what it means; `retry_after` is obeyed by the whole account, or, `here_only`, in this one group."""
        super().__init__(why)
        self.outcome = outcome
        self.retry_after = retry_after
        self.here_only = here_only
