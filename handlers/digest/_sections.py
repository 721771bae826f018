"""Sections of the digest: what rose, and who still waits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from handlers import Body, Context, Scope, Section, Text
from handlers._drawing import Bar, Part, Row
from handlers._threads import described as said
from handlers._threads.blocked import Blocked, blocked
from handlers._threads.telling import words
from handlers._wording import durations
from handlers._wording.figures import compare, options_of
from handlers._wording.masking import mask
from handlers._wording.spans import LAST, span_of
from handlers.digest._open import open_to
from storage import metoo as metoos
from storage import metrics, threads, topics
from storage.metrics import Period
from storage.threads import Thread

HOT, HOT_AT_LEAST = 3, 3
DETAIL_AT_LEAST, DETAIL_SHARE = 3, 0.3
LOOK_BACK = timedelta(days=28)  # a question that is older than this waits no longer
_VERSION = re.compile(r"(?<![A-Za-z])(?:pg|postgres(?:ql)?)[ -]?v?(\d{1,2})(?![\d])", re.IGNORECASE)


class Texts:
    """Headings, and what stands under them."""

    HOT = Text(zh="升温", en="Rising")
    OPEN = Text(zh="还在等一句话", en="Still waiting for a word")
    RISEN = Text(zh="{topic} {now}（{last} {before}）", en="{topic} {now} ({last} {before})")
    WITH_DETAIL = Text(zh="{line}，{detail}", en="{line}, {detail}")
    DETAIL = Text(zh="其中 {count} 个提到 {word}", en="{count} of them mention {word}")
    WAITS = Text(zh="{head}（{waited}）", en="{head} ({waited})")
    WAITED_TOO = Text(zh="{span}，同问 {count}", en="{span}, {count} more waiting")
    HELP = Text(
        zh="知道一点也有用，在群里带上编号说就行。", en="Knowing a little helps. Say it in the group, with the number."
    )


# -- what rose --------------------------------------------------------------------------------------------------------


async def hot_topics(ctx: Context[Any], scope: Scope) -> Section | None:
    """Return the topics that rose, each with a detail that can be counted, never with an explanation."""
    period = Period(scope.since, scope.until)
    found = await compare(ctx, scope.groups, period, ("topics",))
    risen = metrics.risen(found.now["topics"], found.before["topics"]) if found.before else []
    names, kept_out = await topics.every(ctx.store), await blocked(ctx)
    called = {key: names[key].name(ctx.language) if key in names else key for key, _, _ in risen}
    hot = [rise for rise in risen if rise[1] >= HOT_AT_LEAST and not kept_out.has_word(called[rise[0]])][:HOT]
    if not hot:
        return None
    rows = await metrics.why(ctx.store, "topics", found.scope, period, ctx.now(), options_of(ctx.community))
    bars = tuple(
        [Bar(called[key], now, before, await _detail(ctx, _under(rows, key), kept_out)) for key, now, before in hot]
    )
    last = LAST[span_of(period, ctx.community.zone)]
    lines = Body.of(*(_rose(ctx, bar, ctx.say(last)) for bar in bars))
    return Section(ctx.say(Texts.HOT), lines.blocks, Part(ctx.say(Texts.HOT), bars=bars))


def _rose(ctx: Context[Any], bar: Bar, last: str) -> str:
    line = ctx.say(Texts.RISEN, topic=bar.label, now=bar.value, before=bar.before, last=last)
    return ctx.say(Texts.WITH_DETAIL, line=line, detail=bar.note) if bar.note else line


def _under(rows: Iterable[metrics.Row], topic: str) -> list[int]:
    return [row.thread for row in rows if row.counted and row.why == topic and row.thread is not None]


async def _detail(ctx: Context[Any], numbers: Sequence[int], kept_out: Blocked) -> str:
    asked: dict[int, str] = {}
    for placed in await threads.placed_in(ctx.store, numbers):
        if placed.role in {"question", "detail"}:
            asked[placed.thread] = f"{asked.get(placed.thread, '')}\n{placed.message.text}"
    found = most_mentioned(asked.values())
    if found is None or kept_out.has_word(found[0]):
        return ""
    return ctx.say(Texts.DETAIL, word=found[0], count=found[1])


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


async def open_questions(ctx: Context[Any], scope: Scope, limit: int) -> Section | None:
    """Return the questions that nobody answered: wanted by most first, then the longest wait; no asker is named."""
    ids, now, kept_out = await open_to(ctx, scope.groups), ctx.now(), await blocked(ctx)
    found = await threads.unresolved(ctx.store, ids, min(scope.since, now - LOOK_BACK), now)
    waiting = [thread for thread in found if thread.title and not kept_out.keeps_out(thread)]
    told = await metoos.counts(ctx.store, [thread.id for thread in waiting])
    waiting.sort(key=lambda thread: (-told.get(thread.id, 0), thread.facts.asked_at))
    rows = tuple(
        Row(f"#{thread.id}", said.title(thread, ctx.language), _waited(ctx, thread, told.get(thread.id, 0)))
        for thread in waiting[:limit]
    )
    if not rows:
        return None
    lines = [ctx.say(Texts.WAITS, head=f"{row.number} {row.text}", waited=row.aside) for row in rows]
    heading, note = ctx.say(Texts.OPEN), ctx.say(Texts.HELP)
    return Section(heading, Body.of(*lines, note).blocks, Part(heading, rows=rows, note=note))


def _waited(ctx: Context[Any], thread: Thread, metoo: int) -> str:
    span = durations.rough(ctx.now() - thread.facts.asked_at, ctx.language)
    return ctx.say(Texts.WAITED_TOO, span=span, count=metoo) if metoo else span
