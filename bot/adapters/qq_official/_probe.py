"""What `doctor` finds out about an account: its credentials, its gateway, its door."""

from __future__ import annotations

from bot.adapters import AuthError
from bot.adapters.qq_official._api import Api
from bot.web import listening


async def credentials(api: Api, *, gateway: bool) -> list[str]:
    """Ask for a token, and for the gateway or the bot's own name."""
    try:
        await (api.gateway() if gateway else api.me())
    except AuthError as error:
        return [f"the platform refused app_id and app_secret: {error}. Copy both again from q.qq.com"]
    except OSError as error:
        return [f"the platform cannot be asked: {error}. Are api and token_url right, and is this machine online?"]
    return []


async def door(host: str, port: int) -> list[str]:
    """Try to listen where the webhook would."""

    async def nobody(scope: object, receive: object, send: object) -> None:
        del scope, receive, send

    try:
        async with listening(nobody, host, port):
            return []
    except OSError as error:
        return [
            f"cannot listen on {host}:{port}: {error.strerror}. Is the bot running already? Else choose another port"
        ]
