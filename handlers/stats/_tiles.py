"""The digest's figures as the picture shows them: tiles with the very numbers of the lines; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from handlers import Context, Text
from handlers._drawing import Part, Tile
from handlers._wording.durations import exact
from handlers._wording.figures import Compared
from handlers._wording.numbers import REVISED, beside, counts, enough, percent, short, times
from handlers._wording.spans import LAST, THIS, span_of
from handlers.stats._lines import waiting
from storage.metrics import Missing, Value

_HOUR = 3600


class Texts:
    """Labels, and what stands beneath."""

    ASKED = Text(zh="提问", en="Questions")
    COUNT = Text(zh="{count} 个", en="{count}")
    RESPONSE = Text(zh="首次响应 · 中位", en="First response, median")
    MEAN = Text(zh="平均 {mean}", en="mean {mean}")
    WITHIN = Text(zh="24 小时内有人应", en="Response within 24 h")
    RESOLVED = Text(zh="解决率", en="Resolved")
    COHORT = Text(zh="满 7 天的题", en="of questions 7 days old")
    CLOSE = Text(zh="解决用时 · 中位", en="Time to resolve, median")


def part(ctx: Context[Any], found: Compared) -> Part | None:
    """Return the figures as a part of the picture; None where nothing was seen, and a line says so."""
    span = span_of(found.period, ctx.community.zone)
    return drawn(found, ctx.say(THIS[span]), ctx.say(LAST[span]), ctx.language)


def drawn(found: Compared, heading: str, last: str, language: str) -> Part | None:
    """Return the figures as tiles, `last` before those of the time before; what nothing can be said of has none."""
    if found.now["questions"].missing is Missing.NOT_OBSERVABLE:
        return None

    def before(said: str | None, name: str) -> str:
        revised = REVISED.in_language(language) if name in found.revised else ""
        return "" if said is None else " ".join(word for word in (last, said, revised) if word)

    made = (
        _asked(found, before, language),
        _time(found, "first_response_time", Texts.RESPONSE, before, language),
        _share(found, "response_rate_24h", Texts.WITHIN, before, language),
        _share(found, "r7", Texts.RESOLVED, before, language, Texts.COHORT.in_language(language)),
        _time(found, "close_time", Texts.CLOSE, before, language),
    )
    return Part(heading, tiles=tuple(tile for tile in made if tile is not None))


_Before = Callable[[str | None, str], str]


def _asked(found: Compared, before: _Before, language: str) -> Tile:
    now, last = counts(*found.pair("questions"))
    return Tile(
        Texts.ASKED.in_language(language), Texts.COUNT.in_language(language, count=now), before(last, "questions")
    )


def _time(found: Compared, name: str, label: Text, before: _Before, language: str) -> Tile | None:
    now, last = found.pair(name)
    if now.value is None:
        return None
    said = None if last is None or last.value is None else exact(timedelta(seconds=last.value), language)
    value = exact(timedelta(seconds=now.value), language)
    notes = _mean(now, last, language) if name == "first_response_time" else "", waiting(now, exact, language)
    note = " · ".join(word for word in (text.lstrip("，, ") for text in notes) if word)
    return Tile(label.in_language(language), value, before(said, name), note)


def _mean(now: Value, last: Value | None, language: str) -> str:
    mean = now.extra.get("mean")
    if mean is None:
        return ""
    other = last.extra.get("mean") if last else None
    say = exact if max(mean, other or 0) < _HOUR else short  # a tile is narrow
    pair = times(mean, other, say, language)
    return Texts.MEAN.in_language(language, mean=beside(*pair, language))


def _share(found: Compared, name: str, label: Text, before: _Before, language: str, cohort: str = "") -> Tile | None:
    """Return a share as per cent above what it rests on, or as counts where these are few."""
    now, last = found.pair(name)
    if now.value is None:
        return None
    counted, other = f"{now.n}/{now.of}", None if last is None else f"{last.n}/{last.of}"
    if not enough(now, last):
        return Tile(label.in_language(language), counted, before(other, name), cohort)
    said = None if last is None or last.value is None else percent(last.value)
    note = " · ".join(word for word in (beside(counted, other, language), cohort) if word)
    return Tile(label.in_language(language), percent(now.value), before(said, name), note)
