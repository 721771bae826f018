"""Numbers in words: counts, shares and times beside those of the period before, always in the same brackets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from handlers import Text
from storage.metrics import Value

FEW = 20  # below it a rate is printed as counts, without per cent
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
REVISED = Text(zh="修订", en="revised")


def beside(now: str, before: str | None, language: str, *, word: str = "", revised: bool = False) -> str:
    """Return a number with the one before in brackets: 143（上周 128 修订）; without brackets where there is none."""
    if before is None:
        return now
    parts = [word, before, REVISED.in_language(language) if revised else ""]
    inside = " ".join(part for part in parts if part)
    return f"{now} ({inside})" if language == "en" else f"{now}（{inside}）"


def counts(now: Value, before: Value | None) -> tuple[str, str | None]:
    """Return two counts: 2,184, 2,097."""
    return f"{round(now.value or 0):,}", None if before is None else f"{round(before.value or 0):,}"


def decimal(number: float) -> str:
    """Return a mean, such as a score, with one digit: 4.6."""
    return f"{number:.1f}"


def shares(now: Value, before: Value | None, language: str) -> tuple[str, str | None]:
    """Return two shares with what they rest on: 91%，124/136; without per cent where one rests on fewer than 20."""
    per_cent = enough(now, before)
    return share(now, language, per_cent=per_cent), None if before is None else share(
        before, language, per_cent=per_cent
    )


def enough(now: Value, before: Value | None) -> bool:
    """Say whether two shares rest on enough to be said in per cent."""
    return min(now.base, now.base if before is None else before.base) >= FEW


def share(value: Value, language: str, *, per_cent: bool) -> str:
    """Return a share: 91%，124/136, or 124/136."""
    counted = f"{value.n}/{value.of}"
    if not per_cent or value.value is None:
        return counted
    return f"{percent(value.value)}{', ' if language == 'en' else '，'}{counted}"


def percent(share: float) -> str:
    """Return a share in whole per cents; what is not quite all, or not quite nothing, does not look like it."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return "99%"
    return "1%" if whole == 0 and share > 0 else f"{whole}%"


def times(
    now: float, before: float | None, say: Callable[[timedelta, str], str], language: str
) -> tuple[str, str | None]:
    """Return two times in seconds; the second without its unit where both are minutes: 11 分钟, 14."""
    one = timedelta(seconds=now)
    if before is None:
        return say(one, language), None
    other = timedelta(seconds=before)
    if _MINUTE <= one < _HOUR and _MINUTE <= other < _HOUR:
        return say(one, language), str(other // _MINUTE)
    return say(one, language), say(other, language)


def short(span: timedelta, language: str) -> str:
    """Return a time in as few characters as can be read: 9 分, 1 时 10 分, 2 天 3 时."""
    minutes = max(0, span // _MINUTE)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ("d", "h", "min") if language == "en" else ("天", "时", "分")
    if days:
        return f"{days} {units[0]}" + (f" {hours} {units[1]}" if hours else "")
    if hours:
        return f"{hours} {units[1]}" + (f" {rest:02d} {units[2]}" if rest else "")
    if rest:
        return f"{rest} {units[2]}"
    return "under 1 min" if language == "en" else "不到 1 分"
