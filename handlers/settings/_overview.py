"""All that matters of a group's settings in one message: by concern, in people's words, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers import Context, Text
from handlers._meant import title
from handlers._rules import WEEKDAYS, Rule, parse
from handlers._wording.segments import all_called
from handlers.settings import _known as known
from handlers.settings._known import Place, Setting
from storage import segments

LINES = 12  # of one message


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or two settings in words; `{0}` and `{1}` are their values."""

    keys: tuple[str, ...]
    text: Text


def _said(zh: str, en: str, *keys: str) -> Phrase:
    return Phrase(keys, Text(zh=zh, en=en))


class Texts:
    """Around the lines."""

    HEAD = Text(
        zh="「{group}」的设置，括号里是谁定的，没写的是默认：",
        en="Settings of {group}; in brackets who chose it, nothing: the default:",
    )
    HEAD_ALL = Text(
        zh="全社区的设置，括号里是谁定的，没写的是默认；各群可以另设：",
        en="Settings of all groups; in brackets who chose it, nothing: the default; a group may differ:",
    )
    SEGMENTS = Text(zh="分群 segment：{names}", en="Segment (/segment): {names}")
    OTHERS = Text(zh="另外改过：{names}", en="Changed besides: {names}")
    MORE = Text(zh="等 {count} 项", en="{count} in all")
    LEFT = Text(zh="还有 {names}", en="More: {names}")
    LINE = Text(zh="{key} = {value}（{source}）", en="{key} = {value} ({source})")
    USAGE = Text(
        zh="细看：「设置 digest」；改：「设置 digest.when 周五 18:00」；还原：「设置 digest.when -」",
        en="More: /settings digest; change: /settings digest.when fri 18:00; undo: /settings digest.when -",
    )


CONCERNS: tuple[tuple[Text, tuple[Phrase, ...]], ...] = (
    (
        Text(zh="说话 community", en="Speech (community)"),
        (_said("{0}", "{0}", "community.language"), _said("时间按 {0}", "times by {0}", "community.zone")),
    ),
    (
        Text(zh="周报 digest", en="Digest (digest)"),
        (
            _said("{0}", "{0}", "digest.enabled"),
            _said("{0}", "{0}", "digest.when"),
            _said("讲{0}的事", "about {0}", "digest.scope"),
            _said("{0}", "{0}", "digest.picture"),
            _said("{0} 个栏目", "{0} sections", "digest.sections"),
        ),
    ),
    (
        Text(zh="不打扰 outbox", en="Quiet (outbox)"),
        (
            _said("{0} 到 {1} 不 @ 人", "no mentions from {0} to {1}", "outbox.quiet_from", "outbox.quiet_until"),
            _said("主动发的一周最多 {0} 条", "unasked posts a week: {0} at most", "outbox.weekly_budget"),
        ),
    ),
    (
        Text(zh="服务时段 service、holidays", en="Service time (service, holidays)"),
        (
            _said("{0}", "{0}", "service.hours"),
            _said("{0} 的假日不算", "not on holidays of {0}", "holidays.country"),
            _said("另停 {0}", "closed as well: {0}", "holidays.add"),
            _said("照开 {0}", "open all the same: {0}", "holidays.remove"),
        ),
    ),
    (
        Text(zh="问答 questions、topics", en="Questions (questions, topics)"),
        (
            _said("原文给{0}看", "words are shown to {0}", "questions.sharing"),
            _said("拿不准主题时问管理员：{0}", "admins are asked about topics: {0}", "topics.ask"),
        ),
    ),
)

_WORDS: Mapping[tuple[str, str], Text] = {
    ("community.language", "zh"): Text(zh="中文", en="Chinese"),
    ("community.language", "en"): Text(zh="英文", en="English"),
    ("questions.sharing", "community"): Text(zh="全社区", en="the community"),
    ("questions.sharing", "group"): Text(zh="本群", en="this group"),
    ("questions.sharing", "nobody"): Text(zh="提问的人自己", en="nobody else"),
    ("digest.scope", "group"): Text(zh="本群", en="this group"),
    ("digest.scope", "segment"): Text(zh="同类群", en="its segment"),
    ("digest.scope", "community"): Text(zh="全社区", en="the community"),
    ("digest.picture", "off"): Text(zh="不配图", en="no picture"),
    ("digest.picture", "light"): Text(zh="配浅色图", en="with a light picture"),
    ("digest.picture", "dark"): Text(zh="配深色图", en="with a dark picture"),
}
_SWITCH = {"on": Text(zh="开", en="on"), "off": Text(zh="关", en="off")}
_SILENT = frozenset({"holidays.add", "holidays.remove"})  # are nothing to speak of where they are empty


async def overview(ctx: Context[Any], where: Place, quiet: str) -> list[str]:
    """Return the lines of the one message; `quiet` says until when nothing is posted unasked, if so."""
    every = known.known(ctx, where)
    head = ctx.say(Texts.HEAD_ALL) if where.group is None else ctx.say(Texts.HEAD, group=title(where.group))
    lines = [head]
    told: set[str] = set()
    for heading, phrases in CONCERNS:
        parts = [_part(ctx, phrase, every) for phrase in phrases if set(phrase.keys) <= every.keys()]
        first = [quiet] if quiet and "outbox.weekly_budget" in phrases[-1].keys else []
        if said := [*first, *filter(None, parts)]:
            lines.append(_join(ctx, heading, said))
        told.update(*(phrase.keys for phrase in phrases))
    if where.group is not None and (carried := await segments.of_group(ctx.store, where.group.id)):
        lines.append(ctx.say(Texts.SEGMENTS, names=all_called(carried, ctx.language)))
    others = [setting for setting in known.changed(every) if setting.key not in told]
    if others:
        lines.append(ctx.say(Texts.OTHERS, names=_others(ctx, others)))
    return [*lines, known.there_are(ctx), ctx.say(Texts.USAGE)]


def _join(ctx: Context[Any], heading: Text, parts: Sequence[str]) -> str:
    return (
        f"{ctx.say(heading)}: {', '.join(parts)}" if ctx.language == "en" else f"{ctx.say(heading)}：{'，'.join(parts)}"
    )


def _part(ctx: Context[Any], phrase: Phrase, every: Mapping[str, Setting]) -> str:
    found = [every[key] for key in phrase.keys]
    if found[0].key in _SILENT and not found[0].value:
        return ""
    sources = [setting.source for setting in found if setting.source is not known.Texts.DEFAULT]
    return ctx.say(phrase.text).format(*(_worded(ctx, setting) for setting in found)) + _bracket(ctx, sources)


def _worded(ctx: Context[Any], setting: Setting) -> str:
    text = _WORDS.get((setting.key, setting.shown)) or _SWITCH.get(setting.shown)
    if text is not None:
        return ctx.say(text)
    if isinstance(setting.value, tuple):
        return str(len(setting.value))
    return _rule(setting.shown, ctx.language) if setting.name.endswith("when") else setting.shown


def _rule(text: str, language: str) -> str:
    """Return a rule of time in the words of a language, however it was written."""
    rule = parse(text)
    if rule.every is not None or language == "en":
        return text if text.isascii() or rule.every is not None else _in_english(rule)
    if rule.weekday is not None:
        return f"周{'一二三四五六日'[rule.weekday]} {rule.at:%H:%M}"
    return f"每月 {rule.day} 日 {rule.at:%H:%M}" if rule.day is not None else f"每天 {rule.at:%H:%M}"


def _in_english(rule: Rule) -> str:
    if rule.weekday is not None:
        return f"{WEEKDAYS[rule.weekday]} {rule.at:%H:%M}"
    return f"day {rule.day} {rule.at:%H:%M}" if rule.day is not None else f"daily {rule.at:%H:%M}"


def _bracket(ctx: Context[Any], sources: Sequence[Text]) -> str:
    names = "、".join(dict.fromkeys(map(ctx.say, sources)))
    if not names:
        return ""
    return f" ({names})" if ctx.language == "en" else f"（{names}）"


def _others(ctx: Context[Any], changed: Sequence[Setting]) -> str:
    shown = [f"{setting.key} = {setting.shown}{_bracket(ctx, [setting.source])}" for setting in changed[:4]]
    more = [ctx.say(Texts.MORE, count=len(changed))] if len(changed) > 4 else []
    return "、".join([*shown, *more])


def of_table(ctx: Context[Any], name: str, where: Place) -> list[str]:
    """Return every setting of a table with its value and source, one on a line.

    Raises:
        UserError: There is none of that name.
    """
    found = known.of_table(ctx, name, where)
    if len(found) <= LINES:
        return [line(ctx, setting) for setting in found]
    left = "、".join(setting.name for setting in found[LINES - 1 :])
    return [*(line(ctx, setting) for setting in found[: LINES - 1]), ctx.say(Texts.LEFT, names=left)]


def line(ctx: Context[Any], setting: Setting) -> str:
    """Return a setting with its value and source."""
    return ctx.say(Texts.LINE, key=setting.key, value=setting.shown, source=ctx.say(setting.source))
