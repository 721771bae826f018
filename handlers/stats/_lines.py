"""The lines of figures: seven for /stats, five for the digest; the same order, the same brackets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import Context, Text
from handlers._wording.durations import exact
from handlers._wording.figures import Compared
from handlers._wording.numbers import beside, counts, shares, short, times
from handlers._wording.sight import counted, sight
from handlers._wording.spans import LAST, Span
from storage.metrics import Bound, Missing, Value, days
from storage.outcome import DEFINITION_VERSION


class Texts:
    """Short forms for /stats, whole sentences for the digest."""

    HEAD = Text(zh="{label} · 近 {days} 天", en="{label} · last {days} days")
    HEAD_SPAN = Text(zh="{label} · {first}–{last}", en="{label} · {first}–{last}")
    HEAD_NAMED = Text(zh="{label} · {name} {days}", en="{label} · {name}, {days}")
    SAME_AGE = Text(zh="前 {days} 天同期", en="{days} days before, as far")
    BEFORE = Text(zh="前 {days} 天", en="{days} days before")
    ASKED = Text(zh="提问 {count}", en="Questions {count}")
    ASKED_LONG = Text(zh="提问 {count} 个", en="Questions {count}")
    RESPONSE = Text(zh="首次响应 中位 {median}，平均 {mean}", en="First response: median {median}, mean {mean}")
    SERVICE = Text(zh="，服务时段 {median}", en=", in service hours {median}")
    WITH_OPEN = Text(zh="，连还在等的一起算 {median}", en=", {median} with those that wait")
    HALF_OPEN = Text(zh="，连还在等的一起算，过半还没等到", en=", and of all, more than half still wait")
    NO_RESPONSE = Text(zh="首次响应 还没人应", en="First response: none yet")
    WITHIN = Text(zh="24 小时内有人应 {share}", en="Response within 24 h: {share}")
    COHORT = Text(zh="满 7 天的题 解决 {share}", en="Questions at least 7 days old: resolved {share}")
    COHORT_LONG = Text(
        zh="解决率 {share}：满 7 天才算，这是上周的题",
        en="Resolved: {share}, of last week's questions (7 days old now)",
    )
    CLOSE = Text(zh="解决用时 中位 {median}", en="Time to resolve: median {median}")
    ACTIVE = Text(zh="活跃 {count} 人", en="Active {count}")
    AT_MOST = Text(zh="活跃至多 {count} 人", en="Active at most {count}")
    SIZE = Text(zh="，群 {size} 人{growth}", en=", {size} in the group{growth}")
    ONLY_MENTIONS = Text(
        zh="只看得到 @ 我的 {count} 个问题，别的数不出来",
        en="I see only the {count} questions that mention me; the rest cannot be told",
    )
    UNSEEN = Text(zh="群里的消息我没看到，没有数", en="I saw no messages, so there are no figures")
    FOOT = Text(
        zh="{sight} · 口径 v{version} · 发「为什么 首次响应」看是哪些题",
        en="{sight} · definitions v{version} · /why first response time shows which",
    )


async def report(ctx: Context[Any], found: Compared, label: str, name: Text | None = None) -> list[str]:
    """Return the seven lines of /stats; `name` is the period's, where it has one."""
    language = ctx.language
    single = len(found.scope.groups) == 1
    seen = await sight(ctx, found.scope.groups, found.period) if single else await counted(
        ctx, found.now["questions"].coverage, compared=bool(found.before), weeks=found.weeks
    )  # fmt: skip
    foot = ctx.say(Texts.FOOT, sight=seen, version=DEFINITION_VERSION)
    told = [_asked(found, language), *_waits(found, language, short), _cohort(found, language)]
    people = _people(found, language)
    return [line for line in (head(ctx, found, label, name), *told, people, foot) if line]


def week(found: Compared, span: Span, language: str) -> list[str]:
    """Return the five lines of the digest of a day, week or month; those that nothing can be said of are left out."""
    questions = found.now["questions"]
    if questions.missing is Missing.NOT_OBSERVABLE:
        return [_unseen(questions, language)] if questions.coverage.left_out else []
    last = LAST[span].in_language(language)
    now, before = counts(*found.pair("questions"))
    asked = Texts.ASKED_LONG.in_language(language, count=now)
    head = beside(asked, before, language, word=last, revised="questions" in found.revised)
    told = [head, *_waits(found, language, exact), _cohort_long(found, span, language), _close(found, language)]
    return [line for line in told if line]


def head(ctx: Context[Any], found: Compared, label: str, name: Text | None) -> str:
    """Return the first line: of whom and when, and what stands in brackets."""
    first, last = days(found.period, ctx.community.zone)
    count, today = (last - first).days + 1, ctx.now().astimezone(ctx.community.zone).date()
    if name is not None:
        span = f"{first:%m.%d}" if first == last else f"{first:%m.%d}–{min(last, today):%m.%d}"
        first_line = ctx.say(Texts.HEAD_NAMED, label=label, name=ctx.say(name), days=span)
    elif last == today:
        first_line = ctx.say(Texts.HEAD, label=label, days=count)
    else:
        first_line = ctx.say(Texts.HEAD_SPAN, label=label, first=f"{first:%m.%d}", last=f"{last:%m.%d}")
    if not found.before:
        return first_line
    text = Texts.SAME_AGE if name is not None and last >= today else Texts.BEFORE
    since, until = days(found.last, ctx.community.zone)
    return beside(first_line, ctx.say(text, days=(until - since).days + 1), ctx.language)


def _asked(found: Compared, language: str) -> str:
    questions = found.now["questions"]
    if questions.missing is Missing.NOT_OBSERVABLE:
        return _unseen(questions, language)
    return Texts.ASKED.in_language(language, count=beside(*counts(*found.pair("questions")), language))


def _unseen(questions: Value, language: str) -> str:
    left_out = questions.coverage.left_out
    return (Texts.ONLY_MENTIONS if left_out else Texts.UNSEEN).in_language(language, count=left_out)


def _waits(found: Compared, language: str, say: Any) -> list[str]:
    """Return the lines of the first response: median and mean, and how many within a day."""
    now, before = found.pair("first_response_time")
    told: list[str] = []
    if now.value is not None and (mean := now.extra.get("mean")) is not None:
        revised = "first_response_time" in found.revised
        median = times(now.value, before.value if before else None, say, language)
        average = times(mean, before.extra.get("mean") if before else None, say, language)
        told.append(
            Texts.RESPONSE.in_language(
                language,
                median=beside(*median, language, revised=revised),
                mean=beside(*average, language, revised=revised),
            )
            + waiting(now, say, language)
            + _service(found, say, language)
        )
    elif now.of:
        told.append(Texts.NO_RESPONSE.in_language(language))
    return [*told, _share(found, "response_rate_24h", Texts.WITHIN, language)]


def waiting(now: Value, say: Any, language: str) -> str:
    """Return the median that counts those that still wait, where they are many: the plain one would look too good."""
    if not now.many_open:
        return ""
    median = now.extra.get("survival_median")
    if median is None:
        return Texts.HALF_OPEN.in_language(language)
    return Texts.WITH_OPEN.in_language(language, median=say(timedelta(seconds=median), language))


def _service(found: Compared, say: Any, language: str) -> str:
    """Return the same by the other clock, where it was asked for."""
    service = found.now.get("first_response_service_time")
    if service is None or service.value is None:
        return ""
    return Texts.SERVICE.in_language(language, median=say(timedelta(seconds=service.value), language))


def _share(found: Compared, name: str, text: Text, language: str) -> str:
    now, before = found.pair(name)
    if now.value is None:
        return ""
    said = beside(*shares(now, before, language), language, revised=name in found.revised)
    return text.in_language(language, share=said)


def _cohort(found: Compared, language: str) -> str:
    return _share(found, "r7", Texts.COHORT, language)


def _cohort_long(found: Compared, span: Span, language: str) -> str:
    return _share(found, "r7", Texts.COHORT_LONG if span is Span.WEEKLY else Texts.COHORT, language)


def _close(found: Compared, language: str) -> str:
    now, before = found.pair("close_time")
    if now.value is None:
        return ""
    pair = times(now.value, before.value if before else None, exact, language)
    line = Texts.CLOSE.in_language(language, median=beside(*pair, language, revised="close_time" in found.revised))
    return line + waiting(now, exact, language)


def _people(found: Compared, language: str) -> str:
    now, before = found.pair("active")
    if now.value is None:
        return ""
    text = Texts.AT_MOST if now.bound is Bound.UPPER else Texts.ACTIVE
    size, growth = found.now["group_size"], found.now["group_growth"]
    line = beside(text.in_language(language, count=counts(now, None)[0]), counts(now, before)[1], language)
    if size.value is None:
        return line
    change = "" if growth.value is None else f"{growth.n:+,}"
    bracket = f" ({change})" if language == "en" else f"（{change}）"
    said = bracket if change else ""
    return line + Texts.SIZE.in_language(language, size=f"{round(size.value):,}", growth=said)
