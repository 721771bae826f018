"""Checking certificates: anybody may, by number; who guesses numbers is stopped; a holder sees and shows their own."""

from __future__ import annotations

from typing import Any

from handlers import Command, Context, Errand, Reply, Text, UserError, answer
from handlers._events.certified import sending, told
from handlers._events.meant import ABOUT
from handlers._wording import durations
from handlers._wording.names import spaced
from storage import certificates, consents, members
from storage.certificates import Certificate

CERT = "cert"
FITS = r"[^\n]{1,60}"
TRIES = 5  # wrong numbers that one person may send within an hour
LISTED = 5
_OFF = {"off", "关"}


class Texts:
    """What is told of a number, and what is not."""

    HOLDS = Text(zh="{number} 有效：{name}，《{what}》，{result}", en="{number} holds: {name}, “{what}”, {result}")
    NAMELESS = Text(zh="{number} 有效：《{what}》，{result}", en="{number} holds: “{what}”, {result}")
    ISSUED = Text(zh="{day}发的。", en="Issued {day}.")
    REVOKED = Text(
        zh="{number} 发过，{day}撤回了，现在无效。", en="{number} was issued, and taken back {day}: it does not hold."
    )
    NO_NUMBER = Text(
        zh="证书号像这样：XQ-2026-7K3M-9QTM。照着证书抄一遍。",
        en="A number looks so: XQ-2026-7K3M-9QTM. Copy it from the certificate.",
    )
    TYPO = Text(
        zh="{number} 抄错了一两位：最后一位校验对不上。对照证书再看一遍。",
        en="{number} has a wrong sign or two: its last one, which checks the others, does not fit. Look again.",
    )
    LIKELY = Text(
        zh="{number} 抄错了：校验位对不上，像是 {likely}？对照证书再查一次。",
        en="{number} has a wrong sign: the check does not fit. Is it {likely}? Look at the certificate again.",
    )
    NONE = Text(zh="没有 {number} 这张证书。", en="There is no certificate {number}.")
    ENOUGH = Text(
        zh="一小时里错了 {tries} 次，先歇歇，晚点再查。", en="{tries} wrong numbers within an hour: try later."
    )
    MINE = Text(zh="你的证书：", en="Your certificates:")
    LINE = Text(zh="{number} 《{what}》{result}", en="{number} {what}, {result}")
    GONE = Text(zh="{number} 《{what}》已撤回", en="{number} {what}, taken back")
    PDF = Text(zh="最近那张的 PDF 这就发你。", en="The PDF of the latest one is on its way.")
    NO_CERTS = Text(zh="你名下还没有证书。", en="You have no certificate.")
    SHOWN = Text(
        zh="好，别人查你的证书能看到全名。收回发「公开证书 关」。",
        en="Whoever checks your certificates sees your name. To hide it: /showcerts off.",
    )
    HIDDEN = Text(zh="好，别人查只看到姓。", en="Others see one letter of your name.")


async def check(command: Command, ctx: Context[Any]) -> Reply:
    """Say whether a number holds, and whose it is as far as that may be told.

    Raises:
        UserError: It does not, or too many did not.
    """
    siblings = await members.siblings(ctx.store, ctx.speaker.id)
    if await certificates.wrong_tries(ctx.store, siblings, CERT, ctx.now()) >= TRIES:
        raise UserError(ctx.say(Texts.ENOUGH, tries=TRIES))
    number = certificates.read(command.args)
    if number is None:
        raise UserError(ctx.say(Texts.NO_NUMBER))
    found = await certificates.find(ctx.store, number)
    if found is None:
        raise UserError(_wrong(ctx, number))
    return answer(*await _lines(ctx, found, siblings), about=f"{ABOUT}{found.event}")


def _wrong(ctx: Context[Any], number: str) -> str:
    if certificates.holds(number):
        return ctx.say(Texts.NONE, number=number)
    likely = certificates.likely(number)
    if len(likely) == 1:
        return ctx.say(Texts.LIKELY, number=number, likely=likely[0])
    return ctx.say(Texts.TYPO, number=number)


async def _lines(ctx: Context[Any], found: Certificate, siblings: list[int]) -> list[str]:
    """Return what is told; a holder reads the full name in private only."""
    shown = await told(ctx.store, found, siblings if ctx.group.is_direct and ctx.trusted else ())
    if shown.revoked_at is not None:
        return [ctx.say(Texts.REVOKED, number=shown.number, day=_day(ctx, shown.revoked_at))]
    says = {"number": shown.number, "name": shown.name, "what": shown.what, "result": shown.result}
    head = ctx.say(Texts.HOLDS if shown.name else Texts.NAMELESS, **says)
    return [head, ctx.say(Texts.ISSUED, day=_day(ctx, shown.issued_at))]


def _day(ctx: Context[Any], moment: Any) -> str:
    return durations.day(moment, ctx.now(), ctx.community.zone, ctx.language)


async def mine(_command: Command, ctx: Context[Any]) -> list[Reply | Errand] | Reply:
    """Show the speaker's own certificates, and send the latest one that holds."""
    found = await certificates.of_members(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
    if not found:
        return answer(ctx.say(Texts.NO_CERTS))
    lines = [ctx.say(Texts.MINE)]
    for one in found[-LISTED:]:
        text = Texts.GONE if one.revoked_at is not None else Texts.LINE
        lines.append(spaced(ctx.say(text, number=one.number, what=one.what, result=one.result)))
    holding = [one for one in found if one.revoked_at is None]
    if not holding:
        return answer(*lines)
    day = f"{ctx.now():%Y%m%d}"
    return [answer(*lines, ctx.say(Texts.PDF)), sending(holding[-1], ctx.group.id, day)]


async def show(command: Command, ctx: Context[Any]) -> Reply:
    """Keep that everybody who checks a certificate of the speaker's may read the name, or may no more."""
    if command.args.lower() in _OFF:
        for member in await members.siblings(ctx.store, ctx.speaker.id):
            await consents.withdraw(ctx.store, member, certificates.SHOWN, ctx.now())
        return answer(ctx.say(Texts.HIDDEN))
    await consents.give(ctx.store, ctx.speaker.id, certificates.SHOWN, ctx.now())
    return answer(ctx.say(Texts.SHOWN))
