"""Limits: what is answered of what is said to the bot, by member, by group and by the hour; and that loops end."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.limits import DIRECT, FLOOD, MENTIONS, ORDERS, Presses, Rate, allowed
from storage import threads
from storage.database import Database
from storage.frames import Frame, Message, Place, Press
from tests.chat import T0, Chat, Recorder

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

ASKED = "主库磁盘快满了，pg_wal 目录涨到 300G，怎么办"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def answered(seconds: Sequence[float], rates: Sequence[Rate] = MENTIONS) -> list[float]:
    """Return which of a member's words, by their second, get an answer."""
    times = [T0 + second * SECOND for second in seconds]
    return [second for index, second in enumerate(seconds) if allowed(times[: index + 1], rates)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([0], [0]),
        ([0, 0], [0]),
        ([0, 30, 59.9], [0]),
        ([0, 30, 60], [0, 60]),
        ([0, 40, 80, 120], [0, 80]),
        ([0, 61, 122], [0, 61, 122]),
        (range(1_000), [0]),
        ([number * 60 / 1_000 for number in range(1_000)], [0]),
        # Ten an hour: a loop that takes its time ends as well.
        (range(0, 3_600, 61), list(range(0, 610, 61))),
        ([*range(0, 3_600, 300), 3_600, 3_601], [*range(0, 3_000, 300), 3_600]),
        # After a flood there is silence until ten minutes after its last minute.
        ([*range(11), 500, 609, 610], [0, 610]),
        ([*range(11), *range(300, 311), 900, 910], [0, 910]),
    ],
)
def test_of_one_member_in_a_group(seconds: Sequence[float], expected: list[float]) -> None:
    assert answered(list(seconds)) == expected


def test_in_private_and_of_commands() -> None:
    assert answered(list(range(10)), DIRECT) == list(range(10))
    assert answered(list(range(30)), DIRECT) == list(range(10))
    assert len(answered(list(range(0, 3_600, 20)), DIRECT)) == 60
    assert answered([0, 0, 0], ORDERS) == [0, 0, 0]
    assert len(answered(list(range(0, 3_600, 10)), ORDERS)) == 100
    assert ORDERS[0].most == FLOOD


def test_presses_are_counted_by_member_and_group() -> None:
    presses = Presses()
    pressed = [presses.allowed(1, 7, T0 + number * SECOND) for number in range(15)]
    assert pressed == [True] * 10 + [False] * 5
    assert presses.allowed(2, 7, T0)
    assert presses.allowed(1, 8, T0)
    assert presses.allowed(1, 7, T0 + 2 * MINUTE)


# -- through the front door -----------------------------------------------------------------------------------------


@pytest.fixture
async def chat(sqlite_database: Database) -> Chat:
    return await Chat.open(sqlite_database, features=("questions", "lookups", "corrections", "help"))


async def test_what_comes_within_the_minute_is_noted_and_not_answered(chat: Chat) -> None:
    assert len(await chat.ask_bot("muzi", ASKED)) == 1
    chat.later(seconds=20)
    assert await chat.ask_bot("muzi", "PG 14，流复制一主一备", reply_to="bot1") == []
    async with chat.database.read() as store:
        assert [p.role for p in await threads.content(store, 1)][:1] == ["question"]
        assert len(await threads.content(store, 1)) == 2
    chat.later(minutes=1)
    assert len(await chat.ask_bot("muzi", "报错原文是 ERROR: could not extend file", reply_to="bot1")) == 1


async def test_a_correction_and_a_command_need_not_wait(chat: Chat) -> None:
    await chat.ask_bot("muzi", ASKED)
    assert len(await chat.ask_bot("muzi", "#1 不对，不是问题")) == 1
    assert len(await chat.ask_bot("muzi", "没解决 1")) == 1
    assert len(await chat.say("muzi", "/open")) == 1


async def test_a_greeting_takes_nothing_from_the_question_behind_it(chat: Chat) -> None:
    assert len(await chat.ask_bot("muzi", "在吗")) == 1
    assert len(await chat.ask_bot("muzi", ASKED)) == 1
    assert await chat.ask_bot("muzi", "谢谢") == []
    assert await chat.ask_bot("muzi", "Patroni 切主后逻辑复制槽没了，怎么找回来？") == []


async def test_commands_end_after_ten_in_a_minute(chat: Chat) -> None:
    said = [await chat.say("muzi", "/help") for _ in range(15)]
    assert [len(replies) for replies in said] == [1] * 10 + [0] * 5
    assert len(await chat.say("laofan", "/help")) == 1
    chat.later(minutes=1)
    assert len(await chat.say("muzi", "/help")) == 1


async def test_presses_end_after_ten_in_a_minute(chat: Chat) -> None:
    await chat.say("muzi", ASKED)
    posted = 0
    for number in range(15):
        press = Press("bot1", "muzi", "muzi", "/show 1")
        posted += len(await chat.hear(Frame(f"p{number}", Place("qq", "g1"), chat.clock.now(), press)))
        chat.later(seconds=1)
    assert posted == 10


@pytest.mark.middle
async def test_a_group_gets_twenty_answers_a_minute(chat: Chat) -> None:
    """Two hundred mentions by forty members: twenty are answered, and who closes his question is still heard."""
    await chat.make_admin("root")
    frames = [mention(chat, number) for number in range(200)]
    posted = await chat.hear(*frames)
    assert len(posted) == 20
    assert await chat.say("muzi", "/help") == []
    assert len(await chat.say("muzi", "/help", group="g2")) == 1
    await chat.say("muzi", "主库 CPU 满了，pg_stat_activity 里全是 idle in transaction，怎么办")
    assert len(await chat.ask_bot("muzi", "解决了")) == 1
    chat.later(minutes=1)
    assert len(await chat.say("muzi", "/help")) == 1


def mention(chat: Chat, number: int) -> Frame:
    at, who = chat.clock.now() + number * timedelta(milliseconds=50), f"u{number % 40}"
    message = Message(f"k{number:05d}", at, who, who, f"第 {number} 次问：磁盘满了怎么办？", to_bot=True)
    return Frame(f"k{number}", Place("qq", "g1"), at, message)


# -- loops ----------------------------------------------------------------------------------------------------------


class Wire(Recorder):
    """An adapter whose posts are known by its own name."""

    async def send(self, place: Place, payload: str, reply_to: str | None) -> str | None:
        key = await super().send(place, payload, reply_to)
        self.posted[-1].key = f"{self.wider}{key}"
        return self.posted[-1].key


async def wired(chat: Chat, name: str) -> Chat:
    """Let a chat's posts bear a name, so that another bot can quote them."""
    chat.adapter = chat.outbox.adapter = Wire(platform="qq", wider=name)
    return chat


@pytest.mark.middle
@pytest.mark.parametrize("each_mentions_the_other", [False, True])
@pytest.mark.parametrize("pause", [1, 20, 90])
async def test_two_bots_in_one_group(
    sqlite_template: Path, tmp_path: Path, each_mentions_the_other: bool, pause: float
) -> None:
    """One of them mentions the other; each answers once, and bots that take their time answer ten times an hour."""
    async with AsyncExitStack() as stack:
        bots: dict[str, Chat] = {}
        for name in ("left", "right"):
            shutil.copyfile(sqlite_template, tmp_path / f"{name}.db")
            opened = await stack.enter_async_context(Database.open(f"sqlite:///{tmp_path / name}.db"))
            bots[name] = await wired(await Chat.open(opened, features=("questions", "lookups", "help")), name)
        said = [("right", Message("q1", T0, "x", "x", ASKED, to_bot=True))]
        posts = dict.fromkeys(bots, 0)
        for number in range(60):
            if not said:
                break
            hearer, message = said.pop()
            other = "right" if hearer == "left" else "left"
            chat = bots[hearer]
            chat.clock.time = bots[other].clock.time + pause * SECOND
            heard = Message(
                message.key, chat.clock.now(), f"the {other} bot", "小象", message.text, reply_to=message.reply_to,
                to_bot=each_mentions_the_other or not number,
            )  # fmt: skip
            for _ in await chat.hear(Frame(f"f{number}", Place("qq", "g1"), heard.at, heard)):
                post = chat.adapter.posted[-1]
                posts[hearer] += 1
                said.append((other, Message(post.key, heard.at, "", "", post.text, reply_to=post.reply_to)))
        assert not said
        assert max(posts.values()) <= (1 if pause < 60 else 10)
