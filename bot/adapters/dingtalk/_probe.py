"""What `doctor` finds out about a DingTalk robot without the bot running."""

from __future__ import annotations

import asyncio

from bot.adapters import AuthError
from bot.adapters.dingtalk._api import Api

SECONDS = 15.0


async def ask(api: Api) -> list[str]:
    """Try the credentials at every door; nothing is posted, and the ticket for a connection is not used."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _ask(api)
    except TimeoutError:
        return [f"DingTalk did not answer within {SECONDS:g} s: is there a way out of this machine to it?"]


async def _ask(api: Api) -> list[str]:
    try:
        await api.token.get()
    except AuthError as error:
        return [f"client_id or client_secret is wrong ({error}): copy both again from the app's credentials"]
    except OSError as error:
        return [f"DingTalk cannot be reached ({error}): is there a way out of this machine to it?"]
    lines = []
    try:
        await api.ticket()
    except AuthError as error:
        lines.append(f"no connection is granted ({error}): publish the app, with its robot in Stream mode")
    except OSError as error:
        lines.append(f"no connection can be had ({error}): is the robot's message mode set to Stream?")
    try:
        await api.old_token.get()
    except (AuthError, OSError) as error:
        lines.append(f"pictures and files cannot be sent ({error}): is the host in `media` the right one?")
    return lines
