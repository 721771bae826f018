"""Links into groups: one for each member who is invited, which nobody else can use and which ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.adapters import AuthError, DeliveryError, Outcome
from bot.adapters._parse import table, words
from bot.adapters.telegram._api import Api

LASTS = timedelta(days=7)


async def link(api: Api, key: str, now: datetime) -> str:
    """Return a new link into a group, for one member, that ends in a week.

    Raises:
        DeliveryError: The bot may not make one there, or cannot be told so now.
    """
    until = int((now + LASTS).timestamp())
    try:
        made = await api.ask("CreateChatInviteLink", chat_id=key, expire_date=until, member_limit=1)
    except (BadRequest, Forbidden) as error:
        raise DeliveryError(Outcome.REFUSED, str(error)) from error
    except (ChatMigrated, AuthError, OSError) as error:  # of a group that moved, the next update tells the new id
        raise DeliveryError(Outcome.NOT_SENT, str(error)) from error
    found = words(table(made).get("invite_link"))
    if not found.startswith("https://"):
        raise DeliveryError(Outcome.REFUSED, "no link was given")
    return found
