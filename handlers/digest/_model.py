"""One digest as data, and its forms: the text, the few lines below a picture, and the page that is drawn; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers import Body, Section
from handlers._drawing import Page, Part
from handlers._wording.figures import Compared
from handlers.digest._layout import fitted
from storage.replies import plain

BELOW = ("open questions",)  # what stands below a picture as well: numbers that one can type are to be copied


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says, in every form.

    Attributes:
        title: What it is, 「象群周报」.
        days: Of which days it tells, 「第 48 周（11.23–11.29）」.
        first: Both in one line.
        headline: The one sentence that is the news.
        language: `zh` or `en`.
        spans: What the span of time and the one before are called.
        sections: By name, in their order; none in a quiet week.
        foot: The honest end, a line each; empty in a quiet week.
        printed: The figures that it is told from.
    """

    title: str
    days: str
    first: str
    headline: str
    language: str
    spans: tuple[str, str]
    sections: Mapping[str, Section] = field(default_factory=dict)
    foot: tuple[str, ...] = ()
    printed: Compared | None = None

    @property
    def body(self) -> Body:
        """All of it as text, in at most forty lines."""
        head = Body.of(self.first, self.headline)
        return fitted(head, list(self.sections.values()), self.foot) if self.foot else head

    @property
    def below(self) -> Body:
        """The few lines that stand below its picture."""
        shown = [section for name, section in self.sections.items() if name in BELOW]
        head = Body.of(self.first, self.headline)
        return fitted(head, shown, self.foot) if self.foot else head

    @property
    def page(self) -> Page:
        """What its picture shows: the very lines and numbers of the text."""
        return Page(
            title=self.title,
            days=self.days,
            headline=self.headline,
            parts=tuple(section.drawn or _lines(section) for section in self.sections.values()),
            foot=self.foot,
            language=self.language,
            spans=self.spans,
        )


def _lines(section: Section) -> Part:
    return Part(section.heading, lines=tuple(plain(Body(section.blocks)).splitlines()))
