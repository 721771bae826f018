"""Measures how soon a mention is answered: `python -m tests.bench.answers [threads] [seconds] [rate]`.

A real bot process on SQLite, then one on PostgreSQL, both with the same answered threads in their store, is asked by
members of a fake platform without limits of its pace: so many mentions a second, each by another member, none of them
asked before word for word. What is measured is the time from the frame's push to the post's arrival, in the platform's
own process; a message is stored before it is answered, and what the fake asks becomes threads meanwhile. After it, as
many members ask for /help, which looks nothing up: what is left of the road without linking and search. The processor's
time of the bot for each message says the same where other programs run beside it.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.evaluation._reading import read
from bot.evaluation.topics import questions
from classifiers import Role
from storage import groups, members
from storage.database import Database, Store
from storage.frames import Place
from storage.groups import GROUPS
from storage.members import Member as Author
from storage.messages import MESSAGES
from storage.migrate import upgrade
from storage.threads import THREAD_MESSAGES, THREADS
from tests.kill.loop import Bot
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member, Said
from tests.postgres import running

DATA = Path(__file__).parents[1] / "data" / "zh-chat"
PLACES, AUTHORS, ASKERS = 120, 500, 4_000
FIRST = 100_001  # the key of the first who asks
BATCH = 1_000
HELP = "/help"
WAIT = 120.0  # seconds in which the bot has to be up, and to answer what was asked last
WORDS = ["orders", "users", "events", "metrics", "billing", "stock", "audit", "session", "device", "ledger", "trace"]
Rows = list[dict[str, Any]]


# -- what is in the store -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A question and its answer, as people wrote them."""

    question: str
    answer: str


def known() -> list[Known]:
    """Return the answered questions of our own streams that are trained on."""
    found: list[Known] = []
    for stream in read(DATA, "zh-chat"):
        if stream.name.endswith("-held"):
            continue
        answers: dict[str, list[str]] = {}
        for one in stream.said:
            if stream.roles.get(one.id) == Role.ANSWER:
                answers.setdefault(str(stream.thread.get(one.id)), []).append(one.text)
        for row in questions(stream):
            if said := answers.get(str(row.part)):
                found.append(Known(row.text, "\n".join(said)))
    return found


def altered(text: str, rng: random.Random) -> str:
    """Return a question as another person would have it: a word of their own in it, two characters left out."""
    cut = rng.randrange(max(1, len(text) - 4))
    return f"{text[:cut]}{text[cut + 2 :]} {rng.choice(WORDS)}_{rng.randrange(10_000)} PG {rng.randrange(12, 18)}"


async def fill(url: str, count: int, now: datetime) -> None:
    """Write answered threads into a new store, as many groups and members as a community has."""
    rng, pairs = random.Random(7), known()
    async with Database.open(url) as database:
        await upgrade(database)
        async with database.write() as store:
            every = [Place("qq", str(number), name=f"PG {number} 群") for number in range(1, PLACES + 1)]
            where = [(await groups.ensure(store, place, None)).id for place in every]
            people = [await members.ensure(store, "qq", str(n), f"群友{n}", now) for n in range(1, AUTHORS + 1)]
        for start in range(1, count + 1, BATCH):
            numbers = range(start, min(count + 1, start + BATCH))
            made = [thread(n, rng.choice(pairs), rng.choice(where), rng.sample(people, 2), now, rng) for n in numbers]
            async with database.write() as store:
                await store.execute(MESSAGES.insert(), [row for messages, _ in made for row in messages])
                await store.execute(THREADS.insert(), [row for _, row in made])
                await store.execute(THREAD_MESSAGES.insert(), [row for n in numbers for row in places(n)])
        async with database.write() as store:
            await store.execute(GROUPS.update().values(version=1))
            await _numbers_go_on(store, count)


def thread(
    number: int, pair: Known, group: int, people: Sequence[Author], now: datetime, rng: random.Random
) -> tuple[Rows, dict[str, Any]]:
    """Return the two messages of a solved thread, and the thread."""
    asker, solver = people
    asked = now - timedelta(days=1 + rng.random() * 360)
    answered, closed = asked + timedelta(minutes=9), asked + timedelta(minutes=40)
    question = altered(pair.question, rng)
    said = [
        {"id": key, "group_id": group, "key": f"old{key}", "member_id": who.id, "at": at, "received_at": at,
         "kind": "text", "name": who.name, "text": text, "mentions": []}
        for key, at, who, text in (
            (2 * number - 1, asked, asker, question), (2 * number, answered, solver, pair.answer)
        )
    ]  # fmt: skip
    return said, {
        "id": number, "group_id": group, "asker": asker.id, "first_message": 2 * number - 1, "title": question[:40],
        "asked_at": asked, "last_at": closed, "first_response_at": answered, "first_responder": solver.id,
        "first_answer_at": answered, "first_answerer": solver.id, "confirmed_at": closed, "first_resolved_at": closed,
        "solver": solver.id, "accepted": 2 * number, "version": 1,
    }  # fmt: skip


def places(number: int) -> Rows:
    """Return the places of a thread's two messages."""
    roles = ((2 * number - 1, "question"), (2 * number, "answer"))
    return [{"message_id": key, "thread_id": number, "role": role, "confidence": 1.0} for key, role in roles]


async def _numbers_go_on(store: Store, count: int) -> None:
    if not store.is_sqlite:
        for table in ("messages", "threads"):
            await store.execute(select(func.setval(f"{table}_id_seq", 2 * count)))


# -- who asks, and who answers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """How long each answer took, in ms, shortest first; of how many asked; and the processor's ms for each."""

    times: Sequence[float]
    asked: int
    processor: float

    def share(self, of: float) -> float:
        """Return the time within which a share of the answers came."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * of))] if self.times else float("nan")


class Platform(NapCat):
    """A fake without limits that notes when each message was answered: by the quotation in the post."""

    def __init__(self) -> None:
        super().__init__(token="secret", heartbeat=5)
        self.at: dict[str, float] = {}

    def _note_post(self, said: Said) -> None:
        super()._note_post(said)
        for segment in said.segments:
            if segment["type"] == "reply":
                self.at.setdefault(str(segment["data"]["id"]), time.perf_counter())

    async def mention(self, group: int, member: int, text: str) -> str:
        """Let a member mention the bot; return the key of the message."""
        mention = {"type": "at", "data": {"qq": str(self.world.self_id)}}
        said = await self.say(group, member, [mention, {"type": "text", "data": {"text": f" {text}"}}])
        return str(said.message_id)


async def asked(platform: Platform, process: int, kind: str, seconds: float, rate: float) -> Heard:
    """Mention the bot `rate` times a second, each time by another member, and return what came of it."""
    rng, pairs, pushed = random.Random(11), known(), dict[str, float]()
    used, begin = processor(process), time.perf_counter()
    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
        text = HELP if kind == HELP else altered(rng.choice(pairs).question, rng)
        member = FIRST + number % ASKERS + (ASKERS if kind == HELP else 0)
        before = time.perf_counter()
        pushed[await platform.mention(1 + number % PLACES, member, text)] = before
    with suppress(TimeoutError):  # who got no answer is counted
        await platform.until(lambda: not pushed.keys() - platform.at.keys(), WAIT)
    times = sorted(1e3 * (platform.at[key] - before) for key, before in pushed.items() if key in platform.at)
    return Heard(times, len(pushed), 1e3 * (processor(process) - used) / max(1, len(pushed)))


def processor(process: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def standing(folder: Path, url: str) -> AsyncIterator[tuple[Platform, int]]:
    """Run a bot over a store, connected to a platform of its own; give both, the bot by its process."""
    platform = Platform()
    everyone = tuple(Member(FIRST + n, f"提问{n}") for n in range(2 * ASKERS + 1))
    for number in range(1, PLACES + 1):
        platform.world.add_group(number, f"PG {number} 群", everyone)
    async with platform.forward() as address:
        bot = Bot(folder, url, address)
        await bot.start()
        assert bot.process is not None
        try:
            await platform.until(lambda: platform.clients, WAIT)
            first = await platform.mention(1, FIRST + 2 * ASKERS, "复制槽把磁盘撑满了怎么办")
            await platform.until(lambda: first in platform.at, WAIT)  # the index is built by then
            yield platform, bot.process.pid
        finally:
            await bot.stop()


async def measured(name: str, url: str, folder: Path, count: int, seconds: float, rate: float) -> None:
    """Fill a store, ask, and print the lines of one engine."""
    await fill(url, count, datetime.now(UTC))
    async with standing(folder, url) as (platform, process):
        heard = {kind: await asked(platform, process, kind, seconds, rate) for kind in ("a question", HELP)}
    for kind, found in heard.items():
        ratio = found.share(0.99) / heard[HELP].share(0.99)
        print(
            f"{name:11}{kind:11} p50 {found.share(0.5):7.1f} ms  p99 {found.share(0.99):7.1f} ms"
            f"  x{ratio:5.2f} of {HELP}  processor {found.processor:5.1f} ms each"
            f"  {len(found.times)} of {found.asked} answered",
            flush=True,
        )


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of two empty stores, by the names of their engines."""
    with running() as server:
        database = server.create()
        try:
            yield {"SQLite": f"sqlite:///{folder}/answers.db", "PostgreSQL": server.url_of(database)}
        finally:
            server.drop(database)


def main(count: int, seconds: float, rate: float) -> None:
    """Print the table."""
    print(f"{count} threads in {PLACES} groups; {rate:g} a second for {seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory() as name, engines(Path(name)) as urls:
        for engine, url in urls.items():
            folder = Path(name) / engine
            folder.mkdir()
            asyncio.run(measured(engine, url, folder, count, seconds, rate))


if __name__ == "__main__":
    given = [*sys.argv[1:], *("13000", "60", "20")[len(sys.argv) - 1 :]]
    main(int(given[0]), float(given[1]), float(given[2]))
