"""What the bot will post: a reply is a destination and a body, a body is data and never markup.

Member text goes into a body as plain `str` spans; only the renderer of a platform turns spans into that
platform's form, as the last step before sending. So nothing a member wrote can become a mention or a tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


@dataclass(frozen=True, slots=True)
class Plain:
    """Text, shown as it is."""

    text: str
    span: Literal["plain"] = "plain"


@dataclass(frozen=True, slots=True)
class At:
    """A mention of one member by platform id; `name` is shown where the platform cannot mention."""

    member: str
    name: str
    span: Literal["at"] = "at"


@dataclass(frozen=True, slots=True)
class Link:
    """A web address of ours, with a label."""

    url: str
    label: str = ""
    span: Literal["link"] = "link"


Span = Annotated[Plain | At | Link, Field(discriminator="span")]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of text."""

    spans: tuple[Span, ...]
    block: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's name: 【…】 in plain text, bold where there is markup; empty line before it."""

    text: str
    block: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Quote:
    """Another person's words: 「…」 in plain text."""

    text: str
    block: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class File:
    """A file of ours, by its name in the data folder's `files/`; only ever sent in private."""

    name: str
    label: str
    block: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours (PNG or JPEG), by its name in the data folder's `files/`; `alt` stands where none is shown."""

    name: str
    alt: str
    block: Literal["picture"] = "picture"


Block = Annotated[Paragraph | Heading | Quote | File | Picture, Field(discriminator="block")]


@dataclass(frozen=True, slots=True)
class Button:
    """A label and the command text it stands for; a press is that command by the presser."""

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Body:
    """The content of a reply, free of any platform."""

    blocks: tuple[Block, ...]
    buttons: tuple[Button, ...] = ()

    @classmethod
    def of(cls, *lines: str) -> Body:
        """Return a body of plain lines; a line with newlines becomes several, empty ones are dropped."""
        parts = [part for line in lines for part in line.split("\n") if part.strip()]
        return cls(tuple(Paragraph((Plain(part),)) for part in parts))

    def plus(self, other: Body) -> Body:
        """Return this body followed by another."""
        return Body(self.blocks + other.blocks, self.buttons + other.buttons)


class Purpose(StrEnum):
    """Why something is posted: the quiet regime, expiry and the policy for unknown outcomes depend on it."""

    REPLY = "reply"  # somebody spoke to the bot; 10 minutes later it is worthless
    NOTICE = "notice"  # to admins or one member, in private
    DIGEST = "digest"  # proactive, in a group
    REMINDER = "reminder"  # proactive, in a group


@dataclass(frozen=True, slots=True)
class Reply:
    """One post the bot will make, through the outbox.

    Attributes:
        body: What to say.
        group: `groups.id` to post in; None means where the words came from that are being answered.
        member: `members.id` to tell in private instead; the outbox resolves it to that member's direct.
        reply_to: Key of the platform message to quote.
        about: What it is about, e.g. `thread:1024`; replying to the post resolves to it.
        purpose: See `Purpose`.
        key: Identity, UNIQUE in the outbox; None lets dispatch derive one from what is being answered.
        not_before: Not to be sent earlier, UTC.
        expires_at: Worthless afterwards, UTC; None lets the purpose decide.
        gather: Confirmations with the same word here are gathered for two minutes and posted as one.
        anew: Where it gathers: its body says all that was gathered, and takes the place of what waits.
    """

    body: Body
    group: int | None = None
    member: int | None = None
    reply_to: str | None = None
    about: str | None = None
    purpose: Purpose = Purpose.REPLY
    key: str | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    gather: str | None = None
    anew: bool = False


_BODY: TypeAdapter[Body] = TypeAdapter(Body)


def encode(body: Body) -> str:
    """Return the body as JSON text."""
    return _BODY.dump_json(body).decode()


def decode(text: str) -> Body:
    """Return the body that `encode` wrote."""
    return _BODY.validate_json(text)


def plain(body: Body) -> str:
    """Render a body as text that stands alone: what a person without markup would read."""
    lines: list[str] = []
    for block in body.blocks:
        match block:
            case Heading(text):
                lines += ([""] if lines else []) + [f"【{text}】"]
            case Quote(text):
                lines.append(f"「{text}」")
            case File(_, label) | Picture(_, label):
                lines.append(f"[{label}]")
            case Paragraph(spans):
                lines.append("".join(_plain_span(span) for span in spans))
    return "\n".join(lines)


def _plain_span(span: Span) -> str:
    match span:
        case Plain(text):
            return text
        case At(_, name):
            return f"@{name}"
        case Link(url, label):
            return f"{label} {url}" if label else url
