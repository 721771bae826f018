"""What `doctor` finds out about a WeChat account."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.adapters import AuthError
from bot.adapters._parse import Odd, Raw, words
from bot.adapters.wechat._frames import identity, unstable
from bot.adapters.wechat._wire import (
    AwayError,
    Link,
    LostError,
    Meeting,
    MuteError,
    OrderError,
    TakenError,
    linked,
    rows,
)

LOGIN_SECONDS = 8.0  # to wait for somebody who is logged in; a session that stands is told at once

UNSTABLE = (
    "this gateway gives every member a new id at each login, so nobody can hold rights here and persons cannot be told"
    " apart over time; use a puppet that knows wxids"
)
NO_GROUPS = (
    "the gateway lists no group: save each group to the account's contacts in WeChat (保存到通讯录), or say something"
    " in it, and look again"
)
NOBODY = "nobody is logged in at the gateway: scan the QR code that it shows, with the account's phone"
TLS = (
    "if it is there, it speaks TLS or is no puppet service: start it with"
    " WECHATY_PUPPET_SERVICE_NO_TLS_INSECURE_SERVER=true"
)


async def ask(link: Link, self_id: str, seconds: float) -> list[str]:
    """Ask a session in use."""
    try:
        rooms = rows(await link.call("rooms", timeout=seconds))
    except (OSError, OrderError) as error:
        return [f"the gateway does not answer: {error}"]
    return _seen(self_id, rooms)


async def alone(meeting: Meeting, folder: Path) -> list[str]:
    """Connect as the bot would, look who is logged in, and go."""
    where = meeting.endpoint
    try:
        async with linked(meeting, folder) as link:
            return await _look(link, meeting.seconds)
    except AuthError:
        return [f"{where} refuses the token: copy the one that the puppet service was started with into token"]
    except AwayError as error:
        return [f"cannot connect to {where}: {error}. Is the puppet service running, and is this its endpoint?"]
    except TakenError:
        return [
            f"{where} has a client already: if that is this bot, all is well; else end it, for there can be one only"
        ]
    except MuteError:
        return [f"{where} takes the connection and does not answer; {TLS}"]
    except LostError as error:
        return [f"{where} ended the connection ({error}); {TLS}"]


async def _look(link: Link, seconds: float) -> list[str]:
    try:
        async with asyncio.timeout(seconds + LOGIN_SECONDS):
            while True:
                told = await link.hear()
                if not isinstance(told, Odd) and told.get("on") == "scan":
                    return [NOBODY]
                if not isinstance(told, Odd) and told.get("on") == "online":
                    return _seen(identity(told.get("id")), rows(told.get("rooms")))
    except TimeoutError:
        return [NOBODY]


def _seen(self_id: str, rooms: list[Raw]) -> list[str]:
    lines = [] if any(words(room.get("id")) for room in rooms) else [NO_GROUPS]
    return [*lines, UNSTABLE] if unstable(self_id) else lines
