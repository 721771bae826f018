"""What `doctor` finds out about a bot on Telegram without it running."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.adapters import AuthError
from bot.adapters._parse import Raw, integer, table, words
from bot.adapters.telegram._api import opened
from bot.adapters.telegram._settings import Settings
from bot.adapters.telegram._webhook import address

PRIVATE = (
    "privacy mode is on: in groups where the bot is no admin it sees only commands, mentions and replies to it."
    " Switch it off with @BotFather (/setprivacy, Disable), then remove the bot from each group and add it again;"
    ' or make it an admin there; or, if that is all it is to see, set sees = "mentions"'
)


async def ask(settings: Settings) -> tuple[list[str], bool | None]:
    """Return what keeps the bot from working, and whether it sees all of a group; None where that is not known."""
    where = urlsplit(settings.api).hostname
    try:
        async with opened(settings) as api:
            raw = table(await api.ask("GetMe"))
            info = table(await api.ask("GetWebhookInfo"))
    except AuthError as error:
        return [str(error)], None
    except OSError as error:
        way = "is the proxy right?" if settings.proxy else "is a proxy needed (proxy = ...)?"
        return [f"{where}: {error}; {way}"], None
    sees_all = raw.get("can_read_all_group_messages") is True
    enough = sees_all or settings.sees == "mentions"
    return [*_of_bot(raw, enough=enough), *_of_webhook(info, settings)], sees_all


def _of_bot(raw: Raw, *, enough: bool) -> list[str]:
    lines = [] if enough else [PRIVATE]
    if raw.get("can_join_groups") is False:
        lines.append("the bot cannot be added to groups: allow it with @BotFather (/setjoingroups)")
    return lines


def _of_webhook(info: Raw, settings: Settings) -> list[str]:
    there = address(info)
    if settings.mode == "poll":
        host = urlsplit(there).hostname if there else None
        return [f"a webhook is set, at {host}: it is removed at the start; end what set it"] if there else []
    if there != settings.url:
        return []  # it is set at the start
    failed, waiting = words(info.get("last_error_message")), integer(info.get("pending_update_count")) or 0
    if failed and waiting:
        return [
            f"Telegram cannot deliver to {settings.url} ({failed[:200]}), {waiting} updates wait: look at the proxy"
        ]
    return []
