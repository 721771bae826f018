"""A bot of aiocqhttp's, which tells as JSON lines what it saw of the implementation that connected to it.

`python tests/platforms/onebot/witness_aiocqhttp.py PORT TOKEN`
"""

from __future__ import annotations

import json
import sys

from aiocqhttp import CQHttp, Event, Message, MessageSegment
from aiocqhttp.exceptions import ActionFailed


def tell(**line: object) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)


def main(port: int, token: str) -> None:
    bot = CQHttp(access_token=token, message_class=Message)

    @bot.on_meta_event("lifecycle.connect")
    async def connected(event: Event) -> None:
        tell(lifecycle=event.self_id)

    @bot.on_meta_event("heartbeat")
    async def beat(event: Event) -> None:
        tell(heartbeat=event["interval"], online=event["status"]["online"])

    @bot.on_notice
    async def noticed(event: Event) -> None:
        tell(notice=event.name, user=event.user_id)

    @bot.on_message
    async def heard(event: Event) -> None:
        message = [(segment.type, dict(segment.data)) for segment in event.message]
        tell(heard=message, text=event.message.extract_plain_text(), id=event.message_id, name=event.sender["card"])
        if event.detail_type != "group":
            tell(sent=await bot.send(event, "私聊收到"))
            return
        parts = [MessageSegment.reply(event.message_id), MessageSegment.at(event.user_id), MessageSegment.text("收到")]
        tell(sent=await bot.send(event, Message(parts)))
        tell(login=await bot.get_login_info(), groups=await bot.get_group_list())
        tell(members=await bot.get_group_member_list(group_id=event.group_id))
        quoted = [segment.data["id"] for segment in event.message if segment.type == "reply"]
        if quoted:
            tell(quoted=(await bot.get_msg(message_id=int(quoted[0])))["raw_message"])
        try:
            await bot.call_action("no_such_action")
        except ActionFailed as failed:
            tell(failed=failed.retcode)

    bot.run("127.0.0.1", port)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
