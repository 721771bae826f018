"""Courier mode: naming, agreeing, carrying, ticking off, one reminder; nobody carries who did not say yes."""

from __future__ import annotations

import pytest

from bot.turn import Turn
from handlers._carrying import carried
from storage import couriers, groups, privacy
from storage.replies import Body
from tests.chat import Chat
from tests.handlers.conftest import OpenChat

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

FEATURES = ("couriers", "questions", "help")
CHENGDU, SHENZHEN = "成都微信群", "深圳微信群"
EDITION, COPY = "digest:all:2026-W48", "象群周报 · 第 48 周"


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    """An owner, two members, and two groups that only people can reach."""
    opened = await open_chat(features=FEATURES)
    await opened.make_owner("ayu")
    for who in ("ayu", "晓舟", "大桥"):
        await opened.say(who, "早")
    for group in (CHENGDU, SHENZHEN):
        assert f"记下了「{group}」" in (await opened.ask_bot("ayu", f"代发 加 {group}"))[0]
    return opened


async def named(chat: Chat, group: str, *members: str) -> list[str]:
    words = " ".join(f"@{member}" for member in members)
    return await chat.ask_bot("ayu", f"代发 加 {group} {words}", mentions=members)


async def agreed(chat: Chat, *members: str, group: str = CHENGDU) -> None:
    await named(chat, group, *members)
    for member in members:
        await chat.tell(member, "代发 我来")


async def issued(chat: Chat, bodies: dict[str, str], edition: str = EDITION) -> list[str]:
    """Hand an edition to the couriers, as the digest does, and return what they were told."""
    feature = next(one for one in chat.house.features if one.name == "couriers")
    async with chat.database.write() as store:
        turn = Turn(chat.house, store, chat.account, chat.clock.now())
        known = {group.name: group for group in await groups.every(store)}
        here = known["群 g1"]
        told = {known[name].id: Body.of(text) for name, text in bodies.items()}
        await turn.queue(await carried(await turn.context(feature, here), edition, told), here, "test")
    await chat.outbox.drain()
    return chat.replies


async def test_who_is_named_carries_only_after_a_yes(chat: Chat) -> None:
    told = await named(chat, CHENGDU, "晓舟")
    assert sorted(told) == sorted(
        [
            "私聊去问晓舟了，答应了下一期就开始。",
            "想请你把周报转到「成都微信群」，那边我进不去。每期现成的我私聊发你，转一下就行。"
            "愿意回「代发 我来」，不想回「代发 不了」，不回也没事。",
        ]
    )
    assert await issued(chat, {CHENGDU: COPY}) == []
    assert "还没答应" in (await chat.tell("ayu", "代发"))[0]
    assert await chat.tell("晓舟", "代发 我来") == [
        "多谢。下一期起，「成都微信群」的那份我私聊发你。哪天不想转了，回「代发 不了」。"
    ]
    assert await issued(chat, {CHENGDU: COPY}) == [
        "麻烦把下面那条转到「成都微信群」，原样转就行。转好了回「转好了」，这次不转回「跳过」。不回也没事。",
        COPY,
    ]
    assert await issued(chat, {CHENGDU: COPY}) == []  # the same edition is asked for once
    assert {posted.place.key for posted in chat.adapter.posted[-2:]} == {"direct:晓舟"}


async def test_who_offers_carries_only_after_an_admin_said_yes(chat: Chat) -> None:
    offered = await chat.tell("大桥", f"代发 我来 {SHENZHEN}")
    assert sorted(offered) == sorted(
        [
            "多谢。管理员点头后，「深圳微信群」的那份我私聊发你。",
            "大桥愿意把周报转到「深圳微信群」。同意回「代发 准 1」，不回就算了。",
        ]
    )
    assert await issued(chat, {SHENZHEN: COPY}) == []
    assert await chat.tell("晓舟", "代发 准 1") == ["没有 1 号。看有哪些：「代发」。"]
    assert await chat.tell("ayu", "代发 准 1") == ["大桥早就愿意，下一期开始代发「深圳微信群」。"]
    assert (await issued(chat, {SHENZHEN: COPY}))[1] == COPY


async def test_groups_with_the_same_copy_are_told_of_together_and_ticked_off_one_by_one(chat: Chat) -> None:
    await agreed(chat, "晓舟")
    await agreed(chat, "晓舟", group=SHENZHEN)
    told = await issued(chat, {CHENGDU: COPY, SHENZHEN: COPY})
    assert told == [
        "麻烦把下面那条转到这几个群，原样转就行：\n1 「成都微信群」\n2 「深圳微信群」\n"
        "转好一个回一个号：「转好了 1」；都好了回「转好了」，不转的回「跳过 1」。不回也没事。",
        COPY,
    ]
    assert await chat.tell("晓舟", "转好了 1") == ["多谢，「成都微信群」记下了。\n还剩 2 「深圳微信群」。"]
    assert await chat.tell("大桥", "转好了 2") == ["没有等你转的。"]
    assert await chat.tell("晓舟", "转好了") == ["多谢，「深圳微信群」记下了。"]
    async with chat.database.read() as store:
        assert await couriers.reached(store, chat.clock.time.replace(hour=0), chat.clock.time) == (2, 2)


async def test_each_group_gets_its_own_copy(chat: Chat) -> None:
    await agreed(chat, "晓舟")
    await agreed(chat, "晓舟", group=SHENZHEN)
    told = await issued(chat, {CHENGDU: "成都的", SHENZHEN: "深圳的"})
    assert [text for text in told if text.endswith("的")] == ["成都的", "深圳的"]
    assert len(told) == 4


async def test_what_one_skips_the_next_is_asked_for(chat: Chat) -> None:
    await agreed(chat, "晓舟", "大桥")
    assert len(await issued(chat, {CHENGDU: COPY})) == 2
    told = await chat.tell("晓舟", "跳过")
    assert "好，「成都微信群」这次不转。" in told
    assert [posted.place.key for posted in chat.adapter.posted if posted.text == COPY] == ["direct:晓舟", "direct:大桥"]
    assert await chat.tell("大桥", "跳过") == ["好，「成都微信群」这次不转。"]
    async with chat.database.read() as store:
        assert await couriers.reached(store, chat.clock.time.replace(hour=0), chat.clock.time) == (1, 0)


async def test_a_courier_is_reminded_once(chat: Chat) -> None:
    await agreed(chat, "晓舟")
    await issued(chat, {CHENGDU: COPY})
    reminders = []
    for _ in range(4):
        chat.later(days=1)
        reminders += await chat.tick()
    assert reminders == [
        "昨天那份还没转：1 「成都微信群」。转好了回「转好了」，不转回「跳过」。不回也没事，这份我不再提。"
    ]


async def test_who_ticked_off_is_not_reminded(chat: Chat) -> None:
    await agreed(chat, "晓舟")
    await issued(chat, {CHENGDU: COPY})
    await chat.tell("晓舟", "转好了")
    chat.later(days=1)
    assert await chat.tick() == []


async def test_stopping_and_dropping(chat: Chat) -> None:
    await agreed(chat, "晓舟", "大桥")
    assert await chat.tell("晓舟", "代发 不了") == ["好，不再发你。谢谢这些天帮忙。"]
    assert await chat.tell("晓舟", "代发 不了") == ["你没有在代发。"]
    assert await chat.tell("ayu", f"代发 撤 {CHENGDU}") == ["「成都微信群」不再有人代发。"]
    assert await issued(chat, {CHENGDU: COPY}) == []


async def test_who_is_forgotten_carries_no_more(chat: Chat) -> None:
    await agreed(chat, "晓舟")
    async with chat.database.write() as store:
        (courier,) = await couriers.every(store)
        await privacy.forget(store, [courier.member], chat.clock.now())
        assert await couriers.every(store) == []


@pytest.mark.parametrize(
    ("who", "words", "told"),
    [
        ("晓舟", f"代发 加 {CHENGDU}", "这个要所有者来定。"),
        ("晓舟", "代发 加 杭州微信群", "这个要所有者来定。"),
        ("晓舟", f"代发 撤 {CHENGDU}", "这个要所有者来定。"),
        ("ayu", "代发 撤 没有的群", "没有叫「没有的群」、要人代发的群。看有哪些：「代发」。"),
        ("ayu", "代发 加 群 g1", "「群 g1」里有我，不用代发。"),
        ("晓舟", "代发 我来", "没有等你答应的代发。想帮忙，带上群名：「代发 我来 群名」。"),
        ("晓舟", "代发", "还没有群要人代发。"),
        ("晓舟", "转好了", "没有等你转的。"),
        ("晓舟", "跳过 999999999", "没有等你转的。"),
    ],
)
async def test_what_is_refused(chat: Chat, who: str, words: str, told: str) -> None:
    assert await chat.tell(who, words) == [told]


async def test_names_of_groups_are_data(chat: Chat) -> None:
    hostile = "<b>%s</b> [x](y) 'DROP"
    assert f"「{hostile}」" in (await chat.tell("ayu", f"代发 加 {hostile}"))[0]
    assert await chat.tell("ayu", "代发 加 " + "长" * 61) != []
    async with chat.database.read() as store:
        assert len(await groups.every(store)) == 4
