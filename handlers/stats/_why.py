"""Why a number is what it is: its definition, the threads behind it that say most, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers import Context, Text
from handlers._rights import run_by_speaker
from handlers._threads.sharing import quotable
from handlers._wording.masking import mask
from handlers._wording.numbers import FEW, counts, decimal, share, short
from handlers.stats import _of_events
from storage import groups
from storage.metrics import Figure, Missing, Row, Unit, Value
from storage.metrics import Why as Reason

LISTED = 4
_WEEKDAYS = Text(zh="周一 周二 周三 周四 周五 周六 周日", en="Mon Tue Wed Thu Fri Sat Sun")


class Texts:
    """What is said about the list behind a number."""

    VALUE = Text(zh="{label} {value}", en="{label}: {value}")
    MEDIAN = Text(zh="{label} 中位 {value}，{n}/{of} 题已有", en="{label}: median {value}, {n} of {of} have one")
    MISSING = Text(zh="{label}：还没有数", en="{label}: nothing to tell yet")
    UNSEEN = Text(zh="{label}：看不到", en="{label}: cannot be seen here")
    PEOPLE = Text(
        zh="这个数字背后是人，不在群里列名字。", en="Behind this number are people; they are not listed here."
    )
    WAITED = Text(zh="已等 {span}", en="waiting {span}")
    YES = Text(zh="算", en="yes")
    NO = Text(zh="没算上", en="no")
    MORE = Text(zh="另有 {count} 题", en="{count} more")
    ALL = Text(zh="另有 {count} 题，全部：「导出{words}」", en="{count} more, all of them: /export{words}")
    EACH = Text(zh="{what}：{count}", en="{what}: {count}")
    MOST = Text(zh="最多的：{listed}", en="Most: {listed}")
    OTHERS = Text(zh="等 {count} 个", en="{count} in all")
    HOUR = Text(zh="{day} {hour} 点", en="{day} {hour}:00")
    LEFT_OUT = Text(zh="没算进来 {count} 题：{reasons}", en="{count} left out: {reasons}")
    WHERE = Text(zh="看一题：发「看 {thread}」", en="See one: /show {thread}")


_REASONS = {
    Reason.MENTIONS: Text(zh="只看得到 @ 我的", en="seen by mention only"),
    Reason.UNKNOWN: Text(zh="那时没看全", en="not seen in full"),
    Reason.INVALID: Text(zh="不算问题", en="not a question"),
    Reason.WITHDRAWN: Text(zh="提问者收回", en="taken back"),
    Reason.IMPORTED: Text(zh="那时我不在", en="I was not there"),
    Reason.YOUNG: Text(zh="还太新", en="too young yet"),
    Reason.SILENT: Text(zh="提问者没说对没对上", en="its asker did not say"),
    Reason.UNRESOLVED: Text(zh="还没解决", en="not resolved"),
}


async def lines(
    ctx: Context[Any], figure: Figure[Any], value: Value, rows: Sequence[Row], words: str = ""
) -> list[str]:
    """Return at most seven lines: the number, its definition, up to four of what is behind it, and the rest.

    Behind most figures are threads, behind some events, days or groups; people are never listed. `words` is how the
    period and the groups were asked for, so that the same can be had as a spreadsheet.
    """
    head = [_head(ctx, figure, value), figure.definition(ctx.language)]
    threads = [row for row in rows if row.thread is not None]
    if threads:
        return [*head, *await _threads(ctx, figure, threads, words)]
    if any(row.event is not None for row in rows):
        return [*head, *_of_events.lines(ctx, figure, value, [row for row in rows if row.counted])]
    if any(row.person is not None for row in rows):
        return [*head, ctx.say(Texts.PEOPLE)]
    counted = sorted((row for row in rows if row.counted and row.value), key=lambda row: -(row.value or 0))
    return [*head, await _most(ctx, counted)] if counted else head


async def _threads(ctx: Context[Any], figure: Figure[Any], threads: Sequence[Row], words: str) -> list[str]:
    behind = sorted((row for row in threads if row.counted), key=_telling)
    open_to = {ctx.group.id, *await quotable(ctx)}
    listed = [_line(ctx, figure, row, named=row.group in open_to) for row in behind[:LISTED]]
    rest = [await _more(ctx, behind, words)] if len(behind) > LISTED else []
    rest += _left_out(ctx, [row for row in threads if not row.counted])
    rest += [ctx.say(Texts.WHERE, thread=behind[0].thread)] if behind else []
    between = "; " if ctx.language == "en" else "；"
    return [*listed, *([between.join(rest)] if rest else [])]


async def _more(ctx: Context[Any], behind: Sequence[Row], words: str) -> str:
    """Return how many more there are, and to whom runs the groups how to have them all."""
    runs = {row.group for row in behind} <= set(await run_by_speaker(ctx))
    return ctx.say(Texts.ALL if runs else Texts.MORE, count=len(behind) - LISTED, words=words and f" {words}")


async def _most(ctx: Context[Any], rows: Sequence[Row]) -> str:
    """Return the largest of groups, days or hours with their numbers."""
    names = {group.id: group.name or group.key for group in await groups.every(ctx.store)}
    listed = [
        ctx.say(Texts.EACH, what=_what(ctx, row, names), count=f"{round(row.value or 0):,}") for row in rows[:LISTED]
    ]
    more = [ctx.say(Texts.OTHERS, count=len(rows))] if len(rows) > LISTED else []
    between = ", " if ctx.language == "en" else "、"
    return ctx.say(Texts.MOST, listed=between.join([*listed, *more]))


def _what(ctx: Context[Any], row: Row, names: Mapping[int, str]) -> str:
    if row.group is not None:
        return names.get(row.group, str(row.group))
    if row.day is not None:
        return f"{row.day:%m.%d}"
    weekday, _, hour = row.why.partition("-")
    return ctx.say(Texts.HOUR, day=ctx.say(_WEEKDAYS).split()[int(weekday) - 1], hour=hour)


def _head(ctx: Context[Any], figure: Figure[Any], value: Value) -> str:
    label = figure.label(ctx.language)
    if value.value is None:
        return ctx.say(Texts.UNSEEN if value.missing is Missing.NOT_OBSERVABLE else Texts.MISSING, label=label)
    if figure.unit is Unit.SECONDS:
        said = short(timedelta(seconds=value.value), ctx.language)
        return ctx.say(Texts.MEDIAN, label=label, value=said, n=value.n, of=value.of)
    if figure.unit is Unit.SHARE:
        return ctx.say(Texts.VALUE, label=label, value=share(value, ctx.language, per_cent=value.base >= FEW))
    said = decimal(value.value) if figure.unit is Unit.SCORE else counts(value, None)[0]
    return ctx.say(Texts.VALUE, label=label, value=said)


def _telling(row: Row) -> tuple[float, float, int]:
    """Sort what still waits before what took long, what does not count before what does, and the newest first."""
    value = row.value or 0.0
    if row.value is None:
        return 0, -(row.waited or 0.0), -(row.thread or 0)
    return 1, -value if value > 1 else value, -(row.thread or 0)


def _line(ctx: Context[Any], figure: Figure[Any], row: Row, *, named: bool) -> str:
    head = f"#{row.thread} {mask(row.title)}".rstrip() if named else f"#{row.thread}"
    said = _said(ctx, figure, row)
    return f"{head} · {said}" if said else head


def _said(ctx: Context[Any], figure: Figure[Any], row: Row) -> str:
    if figure.unit is Unit.SECONDS:
        if row.value is not None:
            return short(timedelta(seconds=row.value), ctx.language)
        return ctx.say(Texts.WAITED, span=short(timedelta(seconds=row.waited or 0), ctx.language))
    if figure.unit is Unit.SHARE:
        return ctx.say(Texts.YES if row.value else Texts.NO)
    return ""


def _left_out(ctx: Context[Any], rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    found = Counter(row.why for row in rows)
    reasons = [f"{ctx.say(_REASONS[Reason(why)])} {count}" for why, count in found.items() if why in _REASONS]
    between = ", " if ctx.language == "en" else "、"
    return [ctx.say(Texts.LEFT_OUT, count=len(rows), reasons=between.join(reasons))]
