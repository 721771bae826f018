"""The contract of the features: what a file in this folder may register, and what it is given.

One feature is one file (or one small folder): its commands, messages, dialogs, schedules, digest section and texts
sit together. It is switched on by the config table of its name (`[handlers.questions]`). Files that begin with `_`
are private help that features share. A handler reads and writes through `ctx.store`, inside the open transaction,
and *returns* replies; it never sends, opens a socket, asks the wall clock or does slow work.

A whole minimal feature (`handlers/dice.py`):

    from pydantic import BaseModel, ConfigDict
    from handlers import Command, Context, Reply, Right, Router, Text, answer

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        sides: int = 6

    class Texts:
        HELP = Text(zh="掷一次骰子", en="Throw a die")
        THROWN = Text(zh="{value} 点。", en="It is a {value}.")

    router = Router(Settings)

    @router.command("dice", "骰子", needs=Right.READ, help=Texts.HELP)
    async def dice(command: Command, ctx: Context[Settings]) -> Reply:
        \"\"\"Throw a die.\"\"\"
        return answer(ctx.say(Texts.THROWN, value=1 + command.message_id % ctx.settings.sides))

What a feature registers, and when it is called:

- `@router.command(name, word, ...)`: `/name` or the Chinese word said to the bot; rights are checked before.
- `@router.message`: every message that is no command, in groups, also replayed ones (to keep records; a reply to a
  replayed message is discarded).
- `@router.mention`: a message to the bot that is no command; the first feature that returns a reply has answered.
- `@router.notice`: an edit, a recall, somebody joined or left.
- `@router.dialog(name)`: an answer in a dialog that this feature began.
- `@router.section(name)`: a part of the digest; None = nothing to say.
- `@router.schedule(name)`: a due occurrence of a schedule that this feature wrote down.
- `@router.errand(name)`: slow work, outside the transaction, in its own time.
- `@router.settings_changed`: at the start and when a group is first heard of, for each group, and when a setting
  changed there: write schedules down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from classifiers import Linker, Topics
from storage.database import Store
from storage.dialogs import Dialog
from storage.errands import Errand
from storage.frames import Edit, Joined, Left, Recall
from storage.grants import Right
from storage.groups import Group
from storage.members import Member
from storage.messages import Stored
from storage.replies import Block, Body, Button, Purpose, Reply
from storage.schedules import Occurrence

__all__ = [
    "ANY",
    "NOTHING",
    "NUMBER",
    "OPTIONAL_NUMBER",
    "Body",
    "Command",
    "Community",
    "Context",
    "Errand",
    "Feature",
    "NoSettings",
    "Outside",
    "Purpose",
    "Reply",
    "Right",
    "Router",
    "Scope",
    "Section",
    "Text",
    "UserError",
    "answer",
]

# What may follow a command's Chinese word for it to be that command and not the beginning of a sentence.
NOTHING = r""
NUMBER = r"#?\d{1,18}"
OPTIONAL_NUMBER = r"(#?\d{1,18})?"
ANY = r"(?s:.+)"

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")
Replies = Reply | Errand | Sequence[Reply | Errand] | None


class UserError(Exception):
    """Shown to the member as it is: what is wrong, why, and what to do next, in one breath."""


class NoSettings(BaseModel):
    """For a feature that has nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Text:
    """One thing the bot says, in both languages; `{names}` are filled in by `Context.say`."""

    zh: str
    en: str

    def in_language(self, language: str, **values: object) -> str:
        """Return the text in `zh` or `en`, with its values. Values are data: braces in them stay braces."""
        template = self.en if language == "en" else self.zh
        return template.format(**values) if values else template


@dataclass(frozen=True, slots=True)
class Community:
    """What the operator configured about the community.

    `zone` cuts days and weeks; in service time the holidays of `country` are closed, and so are the days in `closed`,
    but not those in `opened`.
    """

    name: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    language: str = "zh"
    bot_name: str = "小象"
    country: str = "CN"
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was given.

    Attributes:
        name: The command's first name (`solved`), whichever was used.
        args: What followed, normalised: half-width, single spaces.
        message: The message that carried it; None for a pressed button.
        about: What the post is about that was replied to or pressed (`thread:1024`), if any.
        replied: The member's message that was replied to, if any.
    """

    name: str
    args: str
    message: Stored | None
    about: str | None = None
    replied: Stored | None = None

    @property
    def message_id(self) -> int:
        """The id of the message that carried it, 0 for a pressed button."""
        return 0 if self.message is None else self.message.id

    def number(self) -> int | None:
        """Return the thread number that is meant: the one given, else the one that was replied to."""
        digits = self.args.split(" ")[0].removeprefix("#")
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            return int(digits)
        if self.about is not None and self.about.startswith("thread:"):
            return int(self.about.removeprefix("thread:"))
        return None


@dataclass(frozen=True, slots=True)
class Scope:
    """The groups that a digest or figure speaks of, and the group whose settings and language hold."""

    label: str
    groups: tuple[int, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the digest: a heading (may be empty) and blocks."""

    heading: str
    blocks: tuple[Block, ...]


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
        )


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


def answer(*lines: str, about: str | None = None, buttons: Sequence[tuple[str, str]] = ()) -> Reply:
    """Return a reply of plain lines to whoever spoke, where they spoke."""
    body = Body.of(*lines)
    return Reply(Body(body.blocks, tuple(Button(label, command) for label, command in buttons)), about=about)


class _Spoken(Protocol):
    def __call__(self, command: Command, ctx: Context[Any], /) -> Awaitable[Replies]: ...


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A registered command."""

    names: tuple[str, ...]
    run: _Spoken
    needs: Right
    fits: str
    help: Text | None
    usage: Text | None
    private: bool


MessageHook = Callable[[Stored, Context[Any]], Awaitable[Replies]]
NoticeHook = Callable[[Edit | Recall | Joined | Left, Stored | None, Context[Any]], Awaitable[Replies]]
DialogHook = Callable[[Stored, Dialog, Context[Any]], Awaitable[Replies]]
SectionHook = Callable[[Scope, Context[Any]], Awaitable[Section | None]]
ScheduleHook = Callable[[Occurrence, Context[Any]], Awaitable[Replies]]
ErrandHook = Callable[[Errand, "Outside"], Awaitable[Replies]]
ChangedHook = Callable[[Context[Any]], Awaitable[None]]
F = TypeVar("F", bound=Callable[..., Any])


class Router(Generic[S]):
    """What a feature registers its functions on; inert until the bot binds it."""

    def __init__(self, settings: type[S]) -> None:
        self.settings = settings
        self.commands: list[CommandEntry] = []
        self.messages: list[MessageHook] = []
        self.mentions: list[MessageHook] = []
        self.notices: list[NoticeHook] = []
        self.dialogs: dict[str, DialogHook] = {}
        self.sections: dict[str, SectionHook] = {}
        self.schedules: dict[str, ScheduleHook] = {}
        self.errands: dict[str, ErrandHook] = {}
        self.changed: list[ChangedHook] = []

    def command(
        self,
        *names: str,
        needs: Right,
        fits: str = NOTHING,
        help: Text | None = None,  # noqa: A002
        usage: Text | None = None,
        private: bool = False,
    ) -> Callable[[F], F]:
        """Register a command under an English name and its other names; there is no command without a right.

        Args:
            names: The first is used with a slash (`/solved`); all others are also words said to the bot.
            needs: The right without which it is refused.
            fits: What may follow the word (a regex, matched whole), so that 「看起来…」 is not 「看 1024」.
            help: The line in /help; without one the command is not listed.
            usage: What is said when the arguments make no sense.
            private: Only in a direct; in a group the member is sent there.
        """

        def register(function: F) -> F:
            self.commands.append(CommandEntry(names, function, needs, fits, help, usage, private))
            return function

        return register

    def message(self, function: F) -> F:
        """Register a function for every message in groups that is no command."""
        self.messages.append(function)
        return function

    def mention(self, function: F) -> F:
        """Register a function for messages to the bot that are no command."""
        self.mentions.append(function)
        return function

    def notice(self, function: F) -> F:
        """Register a function for edits, recalls, joins and leaves."""
        self.notices.append(function)
        return function

    def settings_changed(self, function: F) -> F:
        """Register a function that brings what depends on settings (schedules) up to date in the context's group."""
        self.changed.append(function)
        return function

    def dialog(self, name: str) -> Callable[[F], F]:
        """Register a function for the answers in a dialog."""
        return self._named(self.dialogs, name)

    def section(self, name: str) -> Callable[[F], F]:
        """Register a part of the digest."""
        return self._named(self.sections, name)

    def schedule(self, name: str) -> Callable[[F], F]:
        """Register a function for due occurrences."""
        return self._named(self.schedules, name)

    def errand(self, name: str) -> Callable[[F], F]:
        """Register slow, durable work."""
        return self._named(self.errands, name)

    @staticmethod
    def _named(table: dict[str, Any], name: str) -> Callable[[F], F]:
        def register(function: F) -> F:
            if name in table:
                raise ValueError(f"{name} is registered twice")
            table[name] = function
            return function

        return register


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature that is switched on: its name (config table), router and configured settings."""

    name: str
    router: Router[Any]
    settings: BaseModel


# A post that is older than this is no longer worth an answer, and a command that is older is not obeyed.
COMMAND_AGE = timedelta(seconds=120)
ANSWER_AGE = timedelta(minutes=10)
