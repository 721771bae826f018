"""What the bot posts, against a platform that looks at every field: answers, unasked posts, pictures, refusals."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.adapters import DeliveryError, Outcome
from bot.adapters.qq_official._api import Api
from storage.frames import Place, Press
from storage.replies import At, Body, Button, Paragraph, Picture, Plain
from tests.bot.adapters.qq_official.staging import DIRECT, PLACE, On, adapter, stage
from tests.platforms.qq_official import world
from tests.platforms.qq_official.fake import APP_ID, SECRET, Fake
from tests.platforms.qq_official.world import GROUP, openid
from tests.platforms.recorder import Recorder

pytestmark = pytest.mark.middle

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


async def post(on: On, text: str = "答", place: Place = PLACE, reply_to: str | None = None) -> str | None:
    (payload,) = on.bot.render(Body.of(text))
    return await on.bot.send(place, payload, reply_to)


async def refused(on: On, text: str = "答", place: Place = PLACE, reply_to: str | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await post(on, text, place, reply_to)
    return error.value


async def asked(on: On, **more: Any) -> str:
    key = await on.fake.say("在吗", mention=True, **more)
    await on.ear.until(lambda: any(message.key == key for message in on.ear.messages))
    return key


async def test_an_answer_hangs_on_its_message_and_quotes_it() -> None:
    async with stage() as on:
        first = await asked(on)
        await asked(on, member="m2")
        key = await post(on, reply_to=on.ear.messages[0].alias)
        (taken,) = on.fake.posts
        assert (taken.place, taken.text, taken.form) == (GROUP, "答", "text")
        assert (taken.body["msg_id"], taken.quote) == (first, first)
        quoting = await on.fake.say("谢谢", quote=key, mention=True)
        await on.ear.until(lambda: any(message.key == quoting for message in on.ear.messages))
        assert on.ear.messages[-1].reply_to == key


async def test_a_message_is_answered_five_times_and_then_the_next_one() -> None:
    async with stage() as on:
        first, second = await asked(on), await asked(on)
        for n in range(11):
            await post(on, f"第 {n} 条", reply_to=first)
        hung = [taken.body.get("msg_id") for taken in on.fake.posts]
        assert hung == [first] * 5 + [second] * 5 + [None]
        assert len(set(on.fake.counter.answers)) == 10


async def test_after_five_minutes_a_post_comes_unasked() -> None:
    now = time.time()
    fake = Fake(clock=lambda: now - 295)
    async with stage(fake) as on:
        key = await asked(on)
        await post(on, reply_to=key)
        assert "msg_id" not in fake.posts[0].body


async def test_what_the_platform_finds_too_old_is_posted_unasked() -> None:
    async with stage() as on:
        key = await asked(on)
        on.fake.world.said[key].at -= 400
        await post(on, reply_to=key)
        assert "msg_id" not in on.fake.posts[0].body
        assert len(on.fake.counter.answers) == 1


async def test_a_number_that_was_used_is_followed_by_the_next() -> None:
    async with stage() as on:
        key = await asked(on)
        first = next(on.bot._desk._numbers)
        on.fake.world.said[key].numbers.update({first + 1, first + 2})
        await post(on, reply_to=key)
        assert on.fake.counter.answers == [first + 1, first + 2, first + 3]


def test_numbers_begin_elsewhere_in_each_process() -> None:
    firsts = {next(adapter(1)._desk._numbers) for _ in range(8)}
    assert len(firsts) == 8
    assert all(0 < first < 2**31 for first in firsts)


async def test_a_group_that_takes_nothing_unasked() -> None:
    async with stage() as on:
        on.fake.world.proactive = False
        error = await refused(on)
        assert error.outcome is Outcome.REFUSED
        assert "主动在群聊内发言" in str(error)
        switch = {"group_openid": GROUP, "op_member_openid": openid("m1"), "timestamp": int(time.time())}
        await on.fake.dispatch("GROUP_MSG_REJECT", switch)
        await _closed(on)
        taken = len(on.fake.posts)
        assert "own accord" in str(await refused(on))
        assert len(on.fake.posts) == taken
        key = await asked(on)
        await post(on, reply_to=key)  # an answer is still possible
        on.fake.world.proactive = True
        event = await on.fake.dispatch("GROUP_MSG_RECEIVE", switch)
        await on.fake.whisper("一")
        await on.ear.until(lambda: len(on.ear.frames) == 2)
        assert not on.bot._state.closed
        assert on.bot._state.anchors.pick(GROUP, event, on.ear.now()) is not None


async def _closed(on: On) -> None:
    async with asyncio.timeout(8):
        while not on.bot._state.closed:  # noqa: ASYNC110 - a plain set
            await asyncio.sleep(0.005)


async def test_a_direct_is_answered() -> None:
    async with stage() as on:
        key = await on.fake.whisper("帮助")
        await on.ear.until(lambda: on.ear.frames)
        await post(on, place=DIRECT, reply_to=key)
        assert (on.fake.posts[0].place, on.fake.posts[0].body["msg_id"]) == (DIRECT.key, key)


async def test_under_audit_is_sent() -> None:
    async with stage() as on:
        on.fake.counter.audited = True
        assert await post(on) is None
        assert len(on.fake.posts) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [(40034102, "own accord"), (40054002, "muted"), (40034006, "audit"), (40034101, "no longer"), (7, "7")],
)
async def test_refusals(code: int, words: str) -> None:
    async with stage() as on:
        on.fake.counter.refuse = code
        error = await refused(on)
        assert error.outcome is Outcome.REFUSED
        assert words in str(error)


async def test_a_group_that_the_bot_is_not_in() -> None:
    async with stage() as on:
        error = await refused(on, place=Place("qq_official", "../../x?y"))
        assert (error.outcome, "no longer" in str(error)) == (Outcome.REFUSED, True)


async def test_the_platform_asks_to_wait() -> None:
    async with stage() as on:
        on.fake.mood = "limited"
        error = await refused(on)
        assert (error.outcome, error.retry_after) == (Outcome.NOT_SENT, timedelta(seconds=1))
        on.fake.counter.refuse = 22009
        error = await refused(on)
        assert (error.outcome, error.retry_after) == (Outcome.NOT_SENT, timedelta(seconds=10))
        on.fake.counter.refuse = 0
        assert await post(on)


async def test_an_access_token_that_has_ended_is_renewed_once() -> None:
    async with stage() as on:
        on.fake.tokens = []
        assert await post(on)
        assert on.fake.asked == 2
        on.fake.tokens, on.fake.secret = [], "changed"
        error = await refused(on)
        assert (error.outcome, "access token" in str(error)) == (Outcome.NOT_SENT, True)


async def test_nobody_knows_what_became_of_a_post_that_was_not_answered() -> None:
    async with stage(send_timeout=0.1) as on:
        on.fake.silent_posts = True
        assert (await refused(on)).outcome is Outcome.UNKNOWN
        assert len(on.fake.posts) == 1


async def test_a_server_error_tells_nothing() -> None:
    async with stage() as on:
        on.fake.counter.post = lambda place, body: 1 / 0  # type: ignore[method-assign,assignment,return-value]
        assert (await refused(on)).outcome is Outcome.UNKNOWN


async def test_what_never_left() -> None:
    on = On(Fake(), adapter(1), Recorder(), asyncio.get_running_loop().create_future())  # type: ignore[arg-type]
    assert (await refused(on)).outcome is Outcome.NOT_SENT
    async with stage(send_timeout=0.1) as other:
        other.fake.mood = "mute"
        other.bot._line[0].token.forget(other.fake.tokens[-1])  # type: ignore[index]
        assert (await refused(other)).outcome is not Outcome.REFUSED


async def test_an_address_that_was_none_is_posted_without_dots() -> None:
    async with stage() as on:
        await post(on, "看 postgresql.conf，1.5 倍，pg.example.net")
        on.fake.counter.domains.clear()
        (only,) = on.bot.render(Body.of("装 libfoo.com1"))
        await on.bot.send(PLACE, only, None)
        payload = json.dumps({"text": "装 x.com 吧"})
        await on.bot.send(PLACE, payload, None)
        assert [taken.text for taken in on.fake.posts][-1] == "装 x．com 吧"
        assert not any("http" in taken.text for taken in on.fake.posts)


def drawn(tmp_path: Path, name: str = "a.png", data: bytes = PNG) -> Path:
    (tmp_path / "files").mkdir(exist_ok=True)
    (tmp_path / "files" / name).write_bytes(data)
    return tmp_path


async def test_a_picture_is_uploaded_and_posted(tmp_path: Path) -> None:
    async with stage(folder=drawn(tmp_path)) as on:
        payloads = on.bot.render(Body((Paragraph((Plain("周报"),)), Picture("a.png", "一张图"))))
        for payload in payloads:
            await on.bot.send(PLACE, payload, None)
        assert [(taken.form, taken.text) for taken in on.fake.posts] == [("text", "周报"), ("picture", "")]
        assert list(on.fake.counter.files.values()) == [PNG]


@pytest.mark.parametrize("name", ["none.png", "../a.png", "text.png"])
async def test_a_picture_that_cannot_be_posted_stands_as_its_words(name: str, tmp_path: Path) -> None:
    folder = drawn(drawn(tmp_path), "text.png", b"no picture")
    async with stage(folder=folder) as on:
        (payload,) = on.bot.render(Body((Picture(name, "一张图"),)))
        await on.bot.send(PLACE, payload, None)
        assert on.fake.posts[0].text == "[一张图]"


async def test_markdown_mentions_and_buttons() -> None:
    async with stage(markdown=True, intents=1 << 25 | 1 << 26) as on:
        key = await asked(on)
        body = Body((Paragraph((At(openid("m1"), "阿棠"), Plain(" 好了吗"))),), (Button("解决了", "/solved 2941"),))
        (payload,) = on.bot.render(body)
        index = await on.bot.send(PLACE, payload, key)
        (taken,) = on.fake.posts
        assert (taken.form, taken.text) == ("markdown", f"<@{openid('m1')}> 好了吗")
        (button,) = taken.body["keyboard"]["content"]["rows"][0]["buttons"]
        resolved = {"button_id": button["id"], "button_data": button["action"]["data"], "message_id": index}
        pressed = {
            "id": "i-1",
            "type": 11,
            "chat_type": 1,
            "group_openid": GROUP,
            "timestamp": on.fake.world.timestamp(),
        }
        pressed |= {"group_member_openid": openid("m2"), "data": {"type": 11, "resolved": resolved}}
        event = await on.fake.dispatch("INTERACTION_CREATE", pressed)
        await on.fake.until(lambda: on.fake.acks)
        assert on.fake.acks == [("i-1", {"code": 0})]
        content = on.ear.frames[-1].content
        assert isinstance(content, Press)
        assert (content.key, content.command, content.member) == (index, "/solved 2941", openid("m2"))
        await on.bot.send(PLACE, payload, None)
        assert on.fake.posts[-1].body["event_id"] == event


async def test_our_own_post_that_comes_back_is_an_echo() -> None:
    async with stage(Fake(full=True)) as on:
        key = await post(on)
        said = on.fake.posts[0].said
        data = world.message(on.fake.world, said, openid("someone"), "小象", mention=False, quote=None)
        await on.fake.dispatch("GROUP_MESSAGE_CREATE", data)
        await on.ear.until(lambda: on.ear.frames)
        assert on.ear.messages == []
        assert on.ear.frames[0].content.key == key  # type: ignore[union-attr]


async def test_a_press_that_cannot_be_answered_is_heard_all_the_same() -> None:
    async with stage(markdown=True, intents=1 << 25 | 1 << 26) as on:
        pressed = {"id": "i-1", "type": 11, "group_openid": GROUP, "group_member_openid": openid("m2")}
        pressed |= {"data": {"resolved": {"button_data": "/open"}}, "timestamp": on.fake.world.timestamp()}
        on.fake.tokens = []
        await on.fake.dispatch("INTERACTION_CREATE", pressed)
        await on.ear.until(lambda: on.ear.frames)
        await on.fake.say("在吗", mention=True)
        await on.ear.until(lambda: on.ear.messages)
        assert on.fake.acks == []
        assert not on.life.done()


async def test_a_picture_during_an_outage_is_posted_later(tmp_path: Path) -> None:
    async with stage(folder=drawn(tmp_path)) as on:
        (payload,) = on.bot.render(Body((Picture("a.png", "一张图"),)))
        on.fake.counter.file = lambda place, body: 1 / 0  # type: ignore[method-assign,assignment,return-value]
        with pytest.raises(DeliveryError) as error:
            await on.bot.send(PLACE, payload, None)
        assert error.value.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize(
    "told", [{}, {"access_token": ""}, {"access_token": "a\nb"}, {"code": 100001, "message": "慢点"}]
)
async def test_a_token_that_is_none(told: dict[str, Any]) -> None:
    fake = Fake()
    fake.lends = told
    async with fake.serve() as port:
        with pytest.raises(ConnectionError, match="no access token"):
            await adapter(port).run(Recorder())


@pytest.mark.parametrize("lives", ["7200", 7200, "x", None, -1])
async def test_how_long_a_token_lives_may_be_told_in_any_way(lives: object) -> None:
    async with stage() as on:
        on.fake.lives = lives  # type: ignore[assignment]
        on.fake.tokens = []
        assert await post(on)


async def test_a_token_that_ended_between_two_connections() -> None:
    async with Fake().serve() as port, httpx.AsyncClient() as http:
        where = f"http://127.0.0.1:{port}"
        api = Api(http, api=where, token_url=f"{where}/app/getAppAccessToken", app_id=APP_ID, secret=SECRET)
        api.token._value, api.token._until = "old", float("inf")
        assert await api.me() == ("11223344556677889900", "小象")
