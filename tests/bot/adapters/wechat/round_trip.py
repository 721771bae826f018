"""One round trip of the adapter under whichever Python runs this: `python -m tests...round_trip PORT FOLDER`.

It waits for a message that mentions the bot, answers it with a mention, and prints what it saw as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.metadata import version
from pathlib import Path

from storage.replies import At, Body, Paragraph, Plain
from tests.bot.adapters.wechat.staging import PLACE, wechat
from tests.platforms.recorder import Recorder


async def main(port: int, folder: Path) -> None:
    ear = Recorder()
    adapter = wechat(port, folder)
    life = asyncio.create_task(adapter.run(ear))
    await ear.until(lambda: ear.online_as, 30)
    print("online", flush=True)
    await ear.until(lambda: ear.messages)
    (message,) = ear.messages
    body = Body((Paragraph((At(message.member, message.name), Plain(f" 收到：{message.text}"))),))
    key = await adapter.send(PLACE, adapter.render(body)[0], None)
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    versions = {name: version(name) for name in ("wechaty", "pyee", "urllib3", "grpclib", "betterproto")}
    python = ".".join(map(str, sys.version_info[:3]))
    print(json.dumps({"python": python, "text": message.text, "to_bot": message.to_bot, "key": key, **versions}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
