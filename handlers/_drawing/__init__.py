"""Draws a digest as one long picture: the model of the page, and the picture of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from handlers import Text
from handlers._drawing.typesetting import drawable, typeset

HEIGHT, BYTES = 8000, 500_000  # a picture is no higher and no larger
_FULL, _SMALL = 1.0, 0.84  # sizes of type: letters of 36 pixels, and of 30, still easy to read on a phone
_SPARED = 0.9  # of size and height, about, is left with small type
_SURE = 0.95  # so much of what should fit is taken, so that it does
MOST = 12  # of one kind in a part
_LIMITS = {
    "headline": 80, "title": 80, "days": 32, "number": 16, "lines": 400, "text": 240, "note": 120, "foot": 400
}  # fmt: skip
_LIMIT = 40  # characters of whatever else there is


class Texts:
    """What the two colours of paired bars stand for, where the page does not say; and what a part has no place for."""

    NOW = Text(zh="本期", en="now")
    BEFORE = Text(zh="上期", en="before")
    MORE = Text(zh="另有 {count} 条。", en="And {count} more.")


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


def picture(page: Page, *, dark: bool = False) -> bytes:
    """Return a page as a PNG, 1080 pixels wide and as high as it needs to be; pure, for an errand's worker process.

    The same page gives the same bytes. Text is data: cut to what its place can hold, and made drawable. What would be
    too high or too large is drawn in smaller type, and then without the parts that do not fit; the foot stays.

    Args:
        page: What to show.
        dark: Whether light letters stand on a dark ground.
    """
    told = {**as_data(page), "dark": dark, "scale": _FULL}
    drawn = typeset("page.typ", told, form="png")
    while told["parts"] and (ratio := _ratio(drawn)) > 1:
        expected = ratio * _SPARED if told["scale"] == _FULL else ratio
        if expected > 1:
            told["parts"] = _kept(told, _SURE / expected)
        told["scale"] = _SMALL
        drawn = typeset("page.typ", told, form="png")
    return drawn


def as_data(page: Page) -> dict[str, Any]:
    """Return the page as the template reads it: every text drawable and within its limit, every list bounded."""

    def cut(value: Any, name: str = "") -> Any:
        match value:
            case str():
                return drawable(value, limit=_LIMITS.get(name, _LIMIT), language=page.language)
            case dict():
                return {key: cut(held, key) for key, held in value.items()}
            case tuple():
                return [cut(held, name) for held in value]
        return value

    now, before = page.spans
    spans = now or Texts.NOW.in_language(page.language), before or Texts.BEFORE.in_language(page.language)
    told: dict[str, Any] = cut(asdict(replace(page, spans=spans)))
    return {**told, "parts": [_bounded(part, page.language) for part in told["parts"]]}


def _bounded(part: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a part with at most `MOST` of each kind, which then says how many there are besides."""
    more = sum(max(0, len(held) - MOST) for held in part.values() if isinstance(held, list))
    note = " ".join(
        word for word in (Texts.MORE.in_language(language, count=more) if more else "", part["note"]) if word
    )
    return {name: held[:MOST] if isinstance(held, list) else held for name, held in part.items()} | {"note": note}


def _ratio(drawn: bytes) -> float:
    """Return how many times a PNG is larger or higher than it may be."""
    height = int.from_bytes(drawn[20:24])  # of the header, which every PNG begins with
    return max(len(drawn) / BYTES, height / HEIGHT)


def _kept(told: Mapping[str, Any], share: float) -> list[dict[str, Any]]:
    """Return the parts that fit into a share of what the whole page has; one that does not is left out whole."""
    space = share * len(json.dumps(told)) - len(json.dumps({**told, "parts": []}))
    kept: list[dict[str, Any]] = []
    for part in told["parts"]:
        size = len(json.dumps(part))
        if size <= space:
            kept.append(part)
            space -= size
    return kept
