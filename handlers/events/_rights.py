"""Who may plan events: admins in their group, and in private whoever runs any group."""

from __future__ import annotations

from typing import Any

from handlers import Context, Right, Text, UserError
from handlers._rights import run_by_speaker


class Texts:
    """What members are told."""

    ADMINS = Text(
        zh="这个要群管理员来发。看有哪些活动：发「活动」。",
        en="This one is for admins. To see what is coming: /events.",
    )


async def refuse_members(ctx: Context[Any]) -> None:
    """Refuse whoever runs no group.

    Raises:
        UserError: The speaker does not.
    """
    if Right.GROUP in ctx.rights:
        return
    if not (ctx.group.is_direct and await run_by_speaker(ctx)):
        raise UserError(ctx.say(Texts.ADMINS))
