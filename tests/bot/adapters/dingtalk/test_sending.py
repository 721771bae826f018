"""Posting: by the webhook while it lives, by the API else, with pictures, limits and unknown outcomes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.adapters import DeliveryError, Outcome
from storage.frames import Place
from storage.replies import At, Body, File, Heading, Paragraph, Picture, Plain
from tests.bot.adapters.dingtalk.staging import HERE, Stage, dingtalk, direct, stage
from tests.platforms.dingtalk.world import GROUP, encrypted
from tests.platforms.recorder import free_port

ANSWER = Body((Paragraph((At("m1", "阿棠"), Plain(" *记下了* @所有人"))),))


async def posted(on: Stage, body: Body, place: Place = HERE) -> list[str | None]:
    return [await on.adapter.send(place, payload, None) for payload in on.adapter.render(body)]


async def refusal(on: Stage, body: Body = ANSWER, place: Place = HERE) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await posted(on, body, place)
    return raised.value


async def test_an_answer_goes_through_the_webhook_and_mentions() -> None:
    async with stage() as on:
        await on.hear("在吗")
        assert await posted(on, ANSWER) == [None]
        (post,) = on.fake.posts
        assert (post.where, post.road, post.form, post.mentions) == (GROUP, "webhook", "text", ("m1",))
        assert post.text == "@m1 *记下了* @所有人"


async def test_without_a_webhook_the_api_posts_and_names_the_post() -> None:
    async with stage() as on:
        (key,) = await posted(on, Body((Heading("周报"), *ANSWER.blocks)))
        (post,) = on.fake.posts
        assert (post.where, post.road, post.form, post.key) == (GROUP, "api", "markdown", key)
        assert post.text == "#### 周报\n  \n@阿棠 \\*记下了\\* @所有人"
        await on.hear("收到", quote=key)
        assert on.ear.messages[-1].reply_to == key


@pytest.mark.parametrize("end", ["gone", "expired", "limited"])
async def test_a_webhook_that_is_over_gives_way_to_the_api(end: str) -> None:
    async with stage() as on:
        if end == "expired":
            on.fake.world.life = 5
        await on.hear("在吗")
        if end == "gone":
            on.fake.world.sessions.clear()
        on.fake.desk.throttled = end == "limited"
        (key,) = await posted(on, ANSWER)
        assert [(post.road, post.key) for post in on.fake.posts] == [("api", key)]
        assert on.fake.desk.refusals == {"gone": ["300001"], "expired": [], "limited": ["130101"]}[end]


async def test_a_webhook_elsewhere_is_not_used() -> None:
    async with stage(webhook_hosts=["oapi.dingtalk.com"]) as on:
        await on.hear("在吗")
        await posted(on, ANSWER)
        assert [post.road for post in on.fake.posts] == ["api"]


async def test_the_longest_lived_webhook_is_kept() -> None:
    async with stage() as on:
        await on.hear("在吗")
        on.fake.world.life = 60
        await on.hear("还在吗")
        assert on.adapter._hooks[GROUP].until.timestamp() > time.time() + 3600


async def test_words_in_private() -> None:
    async with stage() as on:
        (key,) = await posted(on, Body.of("只给你"), direct("m2"))
        assert [(post.where, post.text, post.key) for post in on.fake.posts] == [("direct:m2", "只给你", key)]
        error = await refusal(on, place=direct("m9"))
        assert (error.outcome, "invalidStaffIdList" in str(error)) == (Outcome.REFUSED, True)


async def test_an_outsider_can_be_answered_but_not_written_to() -> None:
    outsider = f"sid:{encrypted('stranger')}"
    async with stage() as on:
        error = await refusal(on, place=direct(outsider))
        assert (error.outcome, "members of its organisation" in str(error)) == (Outcome.REFUSED, True)
        on.fake._spawn(on.fake.deliver(on.fake.world.direct("在吗", "stranger")))
        await on.ear.until(lambda: on.ear.frames)
        await posted(on, Body.of("在"), direct(outsider))
        assert [(post.where, post.road) for post in on.fake.posts] == [("direct:stranger", "webhook")]


async def test_pictures_and_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "w48.png").write_bytes(b"\x89PNG")
    (tmp_path / "files" / "my.json").write_bytes(b"{}")
    async with stage(folder=tmp_path) as on:
        await on.hear("在吗")
        await posted(on, Body((Heading("周报"), Picture("w48.png", "数字"), File("my.json", "数据"))))
        assert [(post.form, post.road) for post in on.fake.posts] == [
            ("markdown", "webhook"),
            ("picture", "api"),
            ("text", "api"),
        ]
        assert on.fake.posts[-1].text == "[数据]"  # never a file in a group
        await posted(on, Body((File("my.json", "数据"), Picture("none.png", "没有的图"))), direct("m1"))
        assert [(post.form, post.text) for post in on.fake.posts[3:]] == [("file", "my.json"), ("text", "[没有的图]")]
        assert set(on.fake.desk.media.values()) == {b"\x89PNG", b"{}"}


async def test_a_token_that_died_is_replaced() -> None:
    async with stage() as on:
        await posted(on, ANSWER)
        on.fake.desk.stale = 1
        error = await refusal(on)
        assert (error.outcome, error.retry_after is not None) == (Outcome.NOT_SENT, True)
        await posted(on, ANSWER)
        assert len(on.fake.posts) == 2


async def test_limits_are_obeyed() -> None:
    async with stage() as on:
        on.fake.mood = "limited"
        error = await refusal(on)
        assert error.outcome is Outcome.NOT_SENT
        assert error.retry_after is not None
        assert error.retry_after.total_seconds() >= 1
        await posted(on, ANSWER)
        assert len(on.fake.posts) == 1


async def test_refusals_say_why() -> None:
    async with stage(robot_code="dingother") as on:
        error = await refusal(on)
        assert (error.outcome, "published" in str(error)) == (Outcome.REFUSED, True)
    async with stage() as on:
        error = await refusal(on, place=Place("dingtalk", "cidNowhere=="))
        assert (error.outcome, "openConversationId" in str(error)) == (Outcome.REFUSED, True)


@pytest.mark.middle
async def test_nobody_knows_what_became_of_it() -> None:
    async with stage(send_timeout=0.2) as on:
        on.fake.desk.unknown = 1
        assert (await refusal(on)).outcome is Outcome.UNKNOWN
        assert len(on.fake.posts) == 1
        on.fake.mood = "mute"
        assert (await refusal(on)).outcome is Outcome.UNKNOWN


async def test_surely_not_sent() -> None:
    adapter = dingtalk(free_port())
    with pytest.raises(DeliveryError) as raised:
        await adapter.send(HERE, adapter.render(ANSWER)[0], None)
    assert raised.value.outcome is Outcome.NOT_SENT


@pytest.mark.middle
async def test_a_token_that_never_comes_means_not_sent() -> None:
    async with stage(timeout=0.2) as on:
        on.fake.mood = "mute"
        assert (await refusal(on)).outcome is Outcome.NOT_SENT


async def test_wrong_credentials_mean_not_sent() -> None:
    async with stage() as on:
        on.fake.desk.secret = "changed"
        error = await refusal(on)
        assert error.outcome is Outcome.NOT_SENT
        assert error.retry_after is not None
        assert error.retry_after.total_seconds() == 600


async def test_the_roll_is_empty() -> None:
    async with stage() as on:
        assert await on.adapter.roll(cards=True) == []
