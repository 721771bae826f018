"""Who decides about series and money: whoever runs a group, there or in private."""

from __future__ import annotations

from typing import Any

from handlers import Context, Right, Text, UserError
from handlers._rights import run_by_speaker


class Texts:
    """What everyone else is told."""

    ADMINS = Text(zh="这个要群管理员来发。", en="This one is for admins.")


async def admins_only(ctx: Context[Any]) -> None:
    """Let only those go on who run the group spoken in, or in private any group.

    Raises:
        UserError: The speaker runs none.
    """
    if Right.GROUP not in ctx.rights and not (ctx.group.is_direct and await run_by_speaker(ctx)):
        raise UserError(ctx.say(Texts.ADMINS))
