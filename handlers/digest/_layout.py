"""The layout of a digest: forty lines at most, and an honest end that is never shortened away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Body, Context, Section, Text
from handlers._wording.figures import Compared
from handlers._wording.sight import counted, sight
from storage.outcome import DEFINITION_VERSION
from storage.replies import Block, Heading, Paragraph, Plain, plain

LINES = 40


class Texts:
    """The last lines."""

    COUNTED_HERE = Text(zh="统计本群：{sight}。口径 v{version}。", en="This group: {sight}. Definitions v{version}.")
    COUNTED = Text(zh="{counted}。口径 v{version}。", en="{counted}. Definitions v{version}.")
    WAYS_OUT = Text(
        zh="串错了、谢错了：回「#编号 不对」。不想出现名字：私聊我「别署名」。",
        en="Something wrong? Reply “#number wrong”. Rather not be named? Send me /unsign in private.",
    )
    WAYS_OUT_ELSEWHERE = Text(
        zh="这个群里我听不到话。纠错、看全文、别署名：到有我的群里 @我，或者私聊我。",
        en="I hear nothing in this group. To correct, read on or not be named: mention me where I am, or write to me.",
    )


async def foot(ctx: Context[Any], found: Compared, wanted: Sequence[int]) -> tuple[str, ...]:
    """Return the end: what was counted, what could not be seen, how to correct it, how to leave."""
    elsewhere = not ctx.group.is_direct and (ctx.group.id not in wanted or ctx.group.account_id is None)
    if list(wanted) == [ctx.group.id]:
        seen = await sight(ctx, wanted, found.period)
        line = ctx.say(Texts.COUNTED_HERE, sight=seen, version=DEFINITION_VERSION)
    else:
        told = await counted(ctx, found.now["questions"].coverage, compared=bool(found.before), weeks=found.weeks)
        line = ctx.say(Texts.COUNTED, counted=told, version=DEFINITION_VERSION)
    return line, ctx.say(Texts.WAYS_OUT_ELSEWHERE if elsewhere else Texts.WAYS_OUT)


def fitted(head: Body, told: Sequence[Section], end: Sequence[str]) -> Body:
    """Return head, sections and end in at most `LINES` lines; a section that does not fit is left out whole."""
    body, last = head, Body((Paragraph((Plain(""),)),)).plus(Body.of(*end))
    room = LINES - _lines(last)
    for section in told:
        heading: tuple[Block, ...] = (Heading(section.heading),) if section.heading else ()
        longer = body.plus(Body((*heading, *section.blocks)))
        if _lines(longer) <= room:
            body = longer
    return body.plus(last)


def _lines(body: Body) -> int:
    return plain(body).count("\n") + 1
