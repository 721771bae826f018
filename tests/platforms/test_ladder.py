"""A question's way through the real adapters: asked in QQ, answered by an expert on Telegram, known there then."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import grants, members
from storage.grants import EVERYWHERE
from tests.platforms.houses import House, ShiftedClock, configured, running
from tests.platforms.onebot.napcat import NapCat
from tests.platforms.onebot.world import Member
from tests.platforms.telegram.fake import Fake
from tests.platforms.telegram.stage import table as telegram_table
from tests.platforms.telegram.world import GROUP as TELEGRAM

pytestmark = [pytest.mark.middle, pytest.mark.timeout(240)]

BEGIN = datetime.fromisoformat("2026-11-24T10:00:00+08:00")  # a Tuesday
QQ, TOKEN = 700, "the-token-of-the-stage"
ASKER, TOO, ADMIN = 20001, 20002, 20003
FEATURES = "".join(f"[handlers.{name}]\n" for name in ("articles", "experts", "escalation", "corrections", "posting"))
MORE = f"[outbox]\npreview = false\nweekly_budget = 10\ngather_seconds = 0\n{FEATURES}"
FIRST_ASKED = "复制槽把主库磁盘撑满了，pg_wal 涨到 200G，能直接删里面的文件吗？"
FIRST_ANSWER = "别手删 pg_wal。先看 pg_replication_slots 有没有没人用的槽，删掉它，下次检查点之后空间就回来了。"
ASKED_AGAIN = "pg_wal 涨到 180G 磁盘快满了，复制槽好像没人用，能删文件吗？"
EXPERTS_ANSWER = "先设 max_slot_wal_keep_size 兜底，再 pg_drop_replication_slot 把没人用的槽删掉，订阅要重做。"
ASKED_LATER = "pg_wal 涨到 90G，磁盘快满了，复制槽没人用，能直接删文件吗？"
Texts = Callable[[], Sequence[str]]


@dataclass
class World:
    """Both platforms, the bot between them, and the clock that all three share."""

    house: House
    qq: NapCat
    telegram: Fake
    clock: ShiftedClock

    # -- QQ -------------------------------------------------------------------------------------------------------

    async def in_qq(self, member: int, text: str, *, to_bot: bool = False) -> None:
        """Let a member say something in the QQ group, a moment after what was said before."""
        self.later(seconds=70)
        mention = [{"type": "at", "data": {"qq": str(self.qq.world.self_id)}}] if to_bot else []
        await self.qq.say(QQ, member, [*mention, {"type": "text", "data": {"text": f" {text}" if to_bot else text}}])

    async def qq_says(self, *parts: str, private: int = 0) -> str:
        """Wait for a post with all these parts, and return it."""
        where = f"private:{private}" if private else f"group:{QQ}"
        return await self._post(lambda: [p.text for p in self.qq.posts if p.where == where], self.qq.until, parts)

    async def qq_private(self, member: int, text: str) -> None:
        """Let a member of QQ say something to the bot in private."""
        self.later(seconds=70)
        await self.qq.whisper(member, text)

    # -- Telegram -------------------------------------------------------------------------------------------------

    async def in_telegram(self, name: str, text: str, *, to_bot: bool = False) -> None:
        """Let a member say something in the Telegram group."""
        self.later(seconds=70)
        await self.telegram.say(text, member=name, name=name, mention=to_bot)

    async def telegram_private(self, name: str, text: str, *, quoting: str = "") -> None:
        """Let a member say something to the bot in private, replying to its post with these words."""
        self.later(seconds=70)
        sender = self.telegram.world.member(name, name)
        if not quoting:
            await self.telegram.whisper(text, member=name, name=name)
            return
        post = next(p for p in reversed(self.telegram.posts) if p.chat == sender["id"] and quoting in p.text)
        replied = self.telegram.world.replied(sender["id"], int(post.key))
        await self.telegram.said(sender["id"], sender, text=text, reply_to_message=replied)

    async def telegram_says(self, *parts: str, to: str = "") -> str:
        """Wait for a post with all these parts, in the group or to a member, and return it."""
        chat = self.telegram.world.member(to, to)["id"] if to else TELEGRAM
        return await self._post(
            lambda: [p.text for p in self.telegram.posts if p.chat == chat], self.telegram.until, parts
        )

    # -- both -----------------------------------------------------------------------------------------------------

    async def _post(self, texts: Texts, until: Callable[..., Awaitable[None]], parts: Sequence[str]) -> str:
        def found() -> list[str]:
            return [text for text in texts() if all(part in text for part in parts)]

        with contextlib.suppress(TimeoutError, AssertionError):
            await until(found, 30)
        assert found(), f"{parts} is not in any of {texts()}"
        return found()[-1]

    def later(self, **span: float) -> None:
        """Let time pass, for the bot and for both platforms."""
        self.clock.shift += timedelta(**span)


@contextlib.asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Stand everything up: one group on each platform, nobody in both."""
    clock = ShiftedClock(BEGIN - datetime.now(UTC))

    def seconds() -> float:
        return clock.now().timestamp()

    qq, telegram = NapCat(token=TOKEN, clock=seconds), Fake(clock=seconds)
    qq.world.add_group(QQ, "PG 交流群", tuple(Member(n, f"群友{n}") for n in (ASKER, TOO, ADMIN)))
    async with qq.forward() as url, telegram.serve() as port:
        onebot = {"mode": "forward", "url": url, "access_token": TOKEN, "gap_seconds": 0, "per_minute_account": 6000}
        tables = {"onebot": onebot, "telegram": {**telegram_table(port), "gap_seconds": 0}}
        config = configured(folder, f"sqlite:///{folder / 'data' / 'xiangqun.db'}", tables, MORE)
        async with running(config, clock=clock) as house:
            await house.up("onebot", "telegram")
            yield World(house, qq, telegram, clock)


async def make_admin(house: House, key: int) -> None:
    """Give a member of QQ the rights of an admin, as the owner's word would."""
    async with house.app.database.write() as store:
        member = await members.ensure(store, "qq", str(key), "榆", BEGIN)
        await grants.grant(store, member.id, EVERYWHERE, grants.ADMIN, BEGIN, None)


async def test_from_a_question_to_an_article_over_two_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with world(tmp_path) as here:
        await solved_before_on_telegram(here)
        await an_expert_agrees(here)
        number = await asked_in_qq(here)
        await the_expert_answers(here, number)
        await nudged_and_solved(here, number)
        await an_article_comes_of_it(here, number)
        twice = [text for text in (p.text for p in here.qq.posts) if sum(p.text == text for p in here.qq.posts) > 1]
        assert twice == []


async def solved_before_on_telegram(here: World) -> None:
    await here.in_telegram("alice", FIRST_ASKED)
    await here.in_telegram("bob", FIRST_ANSWER)
    await here.in_telegram("alice", "解决了，谢谢", to_bot=True)
    await here.telegram_says("#1 结了")


async def an_expert_agrees(here: World) -> None:
    await here.telegram_private("晓舟", "可以找我")
    await here.telegram_says("", to="晓舟")
    await here.telegram_private("晓舟", "擅长 复制与高可用 监控与维护")
    await here.telegram_says("复制", to="晓舟")


async def asked_in_qq(here: World) -> int:
    """The old answer is offered across platforms, does not help, and somebody has the question, too."""
    await here.in_qq(ASKER, ASKED_AGAIN, to_bot=True)
    offered = await here.qq_says("以前解决过一个很像的", "#1", "别手删 pg_wal", "bob")
    number = int(re.findall(r"记为 #(\d+)", offered)[0])
    await here.in_qq(ASKER, "没解决", to_bot=True)
    await here.qq_says(f"#{number}", "没找到")
    await here.in_qq(TOO, f"同问 {number}", to_bot=True)
    await here.qq_says(f"#{number} 的同问记下了")
    return number


async def the_expert_answers(here: World, number: int) -> None:
    here.later(hours=4, minutes=15)
    await here.telegram_says("想请你看一眼", f"#{number}", to="晓舟")
    await here.telegram_private("晓舟", EXPERTS_ANSWER, quoting=f"#{number}")
    await here.qq_says("晓舟", "max_slot_wal_keep_size")


async def nudged_and_solved(here: World, number: int) -> None:
    here.later(hours=24)
    await here.qq_says("晓舟", "后来好了吗", "不回也没事")
    await here.in_qq(ASKER, "解决了", to_bot=True)
    await here.qq_says(f"#{number} 结了", "晓舟")
    await here.qq_says("你同问的", f"#{number}", "max_slot_wal_keep_size")


async def an_article_comes_of_it(here: World, number: int) -> None:
    await make_admin(here.house, ADMIN)
    await here.qq_private(ADMIN, f"起草 {number}")
    await here.qq_says("max_slot_wal_keep_size", private=ADMIN)
    await here.qq_private(ADMIN, "行")
    await here.qq_says("收好了", private=ADMIN)
    await here.in_telegram("dave", ASKED_LATER, to_bot=True)
    await here.telegram_says("这一题有整理好的", "max_slot_wal_keep_size", f"依据 #{number}")
