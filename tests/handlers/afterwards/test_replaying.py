"""Replay and slides: told once, together, to the groups that knew and to those who registered and did not come."""

from __future__ import annotations

import pytest

from storage import couriers, groups, settings
from storage.frames import Place
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import After

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

REPLAY, SLIDES = "https://pg.example.org/r/1", "https://pg.example.org/s/1"


async def test_replay_and_slides_of_some_minutes_are_one_post(open_after: Open) -> None:
    after = await open_after(groups=("g1", "g2"))
    await after.chat.say("somebody", "这个群没预告过", group="g3")
    await after.registers("muzi", "douzi")
    await after.registers("stranger", private=False)
    await after.comes("muzi")
    await after.ends(minutes=30)
    (kept,) = await after.chat.tell("root", f"回放 E1 {REPLAY}")
    assert kept.splitlines() == [
        "记下了：E1 的回放。几分钟后发到 2 个预告过的群，报了名没来的私聊发，只发一次。",
        "资料也有的话回「资料 E1 链接」，合成一条发。",
    ]
    assert await after.tick() == []
    after.chat.later(minutes=3)
    assert len(await after.chat.tell("root", f"资料 E1 {SLIDES}")) == 1
    after.chat.later(minutes=5)
    posted = await after.tick()
    assert sorted(set(posted)) == [
        f"《象行成都》 柏舟\n回放 {REPLAY}\n资料 {SLIDES}",
        f"你报了《象行成都》，没来成的话，都在这里：\n回放 {REPLAY}\n资料 {SLIDES}",
    ]
    assert sorted(after.told(SLIDES)[-3:]) == ["direct:douzi", "g1", "g2"]
    after.chat.later(hours=1)
    assert [one for one in await after.tick() if REPLAY in one] == []


async def test_the_same_link_is_never_posted_twice_and_a_changed_one_on_demand(after: After) -> None:
    await after.ends(minutes=30)
    await after.chat.tell("root", f"回放 E1 {REPLAY}")
    after.chat.later(minutes=6)
    assert len(await after.tick()) == 1
    assert await after.chat.tell("root", f"回放 E1 {REPLAY}") == ["E1 的回放就是这个，发过了。"]
    assert await after.chat.tell("root", "回放 E1 再发") == ["E1 的链接都发过了，没有变。"]
    assert await after.chat.tell("root", f"回放 E1 {REPLAY}b") == [
        "E1 的回放换好了。已经发过一次，不再自动发；要再发回「回放 E1 再发」。"
    ]
    after.chat.later(minutes=6)
    assert await after.tick() == []
    assert await after.chat.tell("root", "回放 E1 再发") == ["好，几分钟后把新链接再发到 1 个群。"]
    after.chat.later(minutes=6)
    assert await after.tick() == [f"《象行成都》 柏舟\n回放 {REPLAY}b"]
    await after.chat.tell("root", "回放 E1 再发")
    after.chat.later(minutes=6)
    assert await after.tick() == []


async def test_slides_that_come_a_day_later_are_told_by_themselves(after: After) -> None:
    await after.ends(minutes=30)
    await after.chat.tell("root", f"回放 E1 {REPLAY}")
    after.chat.later(minutes=6)
    await after.tick()
    after.chat.later(days=1)
    await after.tick()
    await after.chat.tell("root", f"资料 E1 {SLIDES}")
    after.chat.later(minutes=6)
    assert await after.tick() == [f"《象行成都》 柏舟\n资料 {SLIDES}"]


async def test_at_night_nothing_is_told(after: After) -> None:
    after.chat.clock.time = after.event.ends_at.replace(hour=15)  # 23:00 in Shanghai
    await after.chat.tell("root", f"回放 E1 {REPLAY}")
    after.chat.later(minutes=30)
    assert await after.tick() == []
    after.chat.later(hours=10)
    assert len(await after.tick()) == 1


async def test_a_group_that_wants_quiet_hears_nothing(open_after: Open) -> None:
    after = await open_after(groups=("g1", "g2"))
    async with after.chat.database.write() as store:
        quiet = await groups.ensure(store, Place("qq", "g2"), None)
        await settings.put(store, quiet.id, "outbox.quiet", True, after.chat.clock.now(), None)
    await after.ends(minutes=30)
    await after.chat.tell("root", f"回放 E1 {REPLAY}")
    after.chat.later(minutes=6)
    await after.tick()
    assert after.told(REPLAY) == ["g1"]


async def test_couriers_carry_it_where_no_bot_is(open_after: Open) -> None:
    after = await open_after()
    carrier = await after.member("carrier")
    await after.chat.tell("carrier", "/help")
    async with after.chat.database.write() as store:
        far = await groups.ensure(store, Place("wechat", "w1", name="微信三群"), None)
        await couriers.name(store, far.id, carrier, after.chat.clock.now())
        await couriers.agree(store, far.id, carrier, after.chat.clock.now())
    await after.ends(minutes=30)
    await after.chat.tell("root", f"回放 E1 {REPLAY}")
    after.chat.later(minutes=6)
    posted = await after.tick()
    assert any("麻烦把下面那条转到「微信三群」" in one for one in posted)
    assert after.told(REPLAY).count("direct:carrier") == 1


@pytest.mark.parametrize("link", ["https://", "ftp://a.example/x", "javascript:alert(1)", "https://[::1/x", "回放在这"])
async def test_what_is_no_link_is_refused(after: After, link: str) -> None:
    await after.ends(minutes=30)
    (said,) = await after.chat.tell("root", f"/replay E1 {link}")
    assert "https://" in said
    assert "记下了" not in said


async def test_who_may_and_when(after: After) -> None:
    after.chat.later(days=-1)
    assert await after.chat.tell("root", f"回放 E1 {REPLAY}") == ["E1 还没开始，回放等它结束再说。"]
    after.chat.later(days=2)
    assert await after.chat.tell("muzi", f"回放 E1 {REPLAY}") == ["这个要群管理员来发。"]
    (denied,) = await after.chat.ask_bot("muzi", f"回放 E1 {REPLAY}")
    assert "群管理员" in denied
    assert len(await after.chat.ask_bot("root", f"回放 E1 {REPLAY}")) == 1
