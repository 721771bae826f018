"""A connection from login to end: what is heard, when it is confirmed, what is told of the groups, and how it stops."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters import Ability, AuthError, Heard
from bot.adapters.telegram import _life
from bot.adapters.telegram._menu import MENU
from bot.adapters.telegram._probe import PRIVATE
from storage.frames import Edit, Frame, Joined, Kind, Left, Message, Place, Press
from tests.bot.adapters.telegram.staging import PLACE, running, stage, telegram
from tests.docs_tables import entries
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.telegram.fake import GROUP, ME, Fake, number_of
from tests.platforms.telegram.stage import WRONG
from tests.platforms.telegram.world import Raw

pytestmark = pytest.mark.middle

# -- what is heard -----------------------------------------------------------------------------------------------------


async def test_a_mention_a_reply_a_picture_and_a_twin() -> None:
    async with stage() as on:
        first = await on.fake.say("pg_wal 涨了", name="老樊")
        asked = await on.fake.say("能删吗", mention=True, quote=first, again=True)
        await on.fake.say("看", picture=True)
        await on.fake.whisper("/start")
        await on.ear.until(lambda: len(on.ear.frames) == 4 and on.ear.again)
        said = on.ear.messages
        assert [(one.text, one.kind, one.to_bot) for one in said] == [
            ("pg_wal 涨了", Kind.TEXT, False),
            ("能删吗", Kind.TEXT, True),
            ("看 [图片]", Kind.TEXT, False),
            ("/help", Kind.TEXT, False),
        ]
        assert (said[1].key, said[1].reply_to, said[0].name) == (asked, first, "老樊")
        assert on.ear.online_as == [(str(ME), "小象", ())]


async def test_an_edit_a_press_and_a_reply_to_the_bot() -> None:
    async with stage() as on:
        key = await on.adapter.send(PLACE, '{"html": "好了吗", "buttons": [[["好了", "/solved 1"]]]}', None)
        asked = await on.fake.say("还没", quote=key)
        await on.fake.edit(GROUP, asked, "好了")
        query = await on.fake.press(on.fake.posts[0], "/solved 1")
        await on.ear.until(lambda: len(on.ear.frames) == 3)
        reply, edit, press = (frame.content for frame in on.ear.frames)
        assert isinstance(reply, Message)
        assert (reply.reply_to, edit, press) == (
            key,
            Edit(asked, "好了"),
            Press(str(key), reply.member, "阿棠", "/solved 1"),
        )
        await on.fake.until(lambda: on.fake.queries[query])


async def test_a_button_stops_turning_only_when_the_press_is_durable() -> None:
    async with stage(ear=Recorder(blocked=asyncio.Event())) as on:
        await on.adapter.send(PLACE, '{"html": "x"}', None)
        query = await on.fake.press(on.fake.posts[0], "/solved 1")
        await on.ear.until(lambda: on.ear.began)
        assert not on.fake.queries[query]
        assert on.ear.blocked is not None
        on.ear.blocked.set()
        await on.fake.until(lambda: on.fake.queries[query])


async def test_an_update_is_confirmed_only_when_it_is_durable() -> None:
    async with stage(ear=Recorder(blocked=asyncio.Event())) as on:
        await on.fake.say("1")
        await on.fake.say("2")
        await on.ear.until(lambda: on.ear.began)
        assert len(on.fake.queue.waiting) == 2
        assert on.ear.blocked is not None
        on.ear.blocked.set()
        await on.fake.until(lambda: not on.fake.queue.waiting)
        assert on.ear.texts == ["1", "2"]


async def test_what_was_not_confirmed_comes_again() -> None:
    fake, first, second = Fake(), Recorder(blocked=asyncio.Event()), Recorder()
    async with fake.serve() as port:
        adapter = telegram(port)
        async with running(adapter, first):
            await first.until(lambda: first.online_as)
            for number in range(5):
                await fake.say(str(number))
            await first.until(lambda: len(first.began) == 5)
        async with running(adapter, second):
            await second.until(lambda: len(second.frames) == 5)
    assert second.texts == list("01234")


async def test_a_hundred_at_once_are_heard_in_order() -> None:
    fake, ear = Fake(), Recorder(seconds=0.01)
    for number in range(250):
        await fake.say(str(number))
    async with stage(fake, ear):
        await ear.until(lambda: len(ear.frames) == 250)
    assert ear.texts == [str(number) for number in range(250)]
    assert ear.busiest > 50


async def test_a_store_that_fails_ends_the_connection() -> None:
    class Broken(Recorder):
        async def hear(self, frame: Frame) -> None:
            raise RuntimeError("the store is broken")

    async with stage(ear=Broken()) as on:
        await on.fake.say("x")
        with pytest.raises(RuntimeError, match="the store is broken"):
            await on.life
    assert on.fake.queue.waiting


# -- what cannot be read -----------------------------------------------------------------------------------------------


async def test_what_nobody_knows_is_kept_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with stage() as on:
        with caplog.at_level(logging.INFO, logger="bot"):
            for _ in range(3):
                await on.fake.odd()
            await on.fake.say("x")
            await on.ear.until(lambda: on.ear.frames)
    assert [why for _, why in on.ear.oddities] == ["unknown update teleportation"] * 3
    assert "Mars" in on.ear.oddities[0][0]
    assert len(caplog.records) == 1


DEEP = '{"update_id": %d, "message": ' + '{"a":' * 400 + "1" + "}" * 400 + "}"


@pytest.mark.parametrize("broken", [DEEP, '{"update_id": %d, "message": {"date": NaN}}', '{"update_id": %d, "message'])
async def test_one_that_nobody_can_read_is_put_aside_and_the_rest_comes(broken: str) -> None:
    fake = Fake()
    await fake.say("davor")
    bad = await fake.deliver(message={"text": "replaced below"})
    await fake.say("danach")
    whole = json.dumps({"ok": True, "result": fake.queue.waiting[:1]})[:-2]
    batch = f"{whole}, {broken % bad['update_id']}]}}"

    async def answer(offset: int, limit: int) -> bytes | None:
        left = [update["update_id"] for update in fake.queue.waiting if update["update_id"] >= offset]
        if bad["update_id"] not in left or (limit == 1 and left[0] != bad["update_id"]):
            return None
        return batch.encode() if limit > 1 else f'{{"ok": true, "result": [{broken % bad["update_id"]}]}}'.encode()

    fake.garble = answer
    async with stage(fake) as on:
        await on.ear.until(lambda: len(on.ear.frames) == 2)
    assert on.ear.texts == ["davor", "danach"]
    assert len(on.ear.oddities) == 1
    assert str(bad["update_id"]) in on.ear.oddities[0][0]


@pytest.mark.parametrize(
    "answer", [b"<html>502</html>", b"null", b"[]", b'{"ok": true}', b'{"ok": true, "result": {}}', b"\xff\x00"]
)
async def test_answers_that_are_none_end_the_connection(answer: bytes) -> None:
    async def garble(offset: int, limit: int) -> bytes:
        return answer

    fake = Fake()
    fake.garble = garble
    async with stage(fake) as on:
        with pytest.raises(ConnectionError):
            await on.life


async def test_updates_without_numbers_end_the_connection() -> None:
    async def garble(offset: int, limit: int) -> bytes:
        return b'{"ok": true, "result": [{"message": {}}, 7]}'

    fake = Fake()
    fake.garble = garble
    async with stage(fake) as on:
        with pytest.raises(ConnectionError, match="without their numbers"):
            await on.life


async def test_updates_that_are_no_objects_are_put_aside() -> None:
    fake = Fake()
    fake.queue.waiting += [{"update_id": 5, "message": [1]}, {"update_id": 6}]
    async with stage(fake) as on:
        await on.ear.until(lambda: len(on.ear.oddities) == 2)
        await on.fake.say("x")
        await on.ear.until(lambda: on.ear.frames)


@pytest.mark.middle
async def test_after_silence_the_numbers_may_begin_anew() -> None:
    async with stage(poll_timeout=1) as on:
        await on.fake.say("vorher")
        await on.ear.until(lambda: on.ear.frames)
        await on.fake.until(lambda: not on.fake.queue.waiting)
        before = on.fake.calls["getupdates"]
        await on.fake.until(lambda: on.fake.calls["getupdates"] > before)
        on.fake.world.last_update = 17
        await on.fake.say("nachher")
        await on.ear.until(lambda: len(on.ear.frames) == 2)


# -- groups ------------------------------------------------------------------------------------------------------------


async def test_a_member_who_comes_is_told_once_and_so_is_one_who_goes() -> None:
    async with stage() as on:
        on.fake.world.chat(GROUP).statuses[ME] = "administrator"
        member = number_of("m5")
        on.fake.world.member("m5", "江南")
        await on.fake.change(GROUP, member, "member", by=number_of("m1"))
        await on.fake.change(GROUP, member, "left")
        await on.fake.change(GROUP, member, "member")
        await on.fake.say("x")
        await on.ear.until(lambda: on.ear.messages)
        moves = [frame.content.what for frame in on.ear.frames if isinstance(frame.content, Joined | Left)]
        assert moves == ["joined", "left", "joined"] or moves == [
            "joined",
            "left",
        ]  # within one second it is one coming
        assert len(on.ear.again) >= 2


async def test_a_second_telling_with_another_time_is_the_same_move() -> None:
    async with stage() as on:
        user = on.fake.world.member("m5", "江南")
        chat, at = on.fake.world.chat(GROUP).raw(), 1_795_395_600
        old, new = {"user": user, "status": "left"}, {"user": user, "status": "member"}
        change: Raw = {"chat": chat, "from": user, "date": at, "old_chat_member": old, "new_chat_member": new}
        for date in (at, at + 1, at + 60):
            await on.fake.deliver(chat_member=change | {"date": date})
            await on.fake.deliver(
                message={"message_id": date, "date": date + 1, "chat": chat, "from": user, "new_chat_members": [user]}
            )
        await on.ear.until(lambda: len(on.ear.frames) + len(on.ear.again) == 6)
        assert len(on.ear.frames) == 2


async def test_the_bot_is_added_promoted_and_removed() -> None:
    async with stage(Fake(private=True)) as on:
        assert Ability.SEE_ALL not in on.adapter.abilities
        assert on.adapter.wider == PRIVATE
        new = -1001000000800
        on.fake.world.add_group(new, "新群").statuses[ME] = "left"
        for status, sees in (("member", False), ("administrator", True), ("member", False)):
            await on.fake.change(new, ME, status, by=number_of("m1"))
            await on.ear.until(lambda sees=sees: on.ear.sights.get(str(new)) is sees)
        await on.fake.change(new, ME, "kicked", by=number_of("m1"))
        await on.ear.until(lambda: len(on.ear.frames) == 2)
        assert [frame.content.what for frame in on.ear.frames] == ["joined", "left"]
        assert all(frame.content.is_bot for frame in on.ear.frames if isinstance(frame.content, Joined | Left))


async def test_privacy_off_sees_everything() -> None:
    async with stage(ear=Recorder(known=[Heard(PLACE, "1", datetime(2026, 11, 22, tzinfo=UTC), None)])) as on:
        assert Ability.SEE_ALL in on.adapter.abilities
        await on.ear.until(lambda: on.ear.sights == {str(GROUP): True})
        assert on.adapter.wider == ""


def knowing(*groups: int) -> Recorder:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Recorder(known=[Heard(Place("telegram", str(group)), "1", at, None) for group in groups])


async def test_in_privacy_mode_an_admin_sees_everything_and_a_member_what_is_said_to_it() -> None:
    fake, groups = Fake(private=True), (GROUP, -1001000000801)
    fake.world.add_group(groups[1]).statuses[ME] = "administrator"
    async with stage(fake, knowing(*groups)) as on:
        await on.ear.until(lambda: on.ear.sights == {str(groups[0]): False, str(groups[1]): True})
        await on.fake.say("早")
        await on.fake.say("早", chat=groups[1])
        await on.fake.say("在吗", mention=True)
        await on.ear.until(lambda: len(on.ear.frames) == 2)
        assert [frame.place.key for frame in on.ear.frames] == [str(groups[1]), str(groups[0])]


async def test_groups_that_the_bot_is_no_longer_in_are_left_and_moved_ones_moved() -> None:
    fake, gone, unknown, old, new = Fake(), -1001000000802, -1001000000803, -600, -1001000000600
    fake.world.add_group(gone).statuses[ME] = "kicked"
    fake.world.add_group(old, type="group").moved_to = new
    fake.world.add_group(new)
    async with stage(fake, knowing(gone, unknown, old, GROUP)) as on:
        await on.ear.until(lambda: str(GROUP) in on.ear.sights)
        assert [(frame.place.key, frame.content) for frame in on.ear.frames] == [
            (str(gone), Left(str(ME), is_bot=True)),
            (str(unknown), Left(str(ME), is_bot=True)),
        ]
        assert on.ear.moves == [(str(old), str(new))]


async def test_a_group_becomes_a_supergroup() -> None:
    old, new = -500, -1001000000500
    async with stage() as on:
        on.fake.world.add_group(old, "小群", type="group")
        before = await on.fake.say("之前", chat=old)
        await on.fake.migrate(old, new)
        on.fake.world.last_message = int(before) - 1
        after = await on.fake.say("之后", chat=new)
        assert after == before  # counted anew
        await on.ear.until(lambda: len(on.ear.frames) == 2)
        assert on.ear.moves == [(str(old), str(new))] * 2
        assert [message.key for message in on.ear.messages] == [f"g{before}", after]


async def test_a_day_away_leaves_no_gap_and_a_week_does(tmp_path: Path) -> None:
    for days, gaps in ((0.9, 0), (7.0, 1)):
        contact = tmp_path / "telegram" / "contact"
        contact.parent.mkdir(exist_ok=True)
        before = datetime.now(UTC) - timedelta(days=days)
        contact.write_text(before.isoformat())
        async with stage(ear=knowing(GROUP), folder=tmp_path) as on:
            await on.ear.until(lambda: on.ear.sights)
            await on.ear.until(lambda gaps=gaps: len(on.ear.gaps) == gaps)
            for gap in on.ear.gaps:
                assert (gap.group, gap.since, gap.missing) == (str(GROUP), before, None)
                assert datetime.now(UTC) - gap.until - timedelta(days=1) < timedelta(minutes=1)
            await on.fake.say("x")
            await on.fake.until(lambda: on.fake.calls["getupdates"] > 1)
        assert datetime.now(UTC) - datetime.fromisoformat(contact.read_text()) < timedelta(minutes=1)


async def test_a_roll_call_tells_names_and_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.telegram.ROLL_PAUSE", 0)
    fake, gone = Fake(), -1001000000802
    fake.world.chat(GROUP).statuses |= dict.fromkeys(range(1, 40), "member")
    fake.world.add_group(gone).statuses[ME] = "kicked"
    async with stage(fake, knowing(GROUP, gone)) as on:
        (roll,) = await on.adapter.roll(cards=True)
    assert (roll.place.key, roll.place.name, roll.size, roll.cards) == (str(GROUP), "PG 交流群", 40, {})
    with pytest.raises(OSError):
        await on.adapter.roll(cards=False)


# -- login and menu ----------------------------------------------------------------------------------------------------


async def test_the_menu_is_set_once_in_both_languages() -> None:
    fake = Fake()
    for _ in range(2):
        async with stage(fake):
            await fake.until(lambda: fake.calls["getmycommands"] and set(fake.commands) == {"", "zh"})
            await fake.until(lambda: fake.calls["getmycommands"] % 2 == 0)
        fake.mood = "well"
    assert fake.calls["setmycommands"] == 2


def test_the_menu_has_commands_that_there_are() -> None:
    known = {entry.names[0] for entry in entries()}
    assert {name for commands in MENU.values() for name, _ in commands} <= known
    assert len({tuple(name for name, _ in commands) for commands in MENU.values()}) == 1


async def test_a_webhook_is_taken_away_and_nothing_of_it_is_lost() -> None:
    fake = Fake()
    fake.queue.hook = {"url": "https://elsewhere.example.org/x"}
    await fake.say("davor")
    async with stage(fake) as on:
        await on.ear.until(lambda: on.ear.texts == ["davor"])
    assert fake.queue.hook == {}


@pytest.mark.parametrize("token", [WRONG, "123456789:nobody-nobody-nobody"])
async def test_a_wrong_token(token: str, caplog: pytest.LogCaptureFixture) -> None:
    fake = Fake()
    async with fake.serve() as port:
        with caplog.at_level(logging.DEBUG, logger="bot"), pytest.raises(AuthError) as refused:
            await telegram(port, token=token).run(Recorder())
    assert "@BotFather" in str(refused.value)
    chain: BaseException | None = refused.value
    while chain is not None:
        assert token not in f"{chain!r} {chain}"
        chain = chain.__cause__
    assert refused.value.__suppress_context__
    assert token not in caplog.text


@pytest.mark.middle
async def test_a_token_that_is_taken_back_while_we_poll() -> None:
    async with stage(poll_timeout=1) as on:
        on.fake.token = WRONG
        with pytest.raises(AuthError):
            await asyncio.wait_for(on.life, 20)


async def test_a_second_program_with_the_same_token(caplog: pytest.LogCaptureFixture) -> None:
    async with stage() as on:
        await on.fake.until(lambda: on.fake.queue.poll)
        other = telegram(on.port)
        async with running(other, Recorder()):
            with pytest.raises(ConnectionError, match="another program uses this token"):
                await asyncio.wait_for(on.life, 20)


async def test_nobody_there() -> None:
    with pytest.raises(OSError, match="cannot be reached"):
        await telegram(free_port()).run(Recorder())


# -- how it ends -------------------------------------------------------------------------------------------------------


async def test_a_server_that_closes_ends_the_connection() -> None:
    async with stage() as on:
        await on.fake.until(lambda: on.fake.queue.poll)
        on.fake.mood = "closing"
        await on.fake.deliver(poll={})
        await on.fake.say("x")
        with pytest.raises(OSError):
            await asyncio.wait_for(on.life, 20)


@pytest.mark.middle
@pytest.mark.parametrize("where", ["login", "poll"])
async def test_a_server_that_never_answers_ends_the_connection_in_time(where: str) -> None:
    fake = Fake()
    async with fake.serve() as port:
        adapter, ear = telegram(port, answer_timeout=0.2, poll_timeout=1), Recorder()
        fake.mood = "mute" if where == "login" else "well"
        async with running(adapter, ear) as life:
            if where == "poll":
                await fake.until(lambda: fake.queue.poll)
                fake.mood = "mute"
                await fake.say("x")
            with pytest.raises(OSError, match="cannot be reached"):
                await asyncio.wait_for(life, 20)
        fake.mood = "well"


async def test_it_stops_at_once_whatever_hangs() -> None:
    """Stores that hang, a server that is mute: `running` allows a second."""
    async with stage(ear=Recorder(blocked=asyncio.Event())) as on:
        for _ in range(5):
            await on.fake.say("x")
        await on.ear.until(lambda: on.ear.began)
        on.fake.mood = "mute"
        await on.fake.queue.notify()


@pytest.mark.middle
async def test_a_server_that_answers_at_once_and_with_nothing_is_not_asked_all_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_life, "EMPTY_PAUSE", 0.1)

    async def garble(offset: int, limit: int) -> bytes:
        return b'{"ok": true, "result": []}'

    fake = Fake()
    fake.garble = garble
    async with stage(fake):
        await asyncio.sleep(0.3)
    assert fake.calls["getupdates"] <= 5


@pytest.mark.middle
async def test_being_asked_to_wait_is_obeyed() -> None:
    answers: list[Any] = [{"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 1}}]

    async def garble(offset: int, limit: int) -> bytes | None:
        return json.dumps(answers.pop()).encode() if answers else None

    fake = Fake()
    fake.garble = garble
    fake.garble_status = 429
    await fake.say("x")
    began = asyncio.get_running_loop().time()
    async with stage(fake) as on:
        await on.ear.until(lambda: on.ear.frames)
        assert asyncio.get_running_loop().time() - began > 0.9
        assert not on.life.done()


# -- what doctor finds -------------------------------------------------------------------------------------------------


async def probed(fake: Fake, **settings: Any) -> list[str]:
    async with fake.serve() as port:
        return await telegram(port, **settings).probe()


async def test_all_is_well() -> None:
    assert await probed(Fake()) == []


async def test_privacy_mode_is_told_with_its_remedy() -> None:
    fake = Fake(private=True)
    async with fake.serve() as port:
        adapter = telegram(port)
        (line,) = await adapter.probe()
        assert Ability.SEE_ALL not in adapter.abilities
    assert "/setprivacy" in line
    assert "add it again" in line
    assert adapter.wider == line


async def test_privacy_mode_is_no_fault_where_mentions_are_enough() -> None:
    fake = Fake(private=True)
    async with fake.serve() as port:
        adapter = telegram(port, sees="mentions")
        assert await adapter.probe() == []
        assert Ability.SEE_ALL not in adapter.abilities
        assert adapter.wider  # doctor still says of each group how to see more


async def test_a_wrong_token_and_nobody_there_are_told() -> None:
    (line,) = await probed(Fake(), token=WRONG)
    assert "@BotFather" in line
    (line,) = await telegram(free_port()).probe()
    assert "127.0.0.1" in line
    assert "is a proxy needed" in line
    (line,) = await telegram(free_port(), proxy=f"http://127.0.0.1:{free_port()}").probe()
    assert "is the proxy right" in line


async def test_a_webhook_and_a_bot_that_no_group_may_have_are_told() -> None:
    fake = Fake()
    fake.joins = False
    fake.queue.hook = {"url": "https://elsewhere.example.org/secret-path"}
    joins, hook = await probed(fake)
    assert "/setjoingroups" in joins
    assert "elsewhere.example.org" in hook
    assert "secret-path" not in hook
