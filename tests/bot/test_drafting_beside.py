"""An errand that waits for the language model holds up no other; without a model nothing of it is there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errands import Errands
from handlers import Errand, Feature, NoSettings, Outside, Router
from handlers._drafting import Prompt
from storage import errands
from storage.database import Database
from tests.chat import Chat
from tests.completions import Completions

ROOT = Path(__file__).parents[2]


class Worked:
    """A feature with an errand that asks the model, and one that does not; it notes which were done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.quick = asyncio.Event()
        self.drafted = asyncio.Event()
        router = Router(NoSettings)
        router.errand("slow", drafts=True)(self.slow)
        router.errand("quick")(self.work)
        self.feature = Feature("worked", router, NoSettings())

    async def slow(self, errand: Errand, outside: Outside) -> None:
        if outside.draft is not None:
            await outside.draft(Prompt("explain", "thread:1", "", "{}"))
        self.done.append("slow")
        self.drafted.set()

    async def work(self, errand: Errand, outside: Outside) -> None:
        self.done.append("quick")
        self.quick.set()


async def queued(chat: Chat, *names: str) -> None:
    async with chat.database.write() as store:
        for name in names:
            await errands.put(store, Errand("worked", name, name, {}), chat.clock.now())


async def test_a_report_does_not_wait_for_the_model(sqlite_database: Database, tmp_path: Path) -> None:
    chat, worked = await Chat.open(sqlite_database, features=()), Worked()
    house = replace(chat.house, features=[worked.feature])
    async with Completions(mood="slow").serve() as model:
        draft = model.drafter(sqlite_database, chat.clock, timeout=60)
        running = Errands(sqlite_database, house, chat.clock, tmp_path, lambda: None, draft=draft)
        await queued(chat, "slow", "quick")
        task = asyncio.create_task(running.run())
        async with asyncio.timeout(20):
            await model.arrived.wait()
            await worked.quick.wait()
        assert worked.done == ["quick"], "the model has not answered yet"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_without_a_model_there_is_one_queue_for_all(sqlite_database: Database, tmp_path: Path) -> None:
    chat, worked = await Chat.open(sqlite_database, features=()), Worked()
    running = Errands(
        sqlite_database, replace(chat.house, features=[worked.feature]), chat.clock, tmp_path, lambda: None
    )
    await queued(chat, "slow", "quick")
    task = asyncio.create_task(running.run())
    async with asyncio.timeout(20):
        await worked.quick.wait()
    assert worked.done == ["slow", "quick"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


PROGRAM = """
import sys
from pathlib import Path
from bot import assembly
from bot.clock import system_clock
from bot.config import load
config = load(Path(sys.argv[1]), {})
drafter = assembly.drafter(config, None, system_clock())
print(type(drafter).__name__, assembly.community(config).drafts, "bot.drafting" in sys.modules)
"""


@pytest.mark.middle
@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("", "NoneType False False"),
        ('[llm]\nenabled = true\nurl = "http://127.0.0.1:9/v1"\nmodel = "m"', "Drafter True True"),
    ],
)
def test_nothing_of_it_is_imported_where_it_is_off(tmp_path: Path, text: str, want: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    words = [sys.executable, "-W", "error", "-c", PROGRAM, str(file)]
    assert subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == want
