"""What could be seen of groups, in words: the last line of figures, without which no number is honest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers import Context, Text
from handlers._wording import durations
from handlers._wording.numbers import short
from storage import groups
from storage.groups import Coverage, Group, Span
from storage.metrics import Covered, Period

PLATFORMS = {
    "qq": Text(zh="QQ", en="QQ"),
    "qq_official": Text(zh="QQ 官方", en="QQ official"),
    "wechat": Text(zh="微信", en="WeChat"),
    "dingtalk": Text(zh="钉钉", en="DingTalk"),
    "telegram": Text(zh="Telegram", en="Telegram"),
}
_VISIBLE = frozenset({Coverage.FULL, Coverage.IMPORTED})
_SOON = timedelta(hours=1)


class Texts:
    """What is said about coverage."""

    FULL = Text(zh="全部消息可见", en="All messages seen")
    IMPORTED = Text(zh="靠导入的记录", en="From imported history")
    MENTIONS = Text(zh="我只看得到 @ 我的消息", en="I see only what mentions me")
    NONE = Text(zh="这段时间我看不到群里的消息", en="I saw no messages in this time")
    SINCE = Text(zh="{seen}，从 {moment} 起", en="{seen}, since {moment}")
    GAP = Text(zh="，{moment} 掉线 {span}", en=", away for {span} on {moment}")
    GAPS = Text(zh="，掉线 {count} 次共 {span}", en=", away {count} times, {span} in all")
    LOST = Text(zh="，缺 {count} 条", en=", {count} messages lost")
    COUNTED = Text(zh="统计{both} {count} 个群：{platforms}", en="Counted: {count} groups{both}: {platforms}")
    BOTH = Text(zh="两周都看得到的", en=" seen in both weeks")
    BOTH_SPANS = Text(zh="前后两段都看得到的", en=" seen in both periods")
    SEEN = Text(zh="看得到的", en="")
    BY_IMPORT = Text(zh="靠导入", en="by import")
    UNHEARD = Text(zh="另有 {count} 个没收到记录", en="{count} more without records")
    ASIDE = Text(
        zh="{platform} {count} 个群我只看得到 @ 我的消息，没合进来",
        en="{platform}: in {count} groups I see only mentions, left out",
    )


def platform(name: str, language: str) -> str:
    """Return what people call a platform."""
    return PLATFORMS[name].in_language(language) if name in PLATFORMS else name


async def sight(ctx: Context[Any], wanted: Sequence[int], period: Period) -> str:
    """Return how a group was seen over a period: all of it, by import, from a moment on; and when not."""
    now = ctx.now()
    until = min(period.until, now)
    spans = await groups.spans(ctx.store, wanted, period.since, until)
    seen = [span for span in spans if span.coverage in _VISIBLE]
    if not seen:
        heard = any(span.coverage is Coverage.MENTIONS for span in spans)
        return ctx.say(Texts.MENTIONS if heard else Texts.NONE)
    text = Texts.FULL if any(span.coverage is Coverage.FULL for span in seen) else Texts.IMPORTED
    began, line = min(span.since for span in seen), ctx.say(text)
    if began > period.since + _SOON:
        moment = durations.when(began, now, ctx.community.zone, ctx.language)
        line = ctx.say(Texts.SINCE, seen=line, moment=moment)
    return line + _gaps(ctx, [span for span in spans if span.coverage is Coverage.NONE], period, until)


def _gaps(ctx: Context[Any], gaps: Sequence[Span], period: Period, until: datetime) -> str:
    if not gaps:
        return ""
    spans = [min(gap.until or until, until) - max(gap.since, period.since) for gap in gaps]
    span = short(sum(spans, timedelta()), ctx.language)
    if len(gaps) == 1:
        moment = durations.when(gaps[0].since, ctx.now(), ctx.community.zone, ctx.language)
        said = ctx.say(Texts.GAP, moment=moment, span=span)
    else:
        said = ctx.say(Texts.GAPS, count=len(gaps), span=span)
    lost = sum(gap.missing or 0 for gap in gaps)
    return said + (ctx.say(Texts.LOST, count=lost) if lost else "")


async def counted(ctx: Context[Any], covered: Covered, *, compared: bool, weeks: bool = True) -> str:
    """Return which groups are counted, by platform, and which are not and why; `weeks` are what is compared."""
    by_id = {group.id: group for group in await groups.every(ctx.store)}
    lists = {
        coverage: [by_id[group] for group in covered.groups.get(coverage, ()) if group in by_id]
        for coverage in Coverage
    }
    full, imported, unheard = lists[Coverage.FULL], lists[Coverage.IMPORTED], _by_platform(lists[Coverage.NONE])
    parts = [
        _platform(ctx, name, count, _by_platform(imported)[name], unheard[name])
        for name, count in sorted(_by_platform([*full, *imported]).items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    between = ", " if ctx.language == "en" else "、"
    both = ctx.say((Texts.BOTH if weeks else Texts.BOTH_SPANS) if compared else Texts.SEEN)
    line = ctx.say(Texts.COUNTED, both=both, count=len(full) + len(imported), platforms=between.join(parts))
    aside = [
        ctx.say(Texts.ASIDE, platform=platform(name, ctx.language), count=count)
        for name, count in _by_platform(lists[Coverage.MENTIONS]).items()
    ]
    stop = ". " if ctx.language == "en" else "。"
    return stop.join([line, *aside])


def _by_platform(found: Iterable[Group]) -> Counter[str]:
    return Counter(group.platform for group in found)


def _platform(ctx: Context[Any], name: str, count: int, imported: int, unheard: int) -> str:
    notes = [ctx.say(Texts.BY_IMPORT)] if imported == count else []
    notes += [ctx.say(Texts.UNHEARD, count=unheard)] if unheard else []
    said = f"{platform(name, ctx.language)} {count}"
    if not notes:
        return said
    return f"{said} ({', '.join(notes)})" if ctx.language == "en" else f"{said}（{'，'.join(notes)}）"
