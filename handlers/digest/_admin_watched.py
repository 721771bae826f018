"""The lines of 要留意 in the edition for admins: risks, what went wrong, and what was put right; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import Context, Text
from handlers._wording.figures import Compared
from handlers._wording.names import spaced
from handlers._wording.numbers import FEW, beside, percent
from storage.deliveries import Delivery
from storage.outbox import State
from storage.outcome import DEFINITION_VERSION
from storage.pins import Pinned

NAMED = 8


class Texts:
    """What stands in the lines."""

    LOAD = Text(zh="答题 {count} 人，前 5 位占 {share}", en="{count} people answered, the first five gave {share}")
    LOAD_FEW = Text(zh="答题 {count} 人，{answers} 个回答", en="{count} people answered, {answers} answers")
    MOST = Text(zh="{line}；{name}最多，占 {share}", en="{line}; {name} most, {share}")
    ABSENT = Text(zh="{line}；少了最先答的 {count} 人就答不到一半", en="{line}; without {count} less than half")
    WAITING = Text(zh="72 小时没人应：{threads}", en="No response in 72 hours: {threads}")
    AND_MORE = Text(zh="{named} 等 {count} 题", en="{named} and others, {count} in all")
    SILENT = Text(
        zh="{groups} 7 天以上没有新记录：导入一次，或看看我还在不在群里", en="No records for 7 days: {groups}"
    )
    DELIVERED = Text(zh="上期到现在：{parts}", en="Since the last one: {parts}")
    SENT = Text(zh="{count} 份已送达", en="{count} delivered")
    UNKNOWN = Text(
        zh="{count} 份结果不明（{groups}，没有重发）", en="{count} of unknown outcome ({groups}, not repeated)"
    )
    HELD = Text(zh="{count} 份等点头", en="{count} wait for a yes")
    FAILED = Text(zh="{count} 份没发成（{groups}）", en="{count} not sent ({groups})")
    COMING = Text(zh="{count} 份在路上", en="{count} on their way")
    CARRIED = Text(zh="{done}/{asked} 个群由人转到了", en="{done}/{asked} groups reached by hand")
    CORRECTED = Text(zh="你们改了我 {count} 处（{kinds}），都已重算。", en="You corrected me {count} times ({kinds}).")
    FOOT = Text(
        zh="口径 v{version}，发「为什么 解决率」看是哪些题", en="Definitions v{version}; /why resolved shows which"
    )


KINDS = {
    Pinned.OPENS: Text(zh="串错", en="split"),
    Pinned.MERGED: Text(zh="该合并", en="merged"),
    Pinned.DUPLICATE: Text(zh="问过的", en="asked before"),
    Pinned.TOPIC: Text(zh="主题", en="topic"),
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What stands behind the lines of 要留意."""

    largest: str
    waiting: Sequence[int]
    silent: Sequence[str]
    issued: Sequence[Delivery]
    reached: tuple[int, int]
    names: Mapping[int, str]
    corrected: Sequence[Pinned]


def largest(found: Compared) -> float:
    """Return which share of all answers one person gave at most."""
    return found.now["answer_concentration"].extra.get("largest") or 0.0


def watched(ctx: Context[Any], found: Compared, risk: Watched) -> list[str]:
    """Return what is a risk, what went wrong, and what was put right: said without being asked."""
    told = [_load(ctx, found, risk), _waiting(ctx, risk), _silent(ctx, risk), _delivered(ctx, risk)]
    last = ctx.say(Texts.FOOT, version=DEFINITION_VERSION)
    between = " " if ctx.language == "en" else ""
    corrected = _corrected(ctx, risk)
    return [*(line for line in told if line), f"{corrected}{between if corrected else ''}{last}"]


def _load(ctx: Context[Any], found: Compared, risk: Watched) -> str:
    now, before = found.pair("answer_concentration")
    if now.value is None or not found.now["answerers"].n:
        return ""
    if now.base < FEW:
        return ctx.say(Texts.LOAD_FEW, count=found.now["answerers"].n, answers=now.base)
    then = None if before is None or before.value is None or before.base < FEW else percent(before.value)
    told = beside(percent(now.value), then, ctx.language)
    line = ctx.say(Texts.LOAD, count=found.now["answerers"].n, share=told)
    if risk.largest:
        line = ctx.say(Texts.MOST, line=line, name=risk.largest, share=percent(largest(found)))
    absent = found.now["answer_absence_factor"]
    return spaced(line if absent.value is None else ctx.say(Texts.ABSENT, line=line, count=absent.n))


def _waiting(ctx: Context[Any], risk: Watched) -> str:
    if not risk.waiting:
        return ""
    named = _joined(ctx, [f"#{thread}" for thread in risk.waiting[:NAMED]])
    if len(risk.waiting) > NAMED:
        named = ctx.say(Texts.AND_MORE, named=named, count=len(risk.waiting))
    return ctx.say(Texts.WAITING, threads=named)


def _silent(ctx: Context[Any], risk: Watched) -> str:
    return ctx.say(Texts.SILENT, groups=_joined(ctx, list(risk.silent[:NAMED]))) if risk.silent else ""


def _delivered(ctx: Context[Any], risk: Watched) -> str:
    """Return what became of the digests since the last edition."""
    by: dict[Text, list[str]] = {}
    for one in risk.issued:
        by.setdefault(_became(one), []).append(risk.names.get(one.group_id, ""))
    order = (Texts.SENT, Texts.UNKNOWN, Texts.HELD, Texts.FAILED, Texts.COMING)
    parts = [
        ctx.say(text, count=len(by[text]), groups=_joined(ctx, list(dict.fromkeys(by[text]))[:NAMED]))
        for text in order
        if text in by
    ]
    asked, done = risk.reached
    parts += [ctx.say(Texts.CARRIED, asked=asked, done=done)] if asked else []
    return ctx.say(Texts.DELIVERED, parts=("，" if ctx.language != "en" else ", ").join(parts)) if parts else ""


def _became(one: Delivery) -> Text:
    if one.state is State.SENT:
        return Texts.SENT
    if one.state in {State.HELD, State.UNKNOWN}:
        return Texts.UNKNOWN if one.tried else Texts.HELD
    return Texts.FAILED if one.state in {State.FAILED, State.DROPPED} else Texts.COMING


def _corrected(ctx: Context[Any], risk: Watched) -> str:
    kinds = Counter(kind for kind in risk.corrected if kind in KINDS)
    if not kinds:
        return ""
    told = [f"{ctx.say(KINDS[kind])} {count}" for kind, count in kinds.most_common()]
    return ctx.say(Texts.CORRECTED, count=kinds.total(), kinds=_joined(ctx, told))


def _joined(ctx: Context[Any], words: Sequence[str]) -> str:
    return (", " if ctx.language == "en" else "、").join(words)
