"""What a handler is given beside the thing it handles: a context inside the transaction, or an errand's outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from classifiers import Linker, Topics
from handlers._drafting import Draft
from handlers._router import Feature
from handlers._said import Community, Text
from storage.database import Store
from storage.grants import Right
from storage.groups import Group
from storage.members import Member

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")


class Context(Generic[S]):
    """What a handler is given beside the thing it handles. Holds one open transaction; do not keep it.

    Attributes:
        store: The open transaction.
        settings: The feature's settings as they hold in this group: default < config < group.
        group: Where it happens.
        member: Who spoke; None for schedules and system lines.
        rights: What that member may do here.
        community: What is configured about the community.
        linker, topics: The classifiers that are switched on.
        features: All features that are switched on (for /help, digests and /settings).
        trusted: Whether the platform's member ids stay the same, so that grants can be believed.
        pictures: Whether pictures of ours can be posted here.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: S,
        now: datetime,
        group: Group,
        member: Member | None = None,
        rights: frozenset[Right] = frozenset(),
        community: Community,
        linker: Linker,
        topics: Topics,
        features: Sequence[Feature],
        language: str,
        memories: Any,
        trusted: bool = True,
        pictures: bool = True,
    ) -> None:
        self.store = store
        self.settings = settings
        self.group = group
        self.member = member
        self.rights = rights
        self.community = community
        self.linker = linker
        self.topics = topics
        self.features = features
        self.language = language
        self.memories = memories
        self.trusted = trusted
        self.pictures = pictures
        self._now = now

    def now(self) -> datetime:
        """Return the time of this turn, UTC: the clock's, or in a replay the message's."""
        return self._now

    def say(self, text: Text, **values: object) -> str:
        """Return a text in the group's language."""
        return text.in_language(self.language, **values)

    @property
    def speaker(self) -> Member:
        """The member who spoke.

        Raises:
            LookupError: Nobody did; commands always have one.
        """
        if self.member is None:
            raise LookupError("nobody spoke")
        return self.member

    def of(self, feature: Feature) -> Context[Any]:
        """Return this context for another feature, with that feature's configured settings (for sections)."""
        return Context(
            store=self.store,
            settings=feature.settings,
            now=self._now,
            group=self.group,
            member=self.member,
            rights=self.rights,
            community=self.community,
            linker=self.linker,
            topics=self.topics,
            features=self.features,
            language=self.language,
            memories=self.memories,
            trusted=self.trusted,
            pictures=self.pictures,
        )


class AwayError(Exception):
    """A platform cannot be asked now: raised out of an errand, so that it is tried again."""


class Outside(Protocol):
    """What an errand is given: it runs outside any transaction and opens short ones of its own."""

    @property
    def community(self) -> Community:
        """What is configured about the community."""
        ...

    @property
    def files(self) -> Path:
        """The folder for files that are sent in private; emptied after a week."""
        ...

    @property
    def draft(self) -> Draft | None:
        """What asks the language model; None where `[llm]` is off."""
        ...

    def now(self) -> datetime:
        """Return the time, UTC."""
        ...

    def read(self) -> AbstractAsyncContextManager[Store]:
        """Open a transaction that only reads."""
        ...

    def write(self) -> AbstractAsyncContextManager[Store]:
        """Open a transaction that may write. Keep it short: it holds up everyone else on SQLite."""
        ...

    async def scrub(self) -> None:
        """Let the database give back what was erased, so that its file holds no trace of it."""
        ...

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a pure function of a module in the worker process: whatever takes longer than a moment of CPU."""
        ...

    async def read_in_worker(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run a coroutine function of a module there; it is given a store of its own that only reads, then `args`."""
        ...

    async def invite(self, group: Group) -> str | None:
        """Return a new link by which one member can join a group within some days; None where its platform has none.

        Raises:
            AwayError: It cannot be asked now.
        """
        ...
