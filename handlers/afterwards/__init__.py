"""After an event: replay and slides, feedback, certificates, invitations to the fitting groups, and the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import Command, Context, Errand, Feature, Outside, Replies, Reply, Right, Router, Text
from handlers._events.certified import DRAW
from handlers._events.meant import NUMBER
from handlers.afterwards import _certifying as certifying
from handlers.afterwards import _feedback as opinions
from handlers.afterwards import _inviting as inviting
from handlers.afterwards import _record as records
from handlers.afterwards import _replaying as replaying
from handlers.afterwards import _verifying as verifying
from handlers.afterwards._privately import TELL, tell, told
from handlers.afterwards._settings import FEATURE, Settings, of_community
from handlers.afterwards._times import LATEST, due, is_time
from handlers.afterwards._who import attended
from storage import event_records, events, schedules
from storage.event_records import Step
from storage.messages import Stored
from storage.schedules import Occurrence, Schedule

__all__ = ["Settings", "router"]
LOOK, EVERY = "look", "every 5m"
NIGHT = timedelta(hours=12)  # that something may be put off for because people sleep
TELLERS = {replaying.TOLD: replaying.to_absent, opinions.ASK: opinions.ask, inviting.INVITE: inviting.ask}


class Texts:
    """What /help says, and how it is written."""

    REPLAY = Text(zh="给出活动的回放，发一次：「回放 E57 链接」", en="Give the replay of an event; told once")
    SLIDES = Text(zh="给出活动的资料，发一次：「资料 E57 链接」", en="Give the slides of an event; told once")
    LINK = Text(zh="带上编号和链接：「回放 E57 https://…」", en="With number and link: /replay E57 https://…")
    SLIDES_LINK = Text(zh="带上编号和链接：「资料 E57 https://…」", en="With number and link: /slides E57 https://…")
    RATE = Text(zh="给来过的活动打分：「评分 E57 5 讲得清楚」", en="Rate an event that you were at, 1 to 5")
    SCORE = Text(
        zh="1 到 5 分，想说什么接着写：「评分 E57 5 讲得清楚」", en="1 to 5 and a line: /rate E57 5 very clear"
    )
    FEEDBACK = Text(zh="活动的评分和评语，不带名字", en="What was said of an event, without names")
    WHICH = Text(zh="带上编号：「反馈 E57」", en="With its number: /feedback E57")
    CERTIFY = Text(zh="发一张证书：「发证 E57 木子 通过」", en="Issue a certificate: /certify E57 NAME RESULT")
    UNCERTIFY = Text(zh="撤回一张证书", en="Take a certificate back")
    CERT = Text(zh="查一张证书真不真", en="Check a certificate")
    NUMBER = Text(zh="带上证书号：「查证 XQ-2026-7K3M-9QTM」", en="With its number: /cert XQ-2026-7K3M-9QTM")
    CERTS = Text(zh="我的证书", en="Your certificates")
    SHOW = Text(zh="别人查我的证书能看到全名", en="Let whoever checks your certificates see your name")
    SHOW_USAGE = Text(
        zh="「公开证书」同意，「公开证书 关」收回。", en="/showcerts agrees, /showcerts off takes it back."
    )
    ENTER = Text(zh="进我问过你的群", en="Join a group that you were asked into")
    RECORD = Text(zh="一场活动留下了什么", en="What stays of an event")
    WHOSE = Text(zh="带上编号：「记录 E57」", en="With its number: /record E57")


router = Router(Settings)


@router.configured
def in_order(_settings: Settings, features: Sequence[Feature]) -> None:
    """Refuse a configuration in which other features would take a score for something else.

    Raises:
        ValueError: The table stands behind one of those that hear private words.
    """
    names = [feature.name for feature in features]
    takers = ("articles", "experts", "ask", "questions")
    before = [name for name in takers if name in names and names.index(name) < names.index(FEATURE)]
    if before:
        raise ValueError(f"stands behind [handlers.{before[0]}]; put it in front, it has to hear private words first")


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down, once for the community, when it is looked after what ended."""
    zone = ctx.community.zone.key
    await schedules.put(ctx.store, Schedule(FEATURE, LOOK, 0, EVERY, zone, ctx.now()))


@router.schedule(LOOK)
async def look(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Tell of replays, ask for feedback and offer groups, each event's once, and nothing of it at night."""
    zone, night = ctx.community.zone, ctx.community.quiet
    if night.is_night(ctx.now().astimezone(zone).time()):
        return []
    chosen = await of_community(ctx)
    replies = list(await replaying.due(ctx))
    if chosen.feedback_after:
        replies += await _after(ctx, "asked_at", timedelta(hours=chosen.feedback_after), opinions.ASK)
    if chosen.invite_after:
        replies += await _after(ctx, "invited_at", timedelta(hours=chosen.invite_after), inviting.INVITE)
    return replies


async def _after(ctx: Context[Settings], step: Step, after: timedelta, what: str) -> list[Reply | Errand]:
    """Return what those who were at events are told some time after their ends."""
    now, zone, night = ctx.now(), ctx.community.zone, ctx.community.quiet
    replies: list[Reply | Errand] = []
    for number in await event_records.ended(ctx.store, now - after - LATEST - NIGHT, now - after, step):
        event = await events.get(ctx.store, number)
        wanted = is_time(due(event.ends_at, after, zone, night), now, zone, night)
        if wanted and await event_records.take(ctx.store, number, step, now):
            replies += await tell(ctx, event, what, TELLERS[what], await attended(ctx.store, event))
    return replies


@router.errand(TELL)
async def portion(errand: Errand, outside: Outside) -> list[Reply]:
    """Tell some of many."""
    return await told(errand, outside, TELLERS)


# -- replay and slides ------------------------------------------------------------------------------------------------


@router.command(
    "replay", "回放", needs=Right.GROUP, fits=replaying.FITS, help=Texts.REPLAY, usage=Texts.LINK, anywhere=True
)
async def replay(command: Command, ctx: Context[Settings]) -> Reply:
    """Keep where an event can be watched again, and tell it once."""
    return await replaying.given(command, ctx, slides=False)


@router.command(
    "slides", "资料", needs=Right.GROUP, fits=replaying.FITS, help=Texts.SLIDES, usage=Texts.SLIDES_LINK, anywhere=True
)
async def slides(command: Command, ctx: Context[Settings]) -> Reply:
    """Keep the slides of an event, and tell them once."""
    return await replaying.given(command, ctx, slides=True)


# -- feedback ---------------------------------------------------------------------------------------------------------


@router.mention
async def heard(message: Stored, ctx: Context[Settings]) -> Replies:
    """Keep the score that answers the question."""
    return await opinions.heard(message, ctx)


@router.command("rate", "评分", needs=Right.SELF, fits=opinions.FITS, help=Texts.RATE, usage=Texts.SCORE, private=True)
async def rate(command: Command, ctx: Context[Settings]) -> Reply:
    """Rate an event at any time."""
    return await opinions.rate(command, ctx)


@router.command(
    "feedback", "反馈", needs=Right.GROUP, fits=rf"(?:{NUMBER})?", help=Texts.FEEDBACK, usage=Texts.WHICH,
    private=True, anywhere=True,
)  # fmt: skip
async def feedback(command: Command, ctx: Context[Settings]) -> Reply:
    """Show what was said of an event, to who runs a group, in private."""
    return await opinions.shown(command, ctx)


# -- certificates -----------------------------------------------------------------------------------------------------


@router.command(
    "certify", "发证", needs=Right.GROUP, fits=certifying.FITS, help=Texts.CERTIFY, usage=certifying.Texts.USAGE,
    private=True, anywhere=True,
)  # fmt: skip
async def certify(command: Command, ctx: Context[Settings]) -> Replies:
    """Issue a certificate."""
    return await certifying.certify(command, ctx)


@router.command(
    "uncertify", "撤证", needs=Right.GROUP, fits=verifying.FITS, help=Texts.UNCERTIFY, usage=Texts.NUMBER,
    private=True, anywhere=True,
)  # fmt: skip
async def uncertify(command: Command, ctx: Context[Settings]) -> Reply:
    """Take a certificate back."""
    return await certifying.revoke(command, ctx)


@router.command(verifying.CERT, "查证", needs=Right.READ, fits=verifying.FITS, help=Texts.CERT, usage=Texts.NUMBER)
async def cert(command: Command, ctx: Context[Settings]) -> Reply:
    """Say whether a certificate holds."""
    return await verifying.check(command, ctx)


@router.command("certs", "我的证书", needs=Right.SELF, help=Texts.CERTS, private=True)
async def certs(command: Command, ctx: Context[Settings]) -> Replies:
    """Show the speaker's own."""
    return await verifying.mine(command, ctx)


@router.command(
    "showcerts", "公开证书", needs=Right.SELF, fits=r"(?i:on|off)?|开|关", help=Texts.SHOW, usage=Texts.SHOW_USAGE,
    private=True,
)  # fmt: skip
async def showcerts(command: Command, ctx: Context[Settings]) -> Reply:
    """Let everybody who checks a number read the name, or no more."""
    return await verifying.show(command, ctx)


@router.errand(DRAW)
async def draw(errand: Errand, outside: Outside) -> list[Reply]:
    """Draw a certificate and send it to its holder."""
    return await certifying.draw(errand, outside)


# -- groups -----------------------------------------------------------------------------------------------------------


@router.command("enter", "进", needs=Right.SELF, fits=inviting.FITS, help=Texts.ENTER, private=True)
async def enter(command: Command, ctx: Context[Settings]) -> list[Reply | Errand]:
    """Say yes to the groups that were offered."""
    return await inviting.enter(command, ctx)


@router.errand(inviting.INVITE)
async def invite(errand: Errand, outside: Outside) -> list[Reply]:
    """Tell who said yes the way in."""
    return await inviting.invite(errand, outside)


# -- the record -------------------------------------------------------------------------------------------------------


@router.command("record", "记录", needs=Right.READ, fits=rf"(?:{NUMBER})?", help=Texts.RECORD, usage=Texts.WHOSE)
async def record(command: Command, ctx: Context[Settings]) -> Reply:
    """Show what stays of an event."""
    return await records.record(command, ctx)
