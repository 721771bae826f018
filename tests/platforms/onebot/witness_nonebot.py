"""A bot of NoneBot's OneBot adapter, which tells as JSON lines what it saw of the implementation.

`python tests/platforms/onebot/witness_nonebot.py reverse PORT TOKEN` or `... forward URL TOKEN`
"""

from __future__ import annotations

import json
import sys

import nonebot
from nonebot.adapters.onebot.v11 import ActionFailed, Adapter, Bot, GroupMessageEvent, MessageEvent
from nonebot.plugin import on_message


def tell(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)


def main(mode: str, where: str, token: str) -> None:
    common = {"onebot_v11_access_token": token, "log_level": "ERROR", "superusers": set()}
    if mode == "reverse":
        nonebot.init(driver="~fastapi", host="127.0.0.1", port=int(where), **common)
    else:
        nonebot.init(driver="~websockets", onebot_v11_ws_urls={where}, **common)
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter)

    @driver.on_bot_connect
    async def connected(bot: Bot) -> None:
        tell(lifecycle=bot.self_id)

    matcher = on_message()

    @matcher.handle()
    async def heard(bot: Bot, event: MessageEvent) -> None:
        quoted = event.reply.message.extract_plain_text() if event.reply else None
        segments = [(segment.type, dict(segment.data)) for segment in event.get_message()]
        tell(heard=segments, text=event.get_plaintext(), to_me=event.to_me, quoted=quoted, id=event.message_id)
        tell(sent=await bot.send(event, "收到", at_sender=True, reply_message=True))
        if isinstance(event, GroupMessageEvent):
            member = await bot.get_group_member_info(group_id=event.group_id, user_id=event.user_id)
            tell(member=member["card"])
        try:
            await bot.call_api("no_such_action")
        except ActionFailed as failed:
            tell(failed=failed.info["retcode"])

    nonebot.run()


if __name__ == "__main__":
    main(*sys.argv[1:4])
