"""A process that looks what is due whenever it is told to, on the clock of a file: `python -m ... URL`."""

from __future__ import annotations

import asyncio
import os
import sys

from bot.clock import system_clock
from handlers.reminding._looking import look
from storage.database import Database
from tests.chat import Chat
from tests.handlers.reminding.community import a_group, opened, queue, turn


async def main(url: str) -> None:
    """Look at each line that comes in, and say so."""
    async with Database.open(url) as database:
        chat: Chat = await opened(database, features=("reminding",))
        chat.clock = system_clock()  # type: ignore[assignment]
        group = await a_group(chat)
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            async with turn(chat, group) as (opened_turn, ctx):
                await queue(opened_turn, await look(ctx, f"{os.getpid()}:{ctx.now().isoformat()}"), group)
            print("looked", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
