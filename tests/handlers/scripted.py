"""A linker whose every decision the test writes itself, and a town where weeks of talk pass in a few lines.

「…？」 asks; what replies to something of a thread belongs to it: 同问, 谢谢, 好了 and 没好 mean what they say, other
words of the asker are details, of anybody else answers. All the rest is chatter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from classifiers import Memory, Placement, Role, Said
from storage.database import Database
from storage.frames import Place
from storage.groups import COVERAGE
from tests.chat import Chat

WORDS = {"同问": Role.METOO, "谢谢": Role.THANKS, "好了": Role.RESOLVED, "没好": Role.STILL_BROKEN}


class Scripted:
    """Places messages as the module's docstring says."""

    def place(self, said: Said, memory: Memory) -> Placement:
        thread = None if said.reply_to is None else memory.thread_of(said.reply_to)
        if thread is None or thread not in memory.tracks:
            return Placement(0, Role.QUESTION) if said.text.endswith("？") else Placement(None)
        if said.text in WORDS:
            return Placement(thread, WORDS[said.text])
        return Placement(thread, Role.DETAIL if said.member == memory.tracks[thread].asker else Role.ANSWER)


class Town:
    """A chat that has been listening for a while, and its clock."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    @classmethod
    async def open(cls, database: Database, *, at: str, groups: tuple[str, ...] = ("g1",), **more: Any) -> Town:
        """Open a town whose groups were seen in full for half a year."""
        chat = await Chat.open(database, linker=Scripted(), **more)
        chat.clock.time = datetime.fromisoformat(at)
        places = [Place("qq", group, name=f"群 {group}") for group in groups]
        await chat.ear.online("10000", "小象", places)
        async with database.write() as store:
            await store.execute(COVERAGE.update().values(since=chat.clock.now() - timedelta(days=180)))
        return cls(chat)

    async def at(self, moment: str) -> list[str]:
        """Let it be a moment, and return what the clock made the bot post."""
        self.chat.clock.time = datetime.fromisoformat(moment)
        return await self.chat.tick()

    async def ask(self, who: str, text: str, group: str = "g1") -> str:
        """Let somebody ask, and return what can be replied to."""
        await self.chat.say(who, text, group=group)
        return self.chat.last

    async def reply(self, who: str, text: str, to: str, minutes: float = 5, group: str = "g1") -> str:
        """Let somebody reply some minutes later."""
        self.chat.later(minutes=minutes)
        await self.chat.say(who, text, reply_to=to, group=group)
        return self.chat.last

    async def solve(self, asker: str, text: str, answerer: str, answer: str, minutes: float = 10) -> str:
        """Let a question be asked, answered, and closed by its asker."""
        key = await self.ask(asker, text)
        said = await self.reply(answerer, answer, key, minutes)
        await self.reply(asker, "好了", said)
        return key
