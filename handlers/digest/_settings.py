"""What can be set of digests, by configuration and in each group, and which names of sections are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from handlers import Feature
from handlers._rules import RuleText
from handlers.digest._edition import Every

FEATURE = "digest"
SECTIONS = (
    "figures", "hot topics", "worth reading", "learnt", "open questions", "thanks", "newcomers",
    "coming up", "what was",
)  # fmt: skip


class Settings(BaseModel):
    """`[handlers.digest]`.

    Attributes:
        enabled: Whether groups get a digest of their own accord; by command they can have one anyway.
        when: When it is posted, in the group's zone.
        every: How long a time it tells of: the last full day, ISO week or month before it is due. `auto` leaves that to
            `when`: a weekly digest on a weekday, a daily one under `daily`, a monthly one on a day of the month.
        scope: Whose digest it is: the `group`'s alone, or one that all groups of its `segment`, or of the `community`,
            have in common, with nothing but the group's own open questions beside it.
        spread: Minutes over which the posts of one due instant are spread, so that not all groups get theirs at once.
        picture: Whether it is posted as a picture with a few lines below, `light` or `dark`, where pictures can be.
        sections: What it holds, in this order; each is a section that a feature offers.
        worth_reading: Solved threads it quotes at most.
        open_questions: Waiting questions it names at most.
        quiet_below: With fewer questions than this, and nothing else to say, two lines are enough.
        admins: Whether all admins of the group get the edition for admins in private; else those who asked for it.
        admins_when: When they get it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    when: RuleText = "mon 09:00"
    every: Every = "auto"
    scope: Literal["group", "segment", "community"] = "group"
    spread: int = Field(default=5, ge=0, le=120)
    picture: Literal["off", "light", "dark"] = "off"
    sections: tuple[str, ...] = SECTIONS
    worth_reading: int = Field(default=4, ge=0, le=4)
    open_questions: int = Field(default=5, ge=0, le=5)
    quiet_below: int = Field(default=5, ge=0)
    admins: bool = False
    admins_when: RuleText = "mon 09:00"


def unknown(sections: Iterable[str], features: Sequence[Feature]) -> dict[str, str]:
    """Return the names that no section has, each with the near one, if one is near.

    A section of ours whose feature is switched off is simply absent from the digest; its name is known all the same.
    """
    offered = [name for feature in features for name in feature.router.sections]
    known = list(dict.fromkeys([*SECTIONS, *offered]))
    return {
        name: next(iter(get_close_matches(name.lower(), known, n=1, cutoff=0.5)), "")
        for name in sections
        if name not in known
    }


def check(settings: Settings, features: Sequence[Feature]) -> None:
    """Refuse sections that there are not.

    Raises:
        ValueError: There is one; the near one is named.
    """
    for name, near in unknown(settings.sections, features).items():
        there_are = ", ".join(dict.fromkeys([*SECTIONS, *(n for f in features for n in f.router.sections)]))
        hint = f"did you mean {near!r}?" if near else f"there are {there_are}"
        raise ValueError(f"sections: there is no section {name!r}; {hint}")
