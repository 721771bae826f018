"""The lines of the edition for admins: everything that the public one leaves out, and why a figure is a bound; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers import Context, Text
from handlers._wording.figures import Compared
from handlers._wording.names import spaced
from handlers._wording.numbers import FEW, beside, counts, percent, share, shares, short, times
from handlers._wording.spans import LAST, Span
from handlers.digest._admin_watched import Watched, largest
from storage.metrics import Bound, Value, bar

MUCH = 0.1  # of all answers by one person: said, for it is a risk
_ABOUT_THE_SAME = 0.1


class Texts:
    """What stands in the lines."""

    FASTER = Text(zh="答得更快了", en="answers came faster")
    SLOWER = Text(zh="答得慢了", en="answers came slower")
    AS_FAST = Text(zh="答得和之前差不多快", en="answers came about as fast")
    GAP = Text(zh="缺 {count} 个群的记录", en="{count} groups without records")
    LEANS = Text(zh="{name}一人答了 {share}", en="{name} alone gave {share} of the answers")
    CALM = Text(zh="没有要操心的", en="nothing to worry about")
    END = Text(zh="{facts}。", en="{facts}.")
    ASKED = Text(zh="提问 {count}", en="Questions {count}")
    ASIDE = Text(
        zh="{line}；另有 {count} 个只见 @ 我的，不合并", en="{line}; {count} more seen as mentions only, apart"
    )
    RESPONSE = Text(
        zh="首次响应 中位 {median}，p90 {p90}，平均 {mean}",
        en="First response: median {median}, p90 {p90}, mean {mean}",
    )
    SERVICE = Text(zh="{line}；只算服务时段，中位 {median}", en="{line}; in service hours, median {median}")
    WITHIN = Text(zh="24 小时内有人应 {share}", en="Response within 24 h: {share}")
    COHORT = Text(zh="解决率 R7 {share}", en="Resolved (R7): {share}")
    INFERRED = Text(zh="{line}；加上推断的 {count} 题是 {share}", en="{line}; with {count} inferred, {share}")
    CLOSE = Text(
        zh="这 {count} 题的解决用时 中位 {median}，p90 {p90}，平均 {mean}",
        en="Time to resolve of these {count}: median {median}, p90 {p90}, mean {mean}",
    )
    BAR = Text(
        zh="{last} {count} 题：解决 {resolved}｜推断解决 {inferred}｜答了没确认 {answered}｜没人答 {unanswered}",
        en="{count} questions of {last}: resolved {resolved} | inferred {inferred} | answered {answered} "
        "| unanswered {unanswered}",
    )
    OLD = Text(zh="给出旧答案 {of} 题，直接解决 {share}", en="Old answers offered to {of}; solved alone: {share}")
    FITTED = Text(zh="{line}；有回音的对上 {share}", en="{line}; of those with a verdict, fitted: {share}")
    ACTIVE = Text(zh="活跃 {count}，{groups} 个群去重", en="Active {count}, over {groups} groups, each once")
    AT_MOST = Text(
        zh="{line}；跨平台只合并了绑定过的人，所以是上限", en="{line}; only bound accounts are one person, so at most"
    )
    SIZE = Text(zh="群人数 {count}，进 {joins} 退 {leaves}", en="Members {count}, {joins} joined, {leaves} left")
    BY_HAND = Text(zh="看不到人数的群，手填 {count}", en="Where sizes are not seen: {count}, entered by hand")


def headline(ctx: Context[Any], found: Compared, risk: Watched) -> str:
    """Return the good news, the gap and the risk, in this order, each only where there is one."""
    facts = [ctx.say(text) for text in _speed(found)]
    if risk.silent:
        facts.append(ctx.say(Texts.GAP, count=len(risk.silent)))
    most = largest(found)
    if risk.largest and most >= MUCH and found.now["answer_concentration"].base >= FEW:
        facts.append(ctx.say(Texts.LEANS, name=risk.largest, share=percent(most)))
    between = "; " if ctx.language == "en" else "；"
    return spaced(ctx.say(Texts.END, facts=between.join(facts or [ctx.say(Texts.CALM)])))


def _speed(found: Compared) -> list[Text]:
    now, before = found.pair("first_response_time")
    if now.value is None or before is None or not before.value:
        return []
    change = now.value - before.value
    if abs(change) < _ABOUT_THE_SAME * before.value:
        return [Texts.AS_FAST]
    return [Texts.SLOWER if change > 0 else Texts.FASTER]


# -- figures ----------------------------------------------------------------------------------------------------------


def numbers(ctx: Context[Any], found: Compared, cohort: Mapping[str, Value], span: Span) -> list[str]:
    """Return the figures, each with the one before in brackets."""
    lines = [_asked(ctx, found), _waits(ctx, found), _within(ctx, found), _resolved(ctx, found, cohort)]
    lines += [_closed(ctx, found), _bar(ctx, cohort["outcomes"], span), _offered(ctx, found)]
    lines += [_active(ctx, found), *_sizes(ctx, found)]
    return [line for line in lines if line]


def _asked(ctx: Context[Any], found: Compared) -> str:
    asked = found.now["questions"]
    line = ctx.say(Texts.ASKED, count=beside(*counts(*found.pair("questions")), ctx.language))
    return ctx.say(Texts.ASIDE, line=line, count=asked.coverage.left_out) if asked.coverage.left_out else line


def _pair(ctx: Context[Any], found: Compared, name: str, part: str) -> str:
    """Return a time beside the one before: median, p90 or mean."""
    now, before = found.pair(name)
    then = None if before is None else before.extra.get(part)
    return beside(*times(now.extra.get(part) or 0.0, then, short, ctx.language), ctx.language)


def _times(ctx: Context[Any], found: Compared, name: str, text: Text) -> str:
    if found.now[name].value is None:
        return ""
    told = {part: _pair(ctx, found, name, part) for part in ("median", "p90", "mean")}
    return ctx.say(text, count=found.now[name].n, **told)


def _waits(ctx: Context[Any], found: Compared) -> str:
    line = _times(ctx, found, "first_response_time", Texts.RESPONSE)
    if not line or found.now["first_response_service_time"].value is None:
        return line
    return ctx.say(Texts.SERVICE, line=line, median=_pair(ctx, found, "first_response_service_time", "median"))


def _within(ctx: Context[Any], found: Compared) -> str:
    now, before = found.pair("response_rate_24h")
    if now.value is None:
        return ""
    return ctx.say(Texts.WITHIN, share=beside(*shares(now, before, ctx.language), ctx.language))


def _resolved(ctx: Context[Any], found: Compared, cohort: Mapping[str, Value]) -> str:
    now, before = found.pair("r7")
    if now.value is None:
        return ""
    line = ctx.say(Texts.COHORT, share=beside(*shares(now, before, ctx.language), ctx.language))
    more = cohort["r7_inferred"]
    if more.value is None or more.n <= now.n:
        return line
    told = share(more, ctx.language, per_cent=more.base >= FEW)
    return ctx.say(Texts.INFERRED, line=line, count=more.n - now.n, share=told)


def _closed(ctx: Context[Any], found: Compared) -> str:
    return _times(ctx, found, "close_time", Texts.CLOSE)


def _bar(ctx: Context[Any], outcomes: Value, span: Span) -> str:
    """Return what became of the questions: per cents that sum to 100, or counts where they are few."""
    if not outcomes.base or outcomes.value is None:
        return ""
    told = {name: f"{whole}%" for name, whole in bar(outcomes).items()}
    if outcomes.base < FEW:
        parts = outcomes.parts
        told = {name: str(parts.get(name, 0)) for name in told}
        told["unanswered"] = str(parts.get("open", 0) + parts.get("expired", 0))
    last = ctx.say(LAST[Span.WEEKLY if span is Span.WEEKLY else Span.OTHER])
    return ctx.say(Texts.BAR, last=last, count=outcomes.base, **told)


def _offered(ctx: Context[Any], found: Compared) -> str:
    """Return what old answers did alone, and how often they fitted, as far as askers said."""
    alone, fitted = found.pair("deflection"), found.pair("suggestion_precision")
    if alone[0].value is None:
        return ""
    told = beside(*shares(*alone, ctx.language), ctx.language)
    line = ctx.say(Texts.OLD, of=alone[0].of, share=told)
    if fitted[0].value is None:
        return line
    return ctx.say(Texts.FITTED, line=line, share=beside(*shares(*fitted, ctx.language), ctx.language))


def _active(ctx: Context[Any], found: Compared) -> str:
    now, _ = found.pair("active")
    if now.value is None:
        return ""
    told = beside(*counts(*found.pair("active")), ctx.language)
    line = ctx.say(Texts.ACTIVE, count=told, groups=len(found.scope.groups))
    return ctx.say(Texts.AT_MOST, line=line) if now.bound is Bound.UPPER else line


def _sizes(ctx: Context[Any], found: Compared) -> list[str]:
    lines = []
    if found.now["group_size"].value is not None:
        told = beside(*counts(*found.pair("group_size")), ctx.language)
        moved = {name: f"{round(found.now[name].value or 0):,}" for name in ("joins", "leaves")}
        lines.append(ctx.say(Texts.SIZE, count=told, **moved))
    if found.now["group_size_by_hand"].value is not None:
        lines.append(ctx.say(Texts.BY_HAND, count=counts(found.now["group_size_by_hand"], None)[0]))
    return lines
