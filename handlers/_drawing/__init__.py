"""Draws a digest as one long picture: the model of the page, and the picture of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from handlers import Text
from handlers._drawing.typesetting import typeset

WIDTH, HEIGHT = 1080, 8000  # pixels; what would make a picture higher is left out, a whole part at a time


class Texts:
    """What the two colours of paired bars stand for, where the page does not say."""

    NOW = Text(zh="本期", en="now")
    BEFORE = Text(zh="上期", en="before")


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: `提问`, `143 个`, `上周 128`, and a remark where the figure needs one."""

    label: str
    value: str
    before: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One count beside the one before, drawn to the scale of its part; `note` stands beneath, small."""

    label: str
    value: int
    before: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Something worth keeping: `#2871`, its title, the words of an answer, and who gave it, like a signature."""

    number: str
    title: str
    text: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One of several alike: `#2941`, what it is, and an aside such as `2 天 · 同问 4`."""

    number: str
    text: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page. What it holds is drawn in the order of the fields; `note` closes it, small."""

    heading: str
    lines: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    bars: tuple[Bar, ...] = ()
    cards: tuple[Card, ...] = ()
    rows: tuple[Row, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one picture shows.

    Attributes:
        title: `象群周报 · 第 48 周`.
        days: `11.23–11.29`.
        headline: The one sentence that is the news.
        parts: The sections, in their order; one with nothing but a heading is left out.
        foot: The honest end, a line each; it is never left out.
        language: `zh` or `en`.
        spans: What paired bars compare, `("这周", "上周")`.
    """

    title: str
    days: str
    headline: str
    parts: tuple[Part, ...] = ()
    foot: tuple[str, ...] = ()
    language: str = "zh"
    spans: tuple[str, str] = ("", "")


def picture(page: Page, *, dark: bool = False, fonts: Path | None = None) -> bytes:
    """Return a page as a PNG, 1080 pixels wide and as high as it needs to be; pure, for an errand's worker process.

    The same page gives the same bytes. Member text is data: it is cut to what a line or two can hold and made
    drawable. `fonts` is a folder of fonts to draw with instead of the one that is shipped.
    """
    told = asdict(page)
    told["spans"] = [
        page.spans[0] or Texts.NOW.in_language(page.language),
        page.spans[1] or Texts.BEFORE.in_language(page.language),
    ]
    return typeset("page.typ", {**told, "dark": dark, "highest": HEIGHT}, form="png", fonts=fonts)
