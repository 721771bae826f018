"""What a feature registers its functions on, and what the bot finds there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from handlers._said import NOTHING, Command, Replies, Scope, Section, Text
from storage.dialogs import Dialog
from storage.errands import Errand
from storage.frames import Edit, Joined, Left, Recall
from storage.grants import Right
from storage.messages import Stored
from storage.schedules import Occurrence

S = TypeVar("S", bound=BaseModel)
F = TypeVar("F", bound=Callable[..., Any])

# Each is given its `Context` (an errand its `Outside`) last.
MessageHook = Callable[[Stored, Any], Awaitable[Replies]]
NoticeHook = Callable[[Edit | Recall | Joined | Left, Stored | None, Any], Awaitable[Replies]]
DialogHook = Callable[[Stored, Dialog, Any], Awaitable[Replies]]
SectionHook = Callable[[Scope, Any], Awaitable[Section | None]]
ScheduleHook = Callable[[Occurrence, Any], Awaitable[Replies]]
ErrandHook = Callable[[Errand, Any], Awaitable[Replies]]
ChangedHook = Callable[[Any], Awaitable[None]]
CheckHook = Callable[[Any, "Sequence[Feature]"], None]


class _Spoken(Protocol):
    def __call__(self, command: Command, ctx: Any, /) -> Awaitable[Replies]: ...


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
    anywhere: bool = False


class Router(Generic[S]):
    """What a feature registers its functions on; inert until the bot binds it."""

    def __init__(self, settings: type[S]) -> None:
        self.settings = settings
        self.commands: list[CommandEntry] = []
        self.messages: list[MessageHook] = []
        self.mentions: list[MessageHook] = []
        self.notices: list[NoticeHook] = []
        self.dialogs: dict[str, DialogHook] = {}
        self.dialog_words: dict[str, frozenset[str]] = {}
        self.sections: dict[str, SectionHook] = {}
        self.schedules: dict[str, ScheduleHook] = {}
        self.called: dict[str, Text] = {}
        self.errands: dict[str, ErrandHook] = {}
        self.drafting: set[str] = set()
        self.changed: list[ChangedHook] = []
        self.checks: list[CheckHook] = []

    def command(
        self,
        *names: str,
        needs: Right,
        fits: str = NOTHING,
        help: Text | None = None,  # noqa: A002
        usage: Text | None = None,
        private: bool = False,
        anywhere: bool = False,
    ) -> Callable[[F], F]:
        """Register a command under an English name and its other names; there is no command without a right.

        Args:
            names: The first is used with a slash (`/solved`); all others are also words said to the bot.
            needs: The right without which it is refused.
            fits: What may follow the word (a regex, matched whole), so that 「看起来…」 is not 「看 1024」.
            help: The line in /help; without one the command is not listed.
            usage: What is said when the arguments make no sense.
            private: Only in a direct; in a group the member is sent there.
            anywhere: Also in a direct, where nobody has a group's rights: the function asks for them itself.
        """

        def register(function: F) -> F:
            self.commands.append(CommandEntry(names, function, needs, fits, help, usage, private, anywhere))
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

    def configured(self, function: F) -> F:
        """Register a function that is given the configured settings and all features once, when they are loaded.

        It raises a ValueError where the settings cannot be meant: `key: what is wrong; what to do`.
        """
        self.checks.append(function)
        return function

    def dialog(self, name: str, *, takes: frozenset[str] = frozenset()) -> Callable[[F], F]:
        """Register a function for the answers in a dialog; those it `takes` are answers although they are commands."""
        self.dialog_words[name] = takes
        return self._named(self.dialogs, name)

    def section(self, name: str) -> Callable[[F], F]:
        """Register a part of the digest."""
        return self._named(self.sections, name)

    def schedule(self, name: str, *, called: Text | None = None) -> Callable[[F], F]:
        """Register a function for due occurrences; `called` is what people call what comes then."""
        if called is not None:
            self.called[name] = called
        return self._named(self.schedules, name)

    def errand(self, name: str, *, drafts: bool = False) -> Callable[[F], F]:
        """Register slow, durable work; what `drafts` waits for the language model and lets no other errand wait."""
        if drafts:
            self.drafting.add(name)
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
