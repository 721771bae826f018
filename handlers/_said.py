"""The words of the contract: what was said to the bot, what it answers, what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from handlers._tables import Holidays, Quiet, Service, Speech
from storage.errands import Errand
from storage.messages import Stored
from storage.replies import Block, Body, Button, Reply

if TYPE_CHECKING:
    from handlers._drawing import Part

# What may follow a command's Chinese word for it to be that command and not the beginning of a sentence.
NOTHING = r""
NUMBER = r"#?\d{1,18}"
OPTIONAL_NUMBER = r"(#?\d{1,18})?"
ANY = r"(?s:.+)"

# A post that is older than this is no longer worth an answer, and a command that is older is not obeyed.
COMMAND_AGE = timedelta(seconds=120)
ANSWER_AGE = timedelta(minutes=10)

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
class Tongue:
    """Speaks a language where there is no context: in an errand."""

    language: str

    def say(self, text: Text, **values: object) -> str:
        """Return a text in the language."""
        return text.in_language(self.language, **values)


@dataclass(frozen=True, slots=True)
class Community:
    """What the operator configured about the community; a group may have some of it otherwise (`/settings`).

    `preview` says whether a group's first post of the bot's own accord waits for an admin. `url` is where members find
    the pages (`https://pg.example.org`, without a slash at its end); empty where there are none.
    """

    name: str = ""
    bot_name: str = "小象"
    preview: bool = True
    speech: Speech = field(default_factory=Speech)
    quiet: Quiet = field(default_factory=Quiet)
    service: Service = field(default_factory=Service)
    holidays: Holidays = field(default_factory=Holidays)
    drafts: bool = False
    url: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The one zone that cuts days and weeks."""
        return self.speech.zone

    @property
    def language(self) -> str:
        """What the bot speaks where no group chose otherwise."""
        return self.speech.language


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
    """A part of the digest: a heading (may be empty) and blocks; `drawn` where a picture shows more than lines.

    What is drawn has the very numbers of the blocks.
    """

    heading: str
    blocks: tuple[Block, ...]
    drawn: Part | None = None


def answer(*lines: str, about: str | None = None, buttons: Sequence[tuple[str, str]] = ()) -> Reply:
    """Return a reply of plain lines to whoever spoke, where they spoke."""
    body = Body.of(*lines)
    return Reply(Body(body.blocks, tuple(Button(label, command) for label, command in buttons)), about=about)
