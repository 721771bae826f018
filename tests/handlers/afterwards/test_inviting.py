"""Invitations: asked once, into what fits, let in only after a yes: by a link, by the group's words, by its admins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.adapters import DeliveryError, Outcome
from handlers.afterwards._fitting import fitting, wanted
from storage import groups, members, segments, settings
from storage.frames import GroupKind, Place
from storage.groups import Group
from storage.segments import Kind, Segment
from tests.chat import Recorder
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import PLAN, After

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

CHENGDU, BANKS, GENERAL = Segment(Kind.REGION, "成都"), Segment(Kind.INDUSTRY, "银行"), Segment(Kind.GENERAL)
FINANCE = Segment(Kind.INDUSTRY, "金融")
QUESTION = "《象行成都》之后，想进「群 cd」常聊吗？回「进」，我给你入口。不回也没事。"
TARGETED = replace(PLAN, targets=(GENERAL, FINANCE))


# -- what fits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "company", "found"),
    [
        ("", "", [CHENGDU]),
        ("成都市", "", [CHENGDU]),
        ("北京", "", [Segment(Kind.REGION, "北京"), CHENGDU]),
        ("", "招商银行", [BANKS, CHENGDU]),
        ("", "苇间数据", [CHENGDU]),
    ],
)
def test_what_fits(city: str, company: str, found: list[Segment]) -> None:
    known = [CHENGDU, BANKS, GENERAL, FINANCE, Segment(Kind.REGION, "北京")]
    assert wanted(PLAN, city, company, known) == sorted(found)


def a_group(number: int, platform: str = "qq", *, heard: bool = True) -> Group:
    return Group(number, platform, str(number), GroupKind.GROUP, f"群 {number}", 1 if heard else None, None, None, None)


def test_one_group_for_each_segment_on_ones_own_platform_first() -> None:
    every = [a_group(1, "wechat", heard=False), a_group(2, "telegram"), a_group(3), a_group(4)]
    theirs = {1: [CHENGDU], 2: [CHENGDU], 3: [CHENGDU], 4: [FINANCE]}
    offered = fitting([CHENGDU, FINANCE], every, theirs, "telegram", ())
    assert [group.id for group in offered] == [2, 4]
    assert [group.id for group in fitting([CHENGDU], every, theirs, "dingtalk", ())] == [2]
    assert fitting([CHENGDU], every, theirs, "qq", {1}) == []
    assert fitting([BANKS], every, theirs, "qq", ()) == []


# -- in the chat ------------------------------------------------------------------------------------------------------


@dataclass
class Inviter(Recorder):
    """An adapter that makes links, or cannot for so many times."""

    fails_first: int = 0
    outcome: Outcome = Outcome.NOT_SENT
    made: list[Place] = field(default_factory=list)

    async def invite(self, place: Place) -> str:
        if self.fails_first:
            self.fails_first -= 1
            raise DeliveryError(self.outcome, "not now")
        self.made.append(place)
        return f"https://t.example/+{len(self.made)}"


async def a_segment(after: After, key: str, name: str, segment: Segment, *, heard: bool = True) -> int:
    """Let there be a group of a segment, and return its number."""
    async with after.chat.database.write() as store:
        place = Place("qq", key, name=name)
        group = await groups.ensure(store, place, after.chat.account.id if heard else None)
        await segments.give(store, group.id, segment)
    return group.id


async def asked(after: After, *who: str) -> list[str]:
    """Let members come, the event be over for more than a day, and return what was said then."""
    await after.registers(*who)
    await after.comes(*who)
    await after.ends(hours=3)
    return await after.ends(hours=25)


async def test_who_came_is_asked_once_and_a_yes_brings_a_link(open_after: Open) -> None:
    inviter = Inviter()
    after = await open_after(adapters={"test": inviter})
    await a_segment(after, "cd", "群 cd", CHENGDU)
    assert await asked(after, "muzi") == [QUESTION]
    assert await after.tick() == []
    assert await after.chat.tell("muzi", "进") == ["好，「群 cd」的入口马上发你。"]
    assert await after.work() == ["「群 cd」的入口，一周内有效，只能用一次：\nhttps://t.example/+1"]
    assert after.chat.adapter.posted[-1].place.key == "direct:muzi"
    assert inviter.made[0].key == "cd"
    assert await after.chat.tell("muzi", "进") == ["现在没有等你回「进」的群。"]
    assert await after.work() == []


async def test_nobody_is_asked_who_is_in_already_or_said_nothing_there(open_after: Open) -> None:
    after = await open_after()
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await after.chat.say("muzi", "我在群里", group="cd")
    assert await asked(after, "muzi", "douzi") == [QUESTION]
    assert after.told("想进") == ["direct:douzi"]
    assert await after.chat.tell("muzi", "进") == ["现在没有等你回「进」的群。"]


async def test_several_groups_are_numbered(open_after: Open) -> None:
    after = await open_after(plan=TARGETED)
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await a_segment(after, "fin", "群 fin", FINANCE)
    (question,) = await asked(after, "muzi")
    assert question.splitlines() == [
        "《象行成都》之后，这几个群可能合你：", "1 「群 cd」", "2 「群 fin」",
        "想进哪个回「进 1」，都进回「进」。不回也没事。",
    ]  # fmt: skip
    assert await after.chat.tell("muzi", "进 3") == ["没有第 3 个，有 1 到 2。"]
    assert await after.chat.tell("muzi", "进 2") == ["好，「群 fin」的入口马上发你。"]
    assert await after.chat.tell("muzi", "进") == ["好，「群 cd」的入口马上发你。"]


async def test_where_there_are_no_links_the_groups_own_words_are_told(open_after: Open) -> None:
    after = await open_after(tables={"afterwards": {"join": "加微信 pgcn 拉你"}})
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await asked(after, "muzi")
    await after.chat.tell("muzi", "进")
    assert await after.work() == ["进「群 cd」：加微信 pgcn 拉你"]


async def test_the_words_that_its_admins_set_come_before_those_for_all(open_after: Open) -> None:
    after = await open_after(tables={"afterwards": {"join": "加微信 pgcn 拉你"}})
    number = await a_segment(after, "cd", "群 cd", CHENGDU, heard=False)
    await after.chat.make_owner("root")
    async with after.chat.database.write() as store:
        await settings.put(store, number, "afterwards.join", "找阿榆", after.chat.clock.now(), None)
    await asked(after, "muzi")
    await after.chat.tell("muzi", "进")
    assert await after.work() == ["进「群 cd」：找阿榆"]


async def test_nothing_is_promised_where_nobody_can_let_anybody_in(open_after: Open) -> None:
    after = await open_after()
    await a_segment(after, "cd", "群 cd", CHENGDU, heard=False)
    assert await asked(after, "muzi") == []


async def test_else_the_admins_have_one_line_to_do(open_after: Open) -> None:
    after = await open_after()
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await after.chat.make_admin("ayu", group="cd")
    await asked(after, "muzi")
    await after.chat.tell("muzi", "进")
    to_admin, to_member = sorted(await after.work())
    assert to_member == "「群 cd」要管理员拉才能进，我跟他们说了你想进。"
    assert to_admin.startswith("muzi 想进「群 cd」（来过《象行成都》）")
    assert sorted(after.told("群 cd")[-2:]) == ["direct:ayu", "direct:muzi"]


async def test_a_platform_that_is_away_is_asked_again_and_then_people_are(open_after: Open) -> None:
    inviter = Inviter(fails_first=2)
    after = await open_after(adapters={"test": inviter})
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await asked(after, "muzi")
    await after.chat.tell("muzi", "进")
    assert await after.work() == []
    after.chat.later(minutes=3)
    assert await after.work() == []
    after.chat.later(minutes=5)
    assert len(await after.work()) == 1
    assert after.told("t.example") == ["direct:muzi"]


async def test_a_platform_that_says_no_leaves_it_to_people(open_after: Open) -> None:
    after = await open_after(adapters={"test": Inviter(fails_first=9, outcome=Outcome.REFUSED)})
    await a_segment(after, "cd", "群 cd", CHENGDU)
    await asked(after, "muzi")
    await after.chat.tell("muzi", "进")
    assert (await after.work())[0] == "「群 cd」现在没人能拉，等有了入口再说。"


async def test_the_same_group_is_not_offered_again_after_the_next_event(open_after: Open) -> None:
    after = await open_after()
    await a_segment(after, "cd", "群 cd", CHENGDU)
    assert await asked(after, "muzi") == [QUESTION]
    another = await open_after(plan=replace(PLAN, title="象行成都二", starts_at=PLAN.starts_at.replace(day=30),
                                            ends_at=PLAN.ends_at.replace(day=30)))  # fmt: skip
    assert [one for one in await asked(another, "muzi", "hank") if "想进" in one] == [
        QUESTION.replace("象行成都", "象行成都二")
    ]
    assert another.told("象行成都二》之后") == ["direct:hank"]


async def test_one_person_on_two_accounts_is_asked_once(open_after: Open) -> None:
    after = await open_after()
    await a_segment(after, "cd", "群 cd", CHENGDU)
    one, two = await after.member("muzi"), await after.member("muzi2")
    async with after.chat.database.write() as store:
        await members.link(store, two, one, after.chat.clock.now())
    assert await asked(after, "muzi", "muzi2") == [QUESTION]
    who = after.told("想进")[0].removeprefix("direct:")
    other = {"muzi": "muzi2", "muzi2": "muzi"}[who]
    assert await after.chat.tell(other, "进") == ["好，「群 cd」的入口马上发你。"]
