"""The story of a series in one city: three rounds and a summit over four months, on two platforms.

Every step is said by people through the front door. Where an answer may have been lost with a process that died, who
asked asks again, as people do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.handlers.events.ledger import Ledger, Round
from tests.handlers.events.play import Play, Who

SHANGHAI = ZoneInfo("Asia/Shanghai")
EXAMPLE = tomllib.loads((Path(__file__).parents[3] / "config.example.toml").read_text("utf-8"))
FEATURES = tuple(EXAMPLE["handlers"])  # all of them, in their order
TABLES = {"reminding": {"card": False}}  # a picture is a process of its own
CITY = "成都"
TITLES = {1: "第一轮 城市行", 2: "第二轮 上手培训", 3: "第三轮 企业行", 4: "峰会"}
ADMIN = Who("qq", "阿榆")
EACH, BOUND, SEATS, LEAVE, COME = 60, 8, 100, 10, 80
BY_HAND, COURIER = "成都微信群", Who("qq", "砚秋")
WALK_IN = Who("telegram", "路人")
QQ = [Who("qq", f"川{number:02}") for number in range(1, EACH + 1)]
TELEGRAM = [Who("telegram", f"蓉{number:02}") for number in range(1, EACH + 1)]
ACCOUNTS = {who.key: who for who in (*QQ, *TELEGRAM, WALK_IN)}


def at(text: str) -> datetime:
    """Return a moment of the story, told in its own city's time."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def person(who: Who) -> str:
    """Return the person behind an account: the first ones have one on each platform."""
    return f"川{who.key[1:]}" if who in TELEGRAM[:BOUND] else who.key


class Story:
    """The play as it goes on, and the ledger in which it is counted by hand."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.ledger = Ledger()
        self.yes: list[Who] = []  # to a group that was offered

    async def ask(
        self, who: Who, words: str, pattern: str, *, group: str = "", mentions: Sequence[str] = ()
    ) -> re.Match[str]:
        """Say something until the answer that is wanted comes; who dies in between is asked again a minute later."""
        said: list[str] = []
        for _ in range(4):
            answers = await self.play.say(who, words, group=group, mentions=mentions)
            found = next((found for text in answers if (found := re.search(pattern, text))), None)
            if found is not None:
                return found
            said += answers
            await self.play.until(self.play.clock.time + timedelta(minutes=1))
        raise AssertionError(f"{who.key} said 「{words}」 and heard {said}")

    # -- before ---------------------------------------------------------------------------------------------------

    async def opening(self) -> None:
        """Give each platform a general group and one of the city; the first accounts of both platforms are bound."""
        play = self.play
        await play.make_owner(ADMIN)
        boss = Who("telegram", "榆")
        await play.make_owner(boss)
        for who in (ADMIN, boss):
            await self.ask(who, "分群 总群", "记为", group="总")
            await self.ask(who, f"分群 区域 {CITY}", "记为", group=CITY)
        for one, other in zip(QQ[:BOUND], TELEGRAM[:BOUND], strict=True):
            code = (await self.ask(one, "绑定", r"绑定 ([0-9a-f]{10})"))[1]
            await self.ask(other, f"绑定 {code}", "绑好了|本来就算|用过了")  # used up: the answer was lost

    async def carriers(self) -> None:
        """Let somebody agree to carry posts into a group of the city where no bot can be."""
        await self.play.say(COURIER, "早", group="总", to_bot=False)
        await self.ask(ADMIN, f"代发 加 {BY_HAND} @{COURIER.key}", ".", group="总", mentions=[COURIER.key])
        await self.ask(COURIER, "代发 我来", ".")
        await self.ask(ADMIN, f"分群 {BY_HAND} 区域 {CITY}", "记为")

    async def start(self) -> None:
        """Start the series: four drafts, of which nobody else hears."""
        await self.ask(ADMIN, f"开系列 {CITY} 2026-12-12 14:00", r"《象行成都》排了 4 场|还没收尾")
        await self.ask(ADMIN, f"系列 {CITY}", "第一轮")

    async def publish(self, number: int, seats: int, venue: str = "高新区天府五街") -> None:
        """Settle place and seats of a round, and announce it."""
        self.ledger.rounds[number] = Round(seats)
        await self.ask(ADMIN, f"改活动 E{number} 席位 {seats}", "改好了")
        await self.ask(ADMIN, f"改活动 E{number} 地点 {venue}", "改好了")
        await self.ask(ADMIN, f"改活动 E{number} 讲者 柏舟/苇间数据", "改好了")
        await self.ask(ADMIN, f"公布 E{number}", "公布就?回")
        await self.ask(ADMIN, f"公布 E{number} 发", "公布了")

    async def join(self, number: int, who: Who, *, private: bool) -> None:
        """Let somebody register, in the group or in private."""
        self.ledger.rounds[number].join(person(who))
        await self.play.say(who, f"报名 E{number}", group="" if private else CITY)

    async def leave(self, number: int, who: Who) -> None:
        """Let somebody give the seat back."""
        self.ledger.rounds[number].leave(person(who))
        await self.play.tell(who, f"取消 E{number}")

    # -- the day --------------------------------------------------------------------------------------------------

    async def ask_speakers(self, number: int) -> None:
        """Ask before the event: two questions in the group, one in private; others want the first one, too."""
        questions = {QQ[20]: "槽怎么不撑满磁盘？", TELEGRAM[20]: "双活怎么避免回环？", QQ[21]: "断网多久算断？"}
        for who, words in questions.items():
            await self.play.say(who, f"问 E{number} {words}", group=CITY if who is not QQ[21] else "")
        self.ledger.rounds[number].asked += len(questions)
        listed = await self.ask(ADMIN, f"提问 E{number}", r"Q(\d+) [^\n]*槽怎么不撑满磁盘")
        for who in (QQ[22], QQ[23], TELEGRAM[22]):
            await self.play.say(who, f"同问 Q{listed[1]}")
        await self.ask(ADMIN, f"提问 E{number}", rf"按票数：\n[^\n]*Q{listed[1]} [^\n]*（同问 3）")

    async def check_in(self, number: int, comers: list[str], *, day: str) -> None:
        """Let people come and say the code, some in the group; some say a wrong one first, one never registered."""
        play, book = self.play, self.ledger.rounds[number]
        await play.until(at(f"{day} 13:30"))
        code = (await self.ask(ADMIN, f"签到码 E{number}", r"签到码：(\d{4})"))[1]
        wrong = f"{(int(code) + 1) % 10_000:04}"
        for place, name in enumerate(comers):
            who = ACCOUNTS[name]
            if place % 10 == 0:
                await play.tell(who, f"签到 {wrong}")
            await play.say(who, f"签到 {code}", group=CITY if place % 4 == 0 else "")
            book.come(name)
        await play.until(at(f"{day} 16:00"))
        await self.ask(ADMIN, f"签到 E{number}", rf"今天签到 {len(book.came)} 人")

    async def afterwards(self, number: int, *, day: str) -> None:
        """Give the replay, let every second one who came rate it, and some say yes to a group."""
        play, book = self.play, self.ledger.rounds[number]
        await play.until(at(f"{day} 10:00"))
        for place, name in enumerate(sorted(book.came)):
            if place % 2 == 0:
                score = 5 if place % 6 else 3
                await play.tell(ACCOUNTS[name], f"评分 E{number} {score} 第 {place} 句")
                book.scores[name] = score
        await self.ask(ADMIN, f"回放 E{number} https://pg.example.org/r/{number}", "记下了|就是这个")
        await play.until(at(f"{day} 20:00"))
        for who in self.offered(number)[::3]:
            await play.tell(who, "进")
            self.yes.append(who)
        counted = f"报名 {len(book.inside)}，签到 {len(book.came)}（"
        await self.ask(
            ADMIN, f"记录 E{number}", rf"{counted}[^\n]*\n(?:[^\n]*\n)*[^\n]*https://pg.example.org/r/{number}"
        )

    def offered(self, number: int) -> list[Who]:
        """Return the accounts that read, after a round, which groups they might like."""
        found = {}
        for name, stage in self.play.stages.items():
            for post in stage.posted:
                if re.search(rf"^《象行成都 · {TITLES[number]}》之后，[^\n]*回「进」", post.text):
                    found[Who(name, post.place.key.removeprefix("direct:"))] = True
        return list(found)

    # -- the rounds -----------------------------------------------------------------------------------------------

    async def first_round(self) -> None:
        """Sixty register on each platform, some twice, for a hundred seats; ten leave; it is postponed by a day."""
        play, book = self.play, self.ledger.rounds
        await play.until(at("2026-11-24 10:00"))
        await self.publish(1, SEATS)
        await play.until(at("2026-11-25 12:00"))
        for place, (one, other) in enumerate(zip(QQ, TELEGRAM, strict=True)):
            await self.join(1, one, private=place % 2 == 0)
            await self.join(1, other, private=place % 2 == 1)
        assert (len(book[1].inside), len(book[1].waiting)) == (SEATS, 2 * EACH - BOUND - SEATS)
        await play.until(at("2026-11-27 12:00"))
        for who in (*QQ[30:35], *TELEGRAM[30:35]):
            await self.leave(1, who)
        assert len(book[1].promoted) == LEAVE
        await play.until(at("2026-12-08 16:00"))
        await self.ask(ADMIN, "改期 E1 12 月 13 日 14:00", "改就回")
        await self.ask(ADMIN, "改期 E1 12 月 13 日 14:00 发", "E1 改到|本来就是")
        await play.until(at("2026-12-09 20:00"))
        await self.ask_speakers(1)
        await play.until(at("2026-12-13 13:00"))
        await self.check_in(1, [*book[1].inside[: COME - 2], book[1].waiting[0], WALK_IN.key], day="2026-12-13")
        await self.afterwards(1, day="2026-12-14")

    async def later_round(self, number: int, seats: int, days: tuple[str, str, str], comers: int) -> None:
        """Hold a round for which register half who came to the last one, half who did not: published, held, after."""
        play, book = self.play, self.ledger.rounds
        published, day, after = days
        await play.until(at(f"{published} 10:00"))
        await self.publish(number, seats)
        await play.until(at(f"{published} 18:00"))
        again = [name for name in sorted(book[number - 1].came) if name != WALK_IN.key]
        new = [
            name for name in ACCOUNTS if name not in again and name != WALK_IN.key and person(ACCOUNTS[name]) == name
        ]
        for place, name in enumerate([*again[: seats // 2], *new[: seats // 2]]):
            await self.join(number, ACCOUNTS[name], private=place % 3 == 0)
        await play.until(at(f"{day} 13:00"))
        await self.check_in(number, book[number].inside[:: len(book[number].inside) // comers][:comers], day=day)
        await self.afterwards(number, day=after)

    async def ending(self) -> None:
        """Let a week pass after the summit, look back, and end the series."""
        await self.play.until(at("2027-03-21 12:00"))
        rounds = self.ledger.rounds
        for number in (1, 2, 3):
            again = f"又来 {len(self.ledger.carried(number))}/{len(rounds[number].came)}"
            told = f"报名 {len(rounds[number].inside)} 签到 {len(rounds[number].came)}"
            await self.ask(ADMIN, f"系列 {CITY}", rf"\nE{number} {TITLES[number]}，[^\n]*{told}[^\n]*{again}")
        await self.ask(ADMIN, f"系列 收尾 {CITY}", "收尾|没有")
