"""Events that recur: a rule makes them some weeks ahead, days can be left out, and one day it ends."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Errand, Reply, Text, UserError, answer
from handlers._events import timing, told
from handlers._events.making import make
from handlers._events.planned import Recurring
from handlers._events.refusing import UnreadableError
from handlers._wording import durations
from handlers.events import _publishing as publishing
from storage import events, recurring
from storage.events import Event, State
from storage.recurring import Rule

FITS = r"(?:[rR]\d{1,9}(?: (?:停办|end|(?:停|except) ?\d.{0,80}))?)?"
LISTED = 5
_SAID = re.compile(r"[rR](?P<rule>\d{1,9})(?: (?:(?P<end>停办|end)|(?:停|except) ?(?P<days>\d.*)))?")


class Texts:
    """What is said of rules."""

    ADDED = Text(
        zh="记成 R{rule}：{title}，{rule_text}。先排了 {count} 场草稿，{first} 起：{numbers}。",
        en="Kept as R{rule}: {title}, {rule_text}. {count} drafts are made, from {first} on: {numbers}.",
    )
    HOW = Text(
        zh="都公布：「公布 R{rule}」，不逐场发通知，提醒照常；往后的 {weeks} 周一排。",
        en="Publish them all: /event publish R{rule}; no post for each, reminders as ever. Made {weeks} weeks ahead.",
    )
    LEAVE_OUT = Text(
        zh="停一天：「活动规则 R{rule} 停 12 月 31 日」，不办了：「活动规则 R{rule} 停办」。",
        en="Leave a day out: /event rules R{rule} except 2026-12-31; end it: /event rules R{rule} end.",
    )
    PUBLISHED = Text(
        zh="R{rule} 公布了：{count} 场，往后的也直接公布。只想让群里知道其中一场：「公布 {number}」。",
        en="R{rule} is published: {count} events, later ones as they come. To announce one: /event publish {number}.",
    )
    NONE = Text(
        zh="没有定期的活动。这样定：「发活动 线上分享《周二见》每周二 20:00」",
        en="Nothing recurs. /event add talk “Tuesdays” every tue 20:00",
    )
    LINE = Text(zh="R{rule} {title}：{rule_text}{state}", en="R{rule} {title}: {rule_text}{state}")
    DRAFTS = Text(zh="（排成草稿）", en=" (made as drafts)")
    NO_RULE = Text(zh="没有 R{rule}。看有哪些：「活动规则」", en="There is no R{rule}. See /event rules")
    SKIP = Text(
        zh="停 {days}，会取消 {numbers}，知道的群和报了名的人各告诉一次。停就回「活动规则 R{rule} 停 {words} 发」。",
        en="Leaving out {days} cancels {numbers}; those who know are told. /event rules R{rule} except {words} yes",
    )
    SKIPPED = Text(zh="R{rule} 这几天停：{days}。{numbers}", en="R{rule} leaves out {days}. {numbers}")
    GONE = Text(zh="{numbers} 取消了。", en="{numbers} cancelled.")
    ENDED = Text(
        zh="R{rule} 停办，不再往后排；排好的 {count} 场还在，要取消逐场发「取消活动 编号」。",
        en="R{rule} is ended; the {count} events that are made stay. To cancel one: /event cancel NUMBER",
    )


def rule_in_words(rule: Rule | Recurring, language: str) -> str:
    """Return when a rule's events are: 每周二、周四 20:00; one that cannot be said so as it is written."""
    local = rule.plan.starts_at.astimezone(ZoneInfo(rule.plan.zone))
    parts = dict(part.split("=") for part in rule.rule.split(";"))
    if parts["FREQ"] == "DAILY" and len(parts) == 1:
        return f"每天 {local:%H:%M}" if language != "en" else f"daily {local:%H:%M}"
    if parts["FREQ"] != "WEEKLY" or parts.keys() - {"FREQ", "BYDAY", "WKST"}:
        return f"{rule.rule} {local:%H:%M}"
    order = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    days = sorted((order.index(day) for day in parts["BYDAY"].split(",")) if "BYDAY" in parts else [local.weekday()])
    if language == "en":
        return (
            f"every {', '.join(('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day] for day in days)} {local:%H:%M}"
        )
    return f"每{'、'.join('周' + '一二三四五六日'[day] for day in days)} {local:%H:%M}"


async def add(ctx: Context[Any], wanted: Recurring) -> Reply:
    """Keep a rule, make its first events as drafts, and say how they are published."""
    number = await recurring.add(ctx.store, wanted.rule, wanted.plan, except_on=wanted.except_on, by=ctx.speaker.id)
    rule = await _rule(ctx, number or 0)
    made = await make(ctx.store, rule, ctx.now(), _ahead_of(ctx))
    first = durations.when(wanted.plan.starts_at, ctx.now(), told.zone_of(ctx), ctx.language)
    values = {"title": _title(ctx, rule), "rule_text": rule_in_words(rule, ctx.language), "first": first}
    return answer(
        ctx.say(Texts.ADDED, rule=rule.id, count=len(made), numbers=_numbers(ctx, made), **values),
        ctx.say(Texts.HOW, rule=rule.id, weeks=ctx.settings.weeks_ahead),
        ctx.say(Texts.LEAVE_OUT, rule=rule.id),
    )


async def make_all(ctx: Context[Any]) -> None:
    """Make the events of all rules that stand."""
    for rule in await recurring.standing(ctx.store):
        await make(ctx.store, rule, ctx.now(), _ahead_of(ctx))


def _ahead_of(ctx: Context[Any]) -> timedelta:
    return timedelta(weeks=ctx.settings.weeks_ahead)


# -- by command -------------------------------------------------------------------------------------------------------


async def said(ctx: Context[Any], words: str) -> Reply | list[Reply | Errand]:
    """List the rules, leave days out of one, or end it.

    Raises:
        UserError: There is no such rule, or no such day.
    """
    words, yes = publishing.agreed(words)
    found = _SAID.fullmatch(words)
    if found is None:
        return await _listed(ctx)
    rule = await _rule(ctx, int(found["rule"]))
    if found["end"]:
        await recurring.end(ctx.store, rule.id, ctx.now())
        return answer(ctx.say(Texts.ENDED, rule=rule.id, count=len(await _ahead(ctx, rule))))
    if found["days"]:
        return await _leave_out(ctx, rule, found["days"], yes=yes)
    return answer(_line(ctx, rule), ctx.say(Texts.LEAVE_OUT, rule=rule.id))


async def publish(ctx: Context[Any], words: str) -> Reply:
    """Publish a rule: its drafts, and what it makes later. No group gets a post for each of them.

    Raises:
        UserError: There is no such rule.
    """
    rule = await _rule(ctx, int(words.split(" ")[0][1:]))
    await recurring.let_be(ctx.store, rule.id, State.PUBLISHED)
    found = [event for event in await _ahead(ctx, rule) if event.state is not State.CANCELLED]
    for event in found:
        await events.publish(ctx.store, event.id, ctx.now())
    number = found[0].number if found else "E57"
    return answer(ctx.say(Texts.PUBLISHED, rule=rule.id, count=len(found), number=number))


async def _leave_out(ctx: Context[Any], rule: Rule, words: str, *, yes: bool) -> Reply | list[Reply | Errand]:
    zone = ZoneInfo(rule.plan.zone)
    try:
        days = timing.days(words, ctx.now().astimezone(zone).date())
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
    gone = [one for one in await _ahead(ctx, rule) if _day(one.occurrence or one.starts_at, zone) in days]
    named = "、".join(f"{day.month} 月 {day.day} 日" if ctx.language != "en" else str(day) for day in sorted(days))
    numbers = _numbers(ctx, [one.id for one in gone])
    if any(one.is_published for one in gone) and not yes:
        return answer(ctx.say(Texts.SKIP, days=named, numbers=numbers, rule=rule.id, words=words))
    await recurring.leave_out(ctx.store, rule, days)
    replies: list[Reply | Errand] = []
    for event in gone:
        replies += (await publishing.cancelled(ctx, event))[1:]
    off = ctx.say(Texts.GONE, numbers=numbers) if gone else ""
    return [answer(ctx.say(Texts.SKIPPED, rule=rule.id, days=named, numbers=off)), *replies]


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


async def _ahead(ctx: Context[Any], rule: Rule) -> list[Event]:
    found = await events.of_rule(ctx.store, rule.id, ctx.now())
    return [event for event in found if event.state is not State.CANCELLED]


async def _listed(ctx: Context[Any]) -> Reply:
    found = await recurring.standing(ctx.store)
    if not found:
        return answer(ctx.say(Texts.NONE))
    return answer(*(_line(ctx, rule) for rule in found[-LISTED:]), ctx.say(Texts.LEAVE_OUT, rule=found[-1].id))


def _line(ctx: Context[Any], rule: Rule) -> str:
    state = "" if rule.state is State.PUBLISHED else ctx.say(Texts.DRAFTS)
    words = rule_in_words(rule, ctx.language)
    return ctx.say(Texts.LINE, rule=rule.id, title=_title(ctx, rule), rule_text=words, state=state)


def _title(ctx: Context[Any], rule: Rule) -> str:
    return f"《{rule.plan.title}》" if ctx.language != "en" else f"“{rule.plan.title}”"


def _numbers(ctx: Context[Any], numbers: list[int]) -> str:
    shown = [f"E{number}" for number in numbers]
    if len(shown) > 3:
        shown = [*shown[:2], "…", shown[-1]]
    return ("、" if ctx.language != "en" else ", ").join(shown)


async def _rule(ctx: Context[Any], number: int) -> Rule:
    found = await recurring.find(ctx.store, number)
    if found is None or found.ended_at is not None:
        raise UserError(ctx.say(Texts.NO_RULE, rule=number))
    return found
