"""Sections of the digest: what rose, who still waits, and whom to thank."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from handlers import Context, Scope, Text
from handlers._threads import described as said
from handlers._threads.telling import words
from handlers._wording import durations
from handlers._wording.figures import compare, options_of, scope_of
from handlers._wording.masking import mask
from handlers._wording.names import called, spaced
from handlers._wording.pinyin import by_pinyin
from handlers.digest._open import open_to
from storage import metrics, threads, topics
from storage.metrics import Bound, Missing, Period, Row
from storage.threads import Thread

HOT, HOT_AT_LEAST = 3, 3
DETAIL_AT_LEAST, DETAIL_SHARE = 3, 0.3
LOOK_BACK = timedelta(days=28)  # a question that is older than this waits no longer
NAMED = 30
_VERSION = re.compile(r"(?<![A-Za-z])(?:pg|postgres(?:ql)?)[ -]?v?(\d{1,2})(?![\d])", re.IGNORECASE)


class Texts:
    """What the sections say."""

    RISEN = Text(zh="{topic} {now}（上周 {before}）", en="{topic} {now} (last week {before})")
    DETAIL = Text(zh="，其中 {count} 个提到 {word}", en=", {count} of them mention {word}")
    WAITS = Text(zh="{head}（{span}）", en="{head} ({span})")
    WAITS_TOO = Text(zh="{head}（{span}，同问 {count}）", en="{head} ({span}, {count} more waiting)")
    HELP = Text(
        zh="知道一点也有用，在群里带上编号说就行。", en="Knowing a little helps. Say it in the group, with the number."
    )
    HELPED = Text(zh="{count} 位朋友回答了别人的问题。", en="{count} people answered others' questions.")
    HELPED_ONE = Text(zh="1 位朋友回答了别人的问题。", en="One person answered others' questions.")
    THANKED = Text(
        zh="提问者道过谢的：{names}（按拼音，不排名）", en=" Thanked by the askers: {names} (by alphabet, no ranking)."
    )
    FIRST = Text(zh="第一次出手：{names}。欢迎常来。", en="Answered for the first time: {names}. Glad to have you.")
    FIRST_SEEN = Text(
        zh="第一次出手（从我进群算起）：{names}。欢迎常来。",
        en="Answered for the first time since I came: {names}. Glad to have you.",
    )
    AND_MORE = Text(zh="{names}等 {count} 位", en="{names} and others, {count} in all")


# -- what rose --------------------------------------------------------------------------------------------------------


async def hot_topics(ctx: Context[Any], scope: Scope) -> list[str]:
    """Return the topics that rose, each with a detail that can be counted, never with an explanation."""
    period = Period(scope.since, scope.until)
    found = await compare(ctx, scope.groups, period, ("topics",))
    if not found.before:
        return []
    risen = [rise for rise in metrics.risen(found.now["topics"], found.before["topics"]) if rise[1] >= HOT_AT_LEAST]
    if not risen:
        return []
    names = await topics.every(ctx.store)
    options = options_of(ctx.community)
    rows = await metrics.why(ctx.store, "topics", found.scope, period, ctx.now(), options)
    return [
        await _risen(ctx, names[key].name(ctx.language) if key in names else key, now, before, _under(rows, key))
        for key, now, before in risen[:HOT]
    ]


def _under(rows: Iterable[Row], topic: str) -> list[int]:
    return [row.thread for row in rows if row.counted and row.why == topic and row.thread is not None]


async def _risen(ctx: Context[Any], name: str, now: int, before: int, numbers: Sequence[int]) -> str:
    asked: dict[int, str] = {}
    for placed in await threads.placed_in(ctx.store, numbers):
        if placed.role in {"question", "detail"}:
            asked[placed.thread] = f"{asked.get(placed.thread, '')}\n{placed.message.text}"
    line = ctx.say(Texts.RISEN, topic=name, now=now, before=before)
    detail = most_mentioned(asked.values())
    return line if detail is None else line + ctx.say(Texts.DETAIL, word=detail[0], count=detail[1])


def most_mentioned(questions: Collection[str]) -> tuple[str, int] | None:
    """Return the version or Latin name that most questions mention, and in how many; None where none stands out."""
    counts: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for question in questions:
        masked = mask(question)
        named = {f"PG {version}" for version in _VERSION.findall(masked)}
        named |= {word for word in words(masked) if word.isascii() and len(word) > 3}
        counts.update(named)
        for token in re.findall(r"[A-Za-z0-9_]+", masked):
            shown.setdefault(token.lower(), Counter())[token] += 1
    if not counts:
        return None
    word, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if count < max(DETAIL_AT_LEAST, DETAIL_SHARE * len(questions)):
        return None
    return (shown[word].most_common(1)[0][0] if word in shown else word), count


# -- who still waits --------------------------------------------------------------------------------------------------


async def open_questions(ctx: Context[Any], scope: Scope, limit: int) -> list[str]:
    """Return the questions that nobody answered: wanted by most first, then the longest wait; no asker is named."""
    ids, now = await open_to(ctx, scope.groups), ctx.now()
    waiting = [thread for thread in await threads.unresolved(ctx.store, ids, now - LOOK_BACK, now) if thread.title]
    told = await threads.metoo_counts(ctx.store, [thread.id for thread in waiting])
    waiting.sort(key=lambda thread: (-told.get(thread.id, 0), thread.facts.asked_at))
    lines = [_waits(ctx, thread, told.get(thread.id, 0)) for thread in waiting[:limit]]
    return [*lines, ctx.say(Texts.HELP)] if lines else []


def _waits(ctx: Context[Any], thread: Thread, metoo: int) -> str:
    span = durations.rough(ctx.now() - thread.facts.asked_at, ctx.language)
    head = said.head(thread, ctx.language)
    return ctx.say(Texts.WAITS_TOO if metoo else Texts.WAITS, head=head, span=span, count=metoo)


# -- whom to thank ----------------------------------------------------------------------------------------------------


async def thanks(ctx: Context[Any], scope: Scope) -> list[str]:
    """Return who helped: how many, those whom askers thanked, and the first-timers; names by pinyin, no counts."""
    options, period = options_of(ctx.community), Period(scope.since, scope.until)
    told = await scope_of(ctx, scope.groups)
    found = await metrics.compute_all(
        ctx.store, ("answerers", "thanks", "first_answerers"), told, period, ctx.now(), options
    )
    helped = found["answerers"].n
    if not helped:
        return []
    line = ctx.say(Texts.HELPED_ONE if helped == 1 else Texts.HELPED, count=helped)
    rows = await metrics.why(ctx.store, "thanks", told, period, ctx.now(), options)
    if names := await _names(ctx, scope, rows):
        line += spaced(ctx.say(Texts.THANKED, names=names))
    first = found["first_answerers"]
    if first.missing is Missing.NOT_OBSERVABLE:
        return [line]
    rows = await metrics.why(ctx.store, "first_answerers", told, period, ctx.now(), options)
    names = await _names(ctx, scope, rows)
    text = Texts.FIRST_SEEN if first.bound is Bound.UPPER else Texts.FIRST
    return [line, ctx.say(text, names=names)] if names else [line]


async def _names(ctx: Context[Any], scope: Scope, rows: Iterable[Row]) -> str:
    """Return the call names of the members in rows that want to be named, by pinyin."""
    group = ctx.group.id if ctx.group.id in scope.groups else scope.groups[0]
    wanted = {row.person: row.member for row in rows if row.counted and row.named and row.member is not None}
    names = sorted(set((await called(ctx.store, group, wanted.values())).values()), key=by_pinyin)
    between = ", " if ctx.language == "en" else "、"
    shown = between.join(names[:NAMED])
    return ctx.say(Texts.AND_MORE, names=shown, count=len(names)) if len(names) > NAMED else shown
