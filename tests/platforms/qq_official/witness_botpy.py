"""A bot of the official SDK, which tells as JSON lines what it saw of the platform that it was sent to.

`python tests/platforms/qq_official/witness_botpy.py PORT APP_ID SECRET`, in a folder of its own: it writes a log.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp
import botpy
from botpy import robot
from botpy.errors import ServerError
from botpy.http import Route
from botpy.manage import GroupManageEvent
from botpy.message import C2CMessage, GroupMessage


def tell(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def redirect(port: int) -> None:
    """Send the SDK to a platform on loopback; the address of its tokens is written into its code."""
    Route.SCHEME, Route.DOMAIN = "http", f"127.0.0.1:{port}"

    class Redirected(aiohttp.ClientSession):
        def post(self, url: Any, **more: Any) -> Any:
            return super().post(str(url).replace("https://bots.qq.com", f"http://127.0.0.1:{port}"), **more)

    class Module:
        ClientSession, ClientTimeout = Redirected, aiohttp.ClientTimeout

    robot.aiohttp = Module


class Witness(botpy.Client):
    async def on_ready(self) -> None:
        tell(ready=self.robot.name)

    async def on_group_at_message_create(self, message: GroupMessage) -> None:
        tell(heard=message.content, id=message.id, member=message.author.member_openid, group=message.group_openid)
        sent = await message.reply(content="收到", msg_seq=7)
        tell(sent=sent["id"])
        try:
            await message.reply(content="再收到", msg_seq=7)
        except ServerError as error:
            tell(refused=str(error))
        media = await message._api.post_group_file(message.group_openid, 2, "https://example.org/1.mp4")
        tell(media=media)

    async def on_c2c_message_create(self, message: C2CMessage) -> None:
        tell(whispered=message.content, member=message.author.user_openid)
        tell(sent=(await message.reply(content="私聊收到"))["id"])

    async def on_group_add_robot(self, event: GroupManageEvent) -> None:
        tell(added=event.group_openid, by=event.op_member_openid)

    async def on_group_msg_reject(self, event: GroupManageEvent) -> None:
        tell(rejected=event.group_openid)


async def main(port: int, app_id: str, secret: str) -> None:
    redirect(port)
    async with Witness(botpy.Intents(public_messages=True), timeout=5) as client:
        try:
            await client.start(app_id, secret)
        except RuntimeError as error:
            tell(failed=f"{type(error).__name__}: {error}")
            return
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
