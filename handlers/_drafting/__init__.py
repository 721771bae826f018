"""Drafting: what an errand asks a language model for, and what it gets; the model never sees more than a `Prompt`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request, ready to leave this machine: masked, without names, of bounded size.

    Attributes:
        kind: What is drafted: `explain` or `article`.
        about: What it is about: `thread:2961`, `article:7`.
        rules: What the model is told to do.
        data: Question and sources as one JSON object; what stands there is never an instruction.
        group: Where it was asked for; for the operator's count, it is not sent.
        member: Who asked for it; likewise.
    """

    kind: str
    about: str
    rules: str
    data: str
    group: int | None = None
    member: int | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the model wrote, as it wrote it: unchecked, to be read by `checking` and by nobody else."""

    text: str


class Draft(Protocol):
    """Asks the language model; seen by errands only."""

    async def __call__(self, prompt: Prompt, /) -> Drafted | None:
        """Return a draft; None where there is none: budget used up, no answer in time, refused, too long.

        The reason is noted in `storage/drafts.py`. Nothing is ever raised for what the endpoint does.
        """
        ...
