"""How connections begin, go on and end: login, heartbeats, resumes, close codes, stops."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import AuthError
from bot.adapters.qq_official import _gateway
from storage.frames import Kind, Left
from storage.replies import Body
from tests.bot.adapters.qq_official.staging import DIRECT, PLACE, adapter, online, running, stage
from tests.platforms.qq_official.fake import SECRET, Fake
from tests.platforms.qq_official.world import GROUP, openid
from tests.platforms.recorder import Recorder, free_port

pytestmark = pytest.mark.middle


async def test_what_is_said_to_the_bot_is_heard() -> None:
    async with stage() as on:
        asked = await on.fake.say("能删吗 <b>", mention=True)
        quoting = await on.fake.say("我也遇到过", member="m2", name="", quote=asked, mention=True)
        await on.fake.say("", picture=True, mention=True)
        await on.fake.say("没人听见")
        whispered = await on.fake.whisper("帮助")
        await on.ear.until(lambda: len(on.ear.frames) == 4)
    assert on.ear.online_as == [("11223344556677889900", "小象", ())]
    first, second, third = [m for m in on.ear.messages if m.to_bot]
    (fourth,) = [frame.content for frame in on.ear.frames if frame.place == DIRECT]
    assert (first.key, first.text, first.to_bot, first.name) == (asked, "能删吗 <b>", True, "阿棠")
    assert (second.key, second.reply_to, second.quote) == (quoting, first.alias, "能删吗 <b>")
    assert second.name == f"群友-{openid('m2')[-4:]}"
    assert (third.text, third.kind) == ("[图片]", Kind.IMAGE)
    assert fourth.key == whispered
    assert on.ear.sights == {GROUP: False}


async def test_where_the_owner_agrees_everything_is_heard() -> None:
    async with stage(Fake(full=True)) as on:
        await on.fake.say("早上好")
        await on.fake.say("能删吗", mention=True)
        await on.ear.until(lambda: len(on.ear.frames) == 2)
        assert [(message.text, message.to_bot) for message in on.ear.messages] == [("早上好", False), ("能删吗", True)]
        assert on.ear.sights == {GROUP: True}
        on.fake.world.full = False  # the owner thinks better of it
        await on.fake.say("一", mention=True)
        await on.fake.say("二", mention=True)
        await on.ear.until(lambda: on.ear.sights == {GROUP: False})


async def test_the_same_message_by_both_events_is_one() -> None:
    async with stage(Fake(full=True)) as on:
        await on.fake.say("能删吗", mention=True)
        data = on.fake.sessions[next(iter(on.fake.sessions))].sent[-1]["d"]
        await on.fake.dispatch("GROUP_AT_MESSAGE_CREATE", data)
        await on.fake.say("谢谢", mention=True, again=True)
        await on.ear.until(lambda: len(on.ear.again) == 2)
        assert on.ear.texts == ["能删吗", "谢谢"]
        assert on.ear.sights == {GROUP: True}


async def test_nothing_said_in_a_group_of_another_listener_is_kept() -> None:
    async with stage(send_only=(GROUP,)) as on:
        key = await on.fake.say("别记", mention=True)
        await on.fake.whisper("记")
        await on.ear.until(lambda: on.ear.frames)
        assert on.ear.texts == ["记"]
        assert on.ear.sights == {}
        await on.bot.send(PLACE, on.bot.render(Body.of("答"))[0], key)
        assert on.fake.posts[-1].body["msg_id"] == key


async def test_coming_and_going_and_unknown_events(caplog: pytest.LogCaptureFixture) -> None:
    async with stage() as on:
        moved = {"group_openid": GROUP, "op_member_openid": openid("m1"), "timestamp": int(time.time())}
        await on.fake.dispatch("GROUP_ADD_ROBOT", moved)
        await on.fake.dispatch("GROUP_DEL_ROBOT", moved)
        for _ in range(3):
            await on.fake.odd()
        await on.fake.raw("[" * 400)
        await on.fake.raw(b"\x00\xff")
        await on.fake.raw('{"op":99}')
        await on.ear.until(lambda: len(on.ear.frames) == 2 and len(on.ear.oddities) == 6)
        assert isinstance(on.ear.frames[1].content, Left)
        assert not on.life.done()
    assert len([line for line in caplog.messages if "GROUP_DANCE_CREATE" in line]) == 1


async def test_a_broken_connection_is_resumed_and_nothing_is_lost() -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            await fake.say("一", mention=True)
            await ear.until(lambda: ear.frames)
            await fake.cut()
            with pytest.raises(ConnectionError):
                await life
        await fake.say("二", mention=True)
        async with running(bot, ear) as life:
            await online(bot, ear, life, 2)
            await fake.say("三", mention=True)
            await ear.until(lambda: len(ear.frames) == 3)
    assert ear.texts == ["一", "二", "三"]
    assert [login["op"] for login in fake.logins] == [2, 6]
    assert ear.gaps == []


async def test_a_process_that_was_killed_goes_on_too(tmp_path: Path) -> None:
    """What is in the file from the first moment is enough: older numbers only mean that more comes twice."""
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port, tmp_path)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            file = tmp_path / "qq_official" / "session.json"
            killed = file.read_bytes()
            await fake.say("一", mention=True)
            await ear.until(lambda: ear.frames)
        await fake.say("二", mention=True)
        file.write_bytes(killed)
        bot = adapter(port, tmp_path)
        async with running(bot, ear) as life:
            await online(bot, ear, life, 2)
            await ear.until(lambda: len(ear.frames) == 2)
    assert ear.texts == ["一", "二"]
    assert [login["op"] for login in fake.logins] == [2, 6]
    assert len(ear.again) == 1


def written(folder: Path) -> list[tuple[str, int]]:
    """Return what lies in a folder, files with what others may do with them."""
    return [(path.name, path.stat().st_mode & 0o077 * path.is_file()) for path in folder.rglob("*")]


async def test_a_process_goes_on_where_another_ended(tmp_path: Path) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        for number in range(3):
            bot = adapter(port, tmp_path, intents=1 << 25 if number < 2 else 1 << 25 | 1 << 26)
            async with running(bot, ear) as life:
                await online(bot, ear, life, number + 1)
                await fake.say(f"在 {number}", mention=True)
                await ear.until(lambda number=number: f"在 {number}" in ear.texts)
            await fake.say(f"不在 {number}", mention=True)
    assert ear.texts == ["在 0", "不在 0", "在 1", "在 2"]  # with other intents a session is not resumed
    assert [login["op"] for login in fake.logins] == [2, 6, 2]
    assert written(tmp_path) == [("qq_official", 0), ("session.json", 0)]


@pytest.mark.middle
async def test_only_what_is_durable_counts_as_heard() -> None:
    """A resume asks again for what was handed over but not stored."""
    fake, ear = Fake(), Recorder(blocked=asyncio.Event())
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            await fake.say("一", mention=True)
            await ear.until(lambda: ear.began)
            await fake.cut()
            with pytest.raises(ConnectionError):
                await life
        assert ear.blocked is not None
        ear.blocked.set()
        async with running(bot, ear) as life:
            await ear.until(lambda: ear.frames)
    assert fake.logins[1]["seq"] == 1
    assert ear.texts == ["一"]


async def test_after_a_session_that_cannot_be_resumed_there_is_a_gap() -> None:
    fake, ear = Fake(full=True), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            await fake.say("一")
            await ear.until(lambda: ear.frames)
            await fake.cut()
            with pytest.raises(ConnectionError):
                await life
        fake.remembers = False
        await fake.say("没人听见")
        async with running(bot, ear) as life:  # the same life begins anew: there is nothing to wait for
            await online(bot, ear, life, 2)
    assert [login["op"] for login in fake.logins] == [2, 6, 2]
    assert [(gap.group, gap.missing) for gap in ear.gaps] == [(GROUP, None)]
    assert ear.gaps[0].since < ear.gaps[0].until


async def test_after_three_resumes_that_came_to_nothing_it_begins_anew() -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
        fake.mood, fake.close_with = "closing", 4009
        for _ in range(3):
            with pytest.raises(ConnectionError):
                await bot.run(ear)
        fake.mood = "well"
        async with running(bot, ear) as life:
            await online(bot, ear, life, 2)
    assert [login["op"] for login in fake.logins] == [2, 2]


@pytest.mark.parametrize(
    ("code", "next_login"),
    [(1000, 6), (4008, 6), (4009, 6), (4006, 2), (4007, 2), (4902, 2), (4913, 2)],
)
async def test_how_a_connection_ended_says_how_the_next_begins(code: int, next_login: int) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            await fake.close(code)
            with pytest.raises(ConnectionError, match=str(code)):
                await life
        async with running(bot, ear) as life:
            await online(bot, ear, life, 2)
    assert [login["op"] for login in fake.logins] == [2, next_login]


@pytest.mark.parametrize(("code", "words"), [(4914, "offline"), (4915, "banned"), (4013, "intents")])
async def test_what_only_a_person_can_mend(code: int, words: str) -> None:
    async with stage() as on:
        await on.fake.close(code)
        with pytest.raises(AuthError, match=words):
            await on.life


async def test_intents_that_the_bot_may_not_have() -> None:
    fake = Fake()
    async with fake.serve() as port:
        with pytest.raises(AuthError, match="apply for them"):
            await adapter(port, intents=1 << 9).run(Recorder())


@pytest.mark.parametrize("order", [{"op": 7}, {"op": 9, "d": True}, {"op": 9, "d": False}])
async def test_the_gateway_may_ask_to_connect_again(order: dict[str, Any]) -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        async with running(bot, ear) as life:
            await online(bot, ear, life)
            await fake.raw(json.dumps(order))
            with pytest.raises(ConnectionError):
                await life
        async with running(bot, ear) as life:
            await online(bot, ear, life, 2)
    assert fake.logins[1]["op"] == (2 if order.get("d") is False else 6)


async def test_heartbeats_tell_how_far_we_are_and_silence_ends_the_connection() -> None:
    async with stage(Fake(heartbeat=0.05)) as on:
        await on.fake.say("一", mention=True)
        await on.fake.until(lambda: 2 in on.fake.beats)
        await on.fake.raw('{"op":1,"d":null}')
        on.fake.mood = "mute"
        with pytest.raises(ConnectionError, match="not answered"):
            await asyncio.wait_for(on.life, 20)


async def test_an_access_token_that_the_gateway_refuses_is_renewed_once() -> None:
    fake, ear = Fake(), Recorder()
    async with fake.serve() as port:
        bot = adapter(port)
        fake._knows = lambda asked: False  # type: ignore[method-assign]
        with pytest.raises(ConnectionError):
            await bot.run(ear)
        with pytest.raises(AuthError, match="twice"):
            await bot.run(ear)
    assert fake.asked == 2


async def test_a_wrong_secret_is_told_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake = Fake()
    async with fake.serve() as port:
        bot = adapter(port, app_secret="wr0ngSecret")
        with pytest.raises(AuthError) as refused:
            await bot.run(Recorder())
        (line,) = await bot.probe()
        assert "Copy both again" in line
        assert await adapter(port).probe() == []
        await _short_life(adapter(port))
    assert fake.connects == 1
    shown = caplog.text + str(refused.value) + line
    assert not any(secret in shown for secret in ("wr0ngSecret", SECRET, *fake.tokens))


async def _short_life(bot: Any) -> None:
    ear = Recorder()
    async with running(bot, ear) as life:
        await online(bot, ear, life)


async def test_nobody_there() -> None:
    bot = adapter(free_port())
    with pytest.raises(OSError):
        await bot.run(Recorder())
    (line,) = await bot.probe()
    assert "cannot be asked" in line


async def test_no_connections_left_for_today() -> None:
    fake = Fake()
    fake.remaining = 0
    async with fake.serve() as port:
        with pytest.raises(ConnectionError, match="3600 s"):
            await adapter(port).run(Recorder())


@pytest.mark.parametrize("url", ["", "https://x", "ws://10.0.0.8/websocket", None, {}])
async def test_a_gateway_that_is_none_or_open_to_listeners(url: object) -> None:
    fake = Fake()

    async def where(request: object) -> Any:
        return {"url": url}

    fake._where = where  # type: ignore[method-assign]
    async with fake.serve() as port:
        with pytest.raises(ConnectionError, match=r"no gateway|not encrypted"):
            await adapter(port).run(Recorder())


@pytest.mark.parametrize("part", ["hello", "ready"])
async def test_a_gateway_that_says_nothing(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_gateway, f"{part.upper()}_SECONDS", 0.1)
    fake = Fake()

    async def silent(*_: object) -> None:
        await asyncio.Event().wait()

    async with fake.serve() as port:
        if part == "ready":
            fake._identify = silent  # type: ignore[assignment,method-assign]
        fake.quiet = part == "hello"
        with pytest.raises(ConnectionError, match="does not answer"):
            await asyncio.wait_for(adapter(port).run(Recorder()), 20)


@pytest.mark.middle
async def test_stops_at_once_whoever_hangs() -> None:
    """Stores that hang and a platform that answers nothing any more: `running` allows a second."""
    ear = Recorder(blocked=asyncio.Event())
    async with stage(ear=ear) as on:
        for n in range(10):
            await on.fake.whisper(str(n), member=f"m{n}")
        await ear.until(lambda: len(ear.began) == 10)
        on.fake.mood = "mute"


async def test_a_store_that_fails_ends_the_connection() -> None:
    class Broken(Recorder):
        async def hear(self, frame: object) -> None:
            raise RuntimeError("the store is broken")

    async with stage(ear=Broken()) as on:
        await on.fake.say("x", mention=True)
        with pytest.raises(RuntimeError, match="the store is broken"):
            await on.life


async def test_groups_are_heard_side_by_side_and_each_in_order() -> None:
    async with stage(ear=Recorder(seconds=0.01)) as on:
        for n in range(40):
            await on.fake.whisper(str(n), member=f"m{n % 4}")
        await on.ear.until(lambda: len(on.ear.frames) == 40)
        assert on.ear.busiest == 4
        for member in range(4):
            said = [m.text for m in on.ear.messages if m.member == openid(f"m{member}")]
            assert said == [str(n) for n in range(member, 40, 4)]


async def test_it_knows_nothing_of_rolls() -> None:
    assert await adapter(1).roll(cards=True) == []
