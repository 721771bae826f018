"""What is behind a number of events: the events with what each adds, companies, cities, or where people came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context, Text
from handlers._events import numbers
from handlers._events.numbers import source
from handlers._wording.figures import Compared, options_of
from handlers._wording.masking import mask
from handlers._wording.numbers import decimal
from handlers._wording.spans import compared_with
from storage import metrics
from storage.metrics import Figure, Missing, Period, Row, Scope, Unit, Value
from storage.metrics import Why as Reason
from storage.outcome import DEFINITION_VERSION

LISTED = 4
NAMED = frozenset({"event_cities", "sharing_companies", "attending_companies"})  # whose rows are no events
PARTED = frozenset({"registrations_by_source", "registrations_by_platform"})


class Texts:
    """What stands in the list."""

    EVENT = Text(zh="{number} {title}", en="{number} {title}")
    EACH = Text(zh="{what} · {count}", en="{what} · {count}")
    OTHERS = Text(zh="等 {count} 个", en="{count} in all")
    MORE = Text(zh="另有 {count} 场", en="{count} more")
    EVENTS = Text(zh="{label} · 活动", en="{label} · events")
    NONE = Text(
        zh="这段时间没有办过活动。接下来有哪些：发「活动」。",
        en="No event was held in this time. What is coming: /events.",
    )
    ELSEWHERE = Text(zh="活动没有记在我这里，没有数。", en="No event is kept with me, so there are no figures.")
    FOOT = Text(
        zh="口径 v{version} · 发「为什么 到场率」看是哪些场",
        en="definitions v{version} · /why attendance_rate shows which",
    )
    UNATTENDED = Text(
        zh="{count} 场没有人签到，不知道来了多少，没算", en="{count} without check-ins: unknown, left out"
    )


# What /stats says of them, and under which words; without a period of the last thirty days.
WORD, DAYS = r"(?:活动|events?)", 30


async def compared(ctx: Context[Any], scope: Scope, period: Period) -> Compared:
    """Return the figures of events of a period, and those of the period before at the same age."""
    options, last = options_of(ctx.community), compared_with(period, ctx.community.zone)
    now = await metrics.compute_all(ctx.store, numbers.NAMES, scope, period, ctx.now(), options)
    then = ctx.now() - (period.since - last.since)
    before = await metrics.compute_all(ctx.store, numbers.NAMES, scope, last, then, options)
    told = {} if before["events_held"].value is None else before
    return Compared(scope, period, last, now, told, frozenset(), ctx.now())


def report(ctx: Context[Any], found: Compared) -> list[str]:
    """Return the lines below the head, at most six."""
    if found.now["events_held"].missing is Missing.NOT_OBSERVABLE:
        return [ctx.say(Texts.ELSEWHERE)]
    told = numbers.lines(numbers.paired(found.now, found.before), ctx.language)
    return [*told, ctx.say(Texts.FOOT, version=DEFINITION_VERSION)] if told else [ctx.say(Texts.NONE)]


def lines(ctx: Context[Any], figure: Figure[Any], value: Value, rows: Sequence[Row]) -> list[str]:
    """Return at most five lines: up to four events, the latest first, and what was left out."""
    between = ", " if ctx.language == "en" else "、"
    if figure.name in NAMED:
        names = [mask(row.title) for row in rows]
        more = [ctx.say(Texts.OTHERS, count=len(names))] if len(names) > LISTED * 3 else []
        return [between.join([*names[: LISTED * 3], *more])] if names else []
    if figure.name in PARTED:
        parts = sorted(value.parts.items(), key=lambda part: -part[1])
        return [between.join(f"{source(why, ctx.language)} {count}" for why, count in parts)] if parts else []
    return _listed(ctx, figure, rows)


def _listed(ctx: Context[Any], figure: Figure[Any], rows: Sequence[Row]) -> list[str]:
    by_event: dict[int, list[Row]] = {}
    for row in rows:
        if row.why != Reason.UNATTENDED:
            by_event.setdefault(row.event or 0, []).append(row)
    latest = list(reversed(by_event.values()))
    listed = [_line(ctx, figure, held) for held in latest[:LISTED]]
    unknown = len({row.event for row in rows if row.why == Reason.UNATTENDED})
    rest = [ctx.say(Texts.MORE, count=len(latest) - LISTED)] if len(latest) > LISTED else []
    rest += [ctx.say(Texts.UNATTENDED, count=unknown)] if unknown else []
    return [*listed, *(["; ".join(rest) if ctx.language == "en" else "；".join(rest)] if rest else [])]


def _line(ctx: Context[Any], figure: Figure[Any], held: Sequence[Row]) -> str:
    what = ctx.say(Texts.EVENT, number=f"E{held[0].event}", title=mask(held[0].title))
    said = _said(figure, held)
    return ctx.say(Texts.EACH, what=what, count=said) if said else what


def _said(figure: Figure[Any], held: Sequence[Row]) -> str:
    values = [row.value or 0 for row in held]
    if figure.unit is Unit.SCORE:
        return f"{decimal(sum(values) / len(values))} ({len(values)})"
    if figure.unit is Unit.SHARE:
        return f"{sum(values):g}/{sum(row.weight or 0 for row in held):g}"
    return "" if figure.name == "events_held" else f"{sum(values):,.0f}"
