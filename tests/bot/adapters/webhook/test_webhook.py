"""The account that only posts: its settings, its groups, and its posts against robots that are strict."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.adapters import Ability, Delivery, DeliveryError, Outcome
from bot.adapters.webhook import QUESTIONS, Settings, Webhook, build
from bot.config import Table, secrets
from bot.plugins import load
from bot.refusals import ConfigError
from storage.frames import Place
from storage.replies import Body, Heading, Paragraph, Plain
from tests.platforms.recorder import Recorder, free_port
from tests.platforms.webhook.fake import SECRET, Fake
from tests.platforms.webhook.stage import table

DING = "https://oapi.dingtalk.com/robot/send?access_token=hunter2"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2"
DIGEST = Body((Heading("周报"), Paragraph((Plain("提问 3 个 *x*"),))))


def target(**changes: Any) -> dict[str, Any]:
    return {"targets": {"east": {"kind": "dingtalk", "url": DING, **changes}}}


@dataclass
class Stage:
    fake: Fake
    adapter: Webhook
    ear: Recorder

    async def post(self, group: str = "ding", body: Body = DIGEST) -> None:
        for payload in self.adapter.render(body):
            assert await self.adapter.send(Place("webhook", group), payload, None) is None

    async def refusal(self, group: str = "ding") -> DeliveryError:
        with pytest.raises(DeliveryError) as raised:
            await self.post(group)
        assert "access_token" not in str(raised.value)
        assert "hunter2" not in str(raised.value)
        return raised.value


@contextlib.asynccontextmanager
async def stage(fake: Fake | None = None, **settings: Any) -> AsyncIterator[Stage]:
    """Two robots, and the account that posts through them."""
    fake, ear = fake or Fake(), Recorder()
    robots = [fake.robot("dingtalk", "hunter2", secret=SECRET), fake.robot("wecom", "hunter2w")]
    async with fake.serve():
        ding, wecom = (fake.url(robot) for robot in robots)
        targets = {
            "ding": {"kind": "dingtalk", "url": ding, "secret": SECRET, "name": "伙伴群"},
            "wecom": {"kind": "wecom", "url": wecom},
        }
        adapter = build(Settings.model_validate({"targets": targets, **settings}), "notices", Path())
        life = asyncio.create_task(adapter.run(ear))
        await ear.until(lambda: ear.online_as)
        yield Stage(fake, adapter, ear)
        life.cancel()
        async with asyncio.timeout(8):
            await asyncio.gather(life, return_exceptions=True)


async def test_its_groups_are_known_and_nothing_is_heard() -> None:
    async with stage() as on:
        places = (Place("webhook", "ding", name="伙伴群"), Place("webhook", "wecom", name="wecom"))
        assert on.ear.online_as == [("notices", "notices", places)]
        assert tuple(roll.place for roll in await on.adapter.roll(cards=True)) == places
        assert on.adapter.delivery is Delivery.NEVER
        assert Ability.SEE_ALL not in on.adapter.abilities
        assert on.fake.asked == 0
        assert (on.adapter.rate.per_minute_group, on.adapter.rate.per_minute_account) == (15, 30)


async def test_posts_arrive_in_each_robots_form() -> None:
    async with stage() as on:
        await on.post("ding")
        await on.post("wecom")
        assert [(post.robot, post.form, post.title) for post in on.fake.posts] == [
            ("hunter2", "markdown", "周报"),
            ("hunter2w", "text", ""),
        ]
        assert [post.text for post in on.fake.posts] == ["#### 周报\n  \n提问 3 个 \\*x\\*", "【周报】\n提问 3 个 *x*"]
        await on.post("wecom", Body.of(*["长" * 400] * 8))
        assert len(on.fake.posts) == 7
        assert on.fake.refusals == []


async def test_too_fast_is_waited_for() -> None:
    now = [time.time()]
    async with stage(Fake(clock=lambda: now[0])) as on:
        for _ in range(20):
            await on.post("ding")
            await on.post("wecom")
        error = await on.refusal("ding")
        assert (error.outcome, error.retry_after) == (Outcome.NOT_SENT, timedelta(minutes=10))
        error = await on.refusal("wecom")
        assert (error.outcome, error.retry_after) == (Outcome.NOT_SENT, timedelta(minutes=1))
        now[0] += 601
        await on.post("ding")
        await on.post("wecom")
        assert len(on.fake.posts) == 42


async def test_refusals_say_what_to_do() -> None:
    async with stage() as on:
        on.fake.robots["hunter2"].keyword = "警报"
        error = await on.refusal()
        assert (error.outcome, "keyword" in str(error)) == (Outcome.REFUSED, True)
        on.fake.robots["hunter2"].secret = "SECother"
        error = await on.refusal()
        assert (error.outcome, "secret" in str(error)) == (Outcome.REFUSED, True)
        on.fake.robots["hunter2"].gone = on.fake.robots["hunter2w"].gone = True
        for group in ("ding", "wecom"):
            error = await on.refusal(group)
            assert (error.outcome, "add it again" in str(error)) == (Outcome.REFUSED, True)
        error = await on.refusal("west")
        assert (error.outcome, "no target west" in str(error)) == (Outcome.REFUSED, True)


@pytest.mark.parametrize(
    ("mood", "outcome"), [("mute", Outcome.UNKNOWN), ("closing", Outcome.UNKNOWN), ("limited", Outcome.NOT_SENT)]
)
async def test_moods(mood: str, outcome: Outcome) -> None:
    async with stage(send_timeout=0.2) as on:
        on.fake.mood = mood
        error = await on.refusal()
        assert error.outcome is outcome
        assert error.retry_after == (timedelta(seconds=1) if mood == "limited" else None)
        on.fake.mood = "well"
        await on.post()


async def test_nobody_there() -> None:
    adapter = build(Settings.model_validate(table(free_port())), "notices", Path())
    with pytest.raises(DeliveryError) as raised:
        await adapter.send(Place("webhook", "notices"), adapter.render(DIGEST)[0], None)
    assert raised.value.outcome is Outcome.NOT_SENT
    (line,) = await adapter.probe()
    assert "cannot be reached" in line
    assert SECRET not in line
    assert "access_token" not in line


async def test_probing_posts_nothing() -> None:
    async with stage() as on:
        assert await on.adapter.probe() == []
        assert on.fake.posts == []
        assert on.fake.refusals == []


@pytest.mark.parametrize(
    "given",
    [
        target(),
        target(secret="SECx", name="华东群", form="text"),
        target(kind="wecom", url=WECOM, form="markdown"),
        {**target(url="https://ding.corp.example/robot/send?access_token=x"), "hosts": ["ding.corp.example"]},
        target(url="http://127.0.0.1:8081/robot/send?access_token=x"),
    ],
)
def test_taken(given: dict[str, Any]) -> None:
    Settings.model_validate(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "targets"),
        ({"targets": {}}, "targets"),
        ({"targets": {"东": target()["targets"]["east"]}}, "small Latin letters"),
        ({"targets": {name: target()["targets"]["east"] for name in ("east", "west")}}, "same url twice"),
        (target(url=""), "whole address"),
        (target(url="oapi.dingtalk.com/robot/send?access_token=hunter2"), "whole address"),
        (target(url="http://oapi.dingtalk.com/robot/send?access_token=hunter2"), "https://"),
        (target(url="https://me:hunter2@oapi.dingtalk.com/robot/send?access_token=x"), "whole address"),
        (target(url="https://oapi.dingtalk.com/robot/send"), "access_token=..."),
        (target(url=WECOM), "access_token=..."),
        (target(kind="wecom"), "key=..."),
        (target(kind="wecom", url=WECOM, secret="SECx"), "DingTalk alone"),
        (target(url="https://evil.example/robot/send?access_token=hunter2"), "not at oapi.dingtalk.com"),
        (target(url="https://169.254.169.254/?access_token=hunter2"), "not at oapi.dingtalk.com"),
        (target(kind="slack"), "dingtalk"),
        (target(form="html"), "auto"),
        ({**target(), "per_minute_group": 21}, "per_minute_group"),
        ({**target(), "target": {}}, "target"),
    ],
)
def test_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(given)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_loader_reads_secrets_from_files_and_names_the_key(tmp_path: Path) -> None:
    file = tmp_path / "east"
    file.write_text(DING)
    file.chmod(0o600)
    given = {"adapter": "webhook", "targets": {"east": {"kind": "dingtalk", "url_file": "east"}}}
    _, settings = load("adapters", "notices", Table(given, folder=tmp_path))
    assert DING in set(secrets(settings))
    assert "hunter2" not in f"{settings!r} {settings} {vars(build(settings, 'notices', tmp_path))}"  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as refused:
        load("adapters", "notices", Table({"adapter": "webhook", **target(ulr=DING)}))
    assert "[adapters.notices.targets.east] ulr: unknown key; did you mean url?" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_what_init_asks_makes_a_table() -> None:
    answers = {"kind": "dingtalk", "name": "伙伴群", "url": DING, "secret": "SECx"}
    assert [question.key for question in QUESTIONS] == [f"targets.notices.{key}" for key in answers]
    Settings.model_validate({"targets": {"notices": answers}})
