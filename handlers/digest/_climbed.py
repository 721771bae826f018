"""What was done, on the ladders of their groups, for questions that nobody answered: a line for the admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers import Context, Text
from storage import rungs
from storage.metrics import Period
from storage.rungs import Rung


class Texts:
    """The parts of the line, in the order of the ladder."""

    LINE = Text(zh="求助阶梯：{parts}", en="The ladder: {parts}")
    PARTS = (
        (Rung.BOARD, Text(zh="{count} 题上过榜", en="{count} on the board")),
        (Rung.EXPERT, Text(zh="请专家 {count} 次", en="experts asked {count} times")),
        (Rung.ADMINS, Text(zh="{count} 题告诉过管理员", en="{count} brought to admins")),
        (Rung.NUDGE, Text(zh="问过 {count} 位后来好了没有", en="{count} askers nudged")),
    )


async def climbed(ctx: Context[Any], run: Sequence[int], period: Period) -> list[str]:
    """Return what was done in groups over a period, in one line; none where nothing was."""
    found = await rungs.counted(ctx.store, run, period.since, period.until)
    parts = [ctx.say(text, count=found[rung]) for rung, text in Texts.PARTS if rung in found]
    between = ", " if ctx.language == "en" else "，"
    return [ctx.say(Texts.LINE, parts=between.join(parts))] if parts else []
