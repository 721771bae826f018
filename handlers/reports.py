"""Reports for admins, in private: a PDF of a month or a year when they ask, and of each month once they want that."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from handlers import Body, Command, Context, Errand, Outside, Purpose, Reply, Right, Router, Text, UserError, answer
from handlers._files import keep
from handlers._reporting import PUBLIC_AFTER, Asked, Wish
from handlers._reporting.document import document
from handlers._reporting.spans import FIRST_YEAR
from handlers._rights import run_by_speaker
from handlers._rules import RuleText, next_due, parse
from handlers._threads.sharing import configured
from handlers._wording import durations
from handlers._wording.figures import options_of
from storage import consents, grants, groups, members, schedules, settings
from storage.database import Store
from storage.grants import EVERYWHERE
from storage.groups import Group
from storage.replies import File
from storage.schedules import Occurrence, Schedule

FEATURE, MONTHLY, WRITE = "reports", "monthly", "write"
WHEN = f"{FEATURE}.when"
_ON, _OFF = {"on", "开", "打开"}, {"off", "关", "关掉"}
_YEAR = {"year", "年", "今年", "年报"}
_PERIOD = re.compile(r"(\d{4})(?:[-年]?(\d{1,2})月?|年)?")


class Settings(BaseModel):
    """`[handlers.reports]`.

    Attributes:
        when: When the report of the month before goes to the admins who want it, in the community's zone.
        public_after_days: Days that a month or year must have been over before its public edition comes out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    when: RuleText = "day 3 09:00"
    public_after_days: int = Field(default=PUBLIC_AFTER, ge=0, le=3650)


class Texts:
    """What is answered."""

    HELP = Text(
        zh="上个月的报告，PDF 私聊发你；「报告 年」「报告 开」",
        en="The report of last month as a PDF, in private; /report year, /report on",
    )
    USAGE = Text(
        zh="「报告」上个月；「报告 年」今年；「报告 2026-10」那个月；「报告 开」以后每月发你，「报告 关」不发。",
        en="/report: last month; /report year; /report 2026-10; /report on: each month from now; /report off.",
    )
    ADMINS = Text(zh="报告只发管理员，里面有原话。", en="Reports go to admins only: they quote people.")
    WRITING = Text(zh="在写，好了私聊发你。", en="I am writing it and will send it in private.")
    AHEAD = Text(zh="{period} 还没到。", en="{period} has not come yet.")
    ON = Text(
        zh="好，每个月的报告会私聊发你，下一份 {moment}。不要了发「报告 关」。",
        en="You will get each month's report in private, the next one {moment}. To stop: /report off.",
    )
    OFF = Text(zh="好，不再每月发了。随时要：「报告」。", en="No more of them. Any time: /report.")
    FILE = Text(
        zh="报告.pdf（收不到文件就请管机器的人取：数据目录 files/{name}，放一周）",
        en="report.pdf (if no file came, ask the operator for files/{name} in the data folder; kept for a week)",
    )
    HELP_CREDIT = Text(zh="对外的报告里可以出现你的名字", en="You may be named in reports that are published")
    CREDIT_USAGE = Text(zh="「公开署名」同意，「公开署名 关」收回。", en="/credit agrees, /credit off takes it back.")
    CREDIT = Text(
        zh="好，对外的报告里谢人的地方会有你的名字。收回发「公开署名 关」。",
        en="Where a published report thanks people, you will be named. To take it back: /credit off.",
    )
    NO_CREDIT = Text(zh="好，对外的报告里不会有你的名字。", en="No published report will name you.")


router = Router(Settings)


# -- on demand --------------------------------------------------------------------------------------------------------


@router.command(
    "report",
    "报告",
    needs=Right.SELF,
    fits=r"(?i:month|year|on|off)?|上?个?月|月报|今?年|年报|开|打开|关|关掉|\d{4}(?:[-年]?\d{1,2}月?|年)?",
    help=Texts.HELP,
    usage=Texts.USAGE,
    private=True,
)
async def report(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Send an admin the report of the groups that he or she runs, or switch the monthly one on or off."""
    if not await run_by_speaker(ctx):  # in a direct nobody has a group's rights, so they are asked for here
        raise UserError(ctx.say(Texts.ADMINS))
    wanted = command.args.lower()
    if wanted in _ON | _OFF:
        return [await _subscribe(ctx, on=wanted in _ON)]
    period = period_of(wanted, _today(ctx))
    if period is None:
        raise UserError(ctx.say(Texts.USAGE))
    if period > f"{_today(ctx):%Y-%m}"[: len(period)]:
        raise UserError(ctx.say(Texts.AHEAD, period=period))
    asked = f"{period}:{ctx.now():%Y-%m-%dT%H}"
    return [answer(ctx.say(Texts.WRITING)), await _errand(ctx, ctx.speaker.id, period, asked)]


def period_of(wanted: str, today: date) -> str | None:
    """Return the period that is meant, as 2026-10 or 2026; None where there is no such month.

    Without a number it is the month before today's, or this year: in January the one that just ended.
    """
    if wanted in _YEAR:
        return str(today.year - (today.month == 1))
    found = _PERIOD.fullmatch(wanted)
    if found is None:
        return month_before(today)
    if int(found[1]) < FIRST_YEAR or (found[2] and not 1 <= int(found[2]) <= 12):
        return None
    return f"{found[1]}-{int(found[2]):02}" if found[2] else found[1]


def month_before(day: date) -> str:
    """Return the month before a day's, as 2026-10."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def _today(ctx: Context[Any]) -> date:
    return ctx.now().astimezone(ctx.community.zone).date()


async def _errand(ctx: Context[Any], member: int, period: str, asked: str) -> Errand:
    payload = {"period": period, "language": ctx.language, "sharing": configured(ctx)}
    return Errand(FEATURE, WRITE, f"report:{member}:{asked}", payload, group=ctx.group.id, member=member)


# -- every month ------------------------------------------------------------------------------------------------------


async def _subscribe(ctx: Context[Settings], *, on: bool) -> Reply:
    """Write down, for the speaker's direct, that each month's report is wanted, or no more."""
    rule, zone = await _rule(ctx), ctx.community.zone
    await schedules.put(ctx.store, _monthly(ctx, ctx.group.id, rule, ctx.speaker.id, on=on))
    due = next_due(parse(rule), zone, ctx.now(), ctx.now())
    if not on or due is None:
        return answer(ctx.say(Texts.OFF))
    return answer(ctx.say(Texts.ON, moment=durations.when(due, ctx.now(), zone, ctx.language)))


def _monthly(ctx: Context[Any], direct: int, rule: str, member: int, *, on: bool) -> Schedule:
    payload = {"member": member}
    return Schedule(FEATURE, MONTHLY, direct, rule, ctx.community.zone.key, ctx.now(), active=on, payload=payload)


async def _rule(ctx: Context[Any]) -> str:
    """Return when reports are due: one time for the community, so what a single group sets does not count."""
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    return str(await settings.get(ctx.store, settings.COMMUNITY, WHEN, feature.settings.model_dump()["when"]))


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Let what was promised to admins follow the setting."""
    rule, zone = await _rule(ctx), ctx.community.zone.key
    for one in await schedules.active(ctx.store):
        if one.feature == FEATURE and (one.rule, one.zone) != (rule, zone):
            member = int((one.payload or {})["member"])
            await schedules.put(ctx.store, _monthly(ctx, one.group_id, rule, member, on=True))


@router.schedule(MONTHLY)
async def monthly(occurrence: Occurrence, ctx: Context[Settings]) -> list[Errand]:
    """Have the report of the month before written for one admin; the month is told by the due instant."""
    due = occurrence.due_at.astimezone(ZoneInfo(occurrence.schedule.zone)).date()
    period = month_before(due)
    member = int((occurrence.schedule.payload or {})["member"])
    return [await _errand(ctx, member, period, f"{period}:monthly")]


# -- to write it ------------------------------------------------------------------------------------------------------


@router.errand(WRITE)
async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the report of the groups that an admin runs now, and send it; somebody who runs none any more gets none."""
    if errand.member is None:
        raise LookupError("a report for nobody")
    async with outside.read() as store:
        run = await _run_by(store, errand.member)
    if not run:
        return []
    made = await outside.read_in_worker(document, _asked(errand, outside, run), outside.now(), run)
    name = await keep(outside.files, f"report-{errand.member}", ".pdf", made.content)
    language = str(errand.payload["language"])
    news = (" " if language == "en" else "").join(made.news)
    file = File(name, Texts.FILE.in_language(language, name=name))
    body = Body.of(made.title, made.span, news).plus(Body((file,)))
    return [Reply(body, member=errand.member, purpose=Purpose.NOTICE)]


async def _run_by(store: Store, member: int) -> list[Group]:
    run = await grants.admin_of(store, member)
    return [group for group in await groups.every(store) if EVERYWHERE in run or group.id in run]


def _asked(errand: Errand, outside: Outside, run: list[Group]) -> Asked:
    period = str(errand.payload["period"])
    group = str(run[0].id) if len(run) == 1 else None  # at home its words may be told
    return Asked(
        wish=Wish(month=period if "-" in period else "", year="" if "-" in period else period, group=group),
        options=options_of(outside.community),
        language=str(errand.payload["language"]),
        name=outside.community.name,
        sharing=str(errand.payload["sharing"]),
    )


# -- to be named ------------------------------------------------------------------------------------------------------


@router.command(
    "credit", "公开署名", needs=Right.SELF, fits=r"(?i:on|off)?|开|关", help=Texts.HELP_CREDIT, usage=Texts.CREDIT_USAGE
)
async def credit(command: Command, ctx: Context[Settings]) -> Reply:
    """Keep that the speaker agrees to be named in what is published, or does no more."""
    if command.args.lower() in _OFF:
        for member in await members.of_person(ctx.store, ctx.speaker.person_id):
            await consents.withdraw(ctx.store, member.id, consents.NAMED, ctx.now())
        return answer(ctx.say(Texts.NO_CREDIT))
    await consents.give(ctx.store, ctx.speaker.id, consents.NAMED, ctx.now())
    return answer(ctx.say(Texts.CREDIT))
