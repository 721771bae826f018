"""Reading back what was missed, and owning up to what could not be read."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.adapters import Heard
from bot.adapters.onebot._history import History
from bot.adapters.onebot._wire import ActionError
from storage.frames import Echo, Message, Place
from storage.replies import Body
from tests.bot.adapters.onebot.recorder import Recorder, onebot, running
from tests.platforms.onebot.fake import NapCat

pytestmark = pytest.mark.middle  # real sockets: the fast tier keeps to a minute

GROUP = Place("qq", "700", name="PG 群")
NOW = int(time.time())


def napcat(**more: Any) -> NapCat:
    fake = NapCat(**more)
    fake.world.add_group(700, "PG 群")
    return fake


async def hear_some(fake: NapCat, ear: Recorder, url: str, texts: list[str], *, ago: int = 600) -> None:
    """One life of the bot in which it hears some messages."""
    async with running(onebot(mode="forward", url=url), ear):
        await fake.connected()
        for text in texts:
            await fake.say(700, 20001, text, at=NOW - ago)
        await ear.until(lambda: set(texts) <= set(ear.texts))
    await fake.until(lambda: not fake.clients)


def has(ear: Recorder, text: str) -> bool:
    return text in ear.texts


def backfilled(ear: Recorder) -> list[str]:
    return [
        frame.content.text for frame in ear.frames if frame.backfilled and isinstance(frame.content, Message | Echo)
    ]


@pytest.mark.parametrize("real_seq", [True, False])
@pytest.mark.parametrize("form", ["array", "string"])
async def test_what_was_missed_is_read_back_in_order(real_seq: bool, form: str) -> None:
    fake, ear = napcat(real_seq=real_seq, form=form), Recorder()
    missed = [f"漏 {n}" for n in range(100)]  # four pages
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一", "二"])
        for n, text in enumerate(missed):
            await fake.say(700, 20001, text, at=NOW - 500 + n)
        await hear_some(fake, ear, url, ["三"], ago=0)
    assert ear.texts == ["一", "二", *missed, "三"]
    assert backfilled(ear) == missed
    assert ear.gaps == []


async def test_a_new_process_reads_back_too() -> None:
    fake, first, second = napcat(), Recorder(), Recorder()
    async with fake.forward() as url:
        await hear_some(fake, first, url, ["一", "二"])
        await fake.say(700, 20001, "漏", at=NOW - 60)
        second.known = [Heard(GROUP, "seq:2", datetime.fromtimestamp(NOW - 600, UTC), 2)]
        await hear_some(fake, second, url, ["三"], ago=0)
    assert second.texts == ["一", "二", "漏", "三"]  # a little more is offered: the inbox knows it
    assert second.gaps == []


async def test_a_group_that_is_not_known_is_not_read() -> None:
    fake, ear = napcat(), Recorder()
    await fake.say(700, 20001, "老话")
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["新"], ago=0)
    assert ear.texts == ["新"]
    assert "get_group_msg_history" not in [action for action, _ in fake.calls]


async def test_live_messages_of_a_group_wait_for_its_past_and_stay_live() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一"])
        await fake.say(700, 20001, "漏", at=NOW - 60)
        fake.faults.slow_acts = 0.1
        async with running(onebot(mode="forward", url=url), ear):
            await fake.until(lambda: "get_status" in [action for action, _ in fake.calls[3:]])
            await fake.say(700, 20001, "现在")
            await ear.until(lambda: "现在" in ear.texts)
    assert ear.texts == ["一", "漏", "现在"]
    assert backfilled(ear) == ["漏"]


async def test_what_is_in_the_history_before_it_comes_live_stays_live() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一"])
        said = await fake.say(700, 20001, "刚问的")
        async with running(onebot(mode="forward", url=url, late_after=0.2), ear):
            await fake.until(lambda: "get_group_msg_history" in [action for action, _ in fake.calls])
            await asyncio.sleep(0.05)  # it has the answer
            await fake.push(fake.world.event(said, "array"))
            await ear.until(lambda: has(ear, "刚问的"))
    assert ear.texts == ["一", "刚问的"]
    assert backfilled(ear) == []


async def test_what_the_history_hides_is_a_gap_of_that_many() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一"], ago=600)
        fake.faults.hide_offline = True
        for n in range(3):
            await fake.say(700, 20001, f"藏 {n}", at=NOW - 300)
        fake.faults.hide_offline = False
        await fake.say(700, 20001, "漏", at=NOW - 200)
        await hear_some(fake, ear, url, ["二"], ago=0)
    assert ear.texts == ["一", "漏", "二"]
    (gap,) = ear.gaps
    assert (gap.group, gap.missing) == ("700", 3)
    assert gap.since <= gap.until <= datetime.fromtimestamp(NOW - 200, UTC)


async def test_a_numbered_gap_without_history_is_told_by_the_next_message() -> None:
    fake, ear = napcat(), Recorder()
    fake.actions.history = False
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一"], ago=600)
        async with running(onebot(mode="forward", url=url), ear):  # nothing was missed: nothing is told
            await fake.connected()
            await fake.say(700, 20001, "二", at=NOW - 500)
            await ear.until(lambda: "二" in ear.texts)
        await fake.until(lambda: not fake.clients)
        assert ear.gaps == []
        await fake.say(700, 20001, "丢了", at=NOW - 400)
        async with running(onebot(mode="forward", url=url), ear):
            await fake.connected()
            await fake.say(700, 20001, "三", at=NOW - 300)
            await ear.until(lambda: ear.gaps)
    assert [(gap.group, gap.missing) for gap in ear.gaps] == [("700", 1)]
    assert ear.texts == ["一", "二", "三"]


@pytest.mark.parametrize("trouble", ["unsupported", "silent", "nothing"])
async def test_without_numbers_or_history_the_time_away_is_the_gap(trouble: str) -> None:
    fake, ear = napcat(real_seq=False), Recorder()
    adapter_settings = {"mode": "forward", "action_timeout": 0.2}
    async with fake.forward() as url:
        adapter = onebot(url=url, **adapter_settings)
        async with running(adapter, ear):
            await fake.connected()
            await fake.say(700, 20001, "一", at=NOW - 600)
            await ear.until(lambda: ear.texts == ["一"])
        await fake.until(lambda: not fake.clients)
        left = datetime.now(UTC)
        fake.actions.history = trouble != "unsupported"
        if trouble == "nothing":
            fake.world.groups[700].said.clear()
        async with running(adapter, ear):
            await fake.connected()
            if trouble == "silent":
                await fake.until(lambda: "get_status" in [action for action, _ in fake.calls[3:]])
                fake.faults.slow_acts = 5
            await ear.until(lambda: ear.gaps)
    (gap,) = ear.gaps
    assert gap.missing is None
    assert left - timedelta(seconds=1) < gap.since < gap.until  # not since the message ten minutes ago


async def test_without_numbers_a_history_that_ends_too_early_leaves_a_gap() -> None:
    fake, ear = napcat(real_seq=False), Recorder()
    async with fake.forward() as url:
        await hear_some(fake, ear, url, ["一"], ago=600)
        fake.world.groups[700].said.clear()
        await fake.say(700, 20001, "漏", at=NOW - 100)
        await hear_some(fake, ear, url, ["二"], ago=0)
    assert ear.texts == ["一", "漏", "二"]
    (gap,) = ear.gaps
    assert gap.missing is None
    assert gap.until == datetime.fromtimestamp(NOW - 100, UTC)


async def test_a_hole_in_what_comes_is_filled() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url, running(onebot(mode="forward", url=url), ear):
        await fake.connected()
        await fake.say(700, 20001, "一")
        fake.faults.lose = 1
        await fake.say(700, 20001, "没推来")
        fake.faults.lose = 0
        await fake.say(700, 20001, "三")
        await ear.until(lambda: len(ear.texts) == 3)
        assert ear.texts == ["一", "三", "没推来"]
        assert backfilled(ear) == ["没推来"]
        await fake.say(700, 20001, "五", skip=2)  # nobody has those
        await ear.until(lambda: ear.gaps)
        assert [gap.missing for gap in ear.gaps] == [2]


async def test_a_hole_that_was_open_when_the_connection_broke_is_filled_by_the_next() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url, late_after=60)
        async with running(adapter, ear):
            await fake.connected()
            await fake.say(700, 20001, "一", at=NOW - 3600)
            fake.faults.lose = 1
            await fake.say(700, 20001, "没推来", at=NOW - 3500)
            fake.faults.lose = 0
            await fake.say(700, 20001, "三", at=NOW - 60)
            await ear.until(lambda: len(ear.texts) == 2)
        await fake.until(lambda: not fake.clients)
        async with running(adapter, ear):
            await ear.until(lambda: len(ear.texts) == 3)
    assert ear.texts == ["一", "三", "没推来"]
    assert ear.gaps == []


async def test_what_is_durable_is_known_before_it_is_worked_off() -> None:
    fake = napcat()
    ear = Recorder([Heard(GROUP, "seq:1", datetime.fromtimestamp(NOW - 7200, UTC), 1)], behind=True)
    await fake.say(700, 20001, "一", at=NOW - 7200)
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url)
        async with running(adapter, ear):
            await fake.connected()
            await fake.say(700, 20001, "二", at=NOW - 3600)
            await fake.say(700, 20001, "三", at=NOW - 600)
            await ear.until(lambda: has(ear, "三"))
        await fake.until(lambda: not fake.clients)
        await fake.say(700, 20001, "漏", at=NOW - 60)
        async with running(adapter, ear):
            await ear.until(lambda: has(ear, "漏"))
    again = [frame.content.text for frame in ear.again if isinstance(frame.content, Message)]
    assert "二" not in again


async def test_heartbeats_are_signs_of_life() -> None:
    fake, ear = napcat(real_seq=False, heartbeat=0.02), Recorder()
    fake.actions.history = False
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url)
        async with running(adapter, ear):
            await fake.connected()
            await fake.say(700, 20001, "一")
            await ear.until(lambda: ear.texts)
            said = datetime.now(UTC)
            await asyncio.sleep(0.5)  # nobody says anything
        await fake.until(lambda: not fake.clients)
        left = datetime.now(UTC)
        async with running(adapter, ear):
            await ear.until(lambda: ear.gaps)
    assert said < ear.gaps[0].since < left  # not where the last message was


async def test_what_is_only_late_is_no_hole() -> None:
    fake, ear = napcat(seed=3), Recorder()
    async with fake.forward() as url, running(onebot(mode="forward", url=url, late_after=1), ear):
        await fake.connected()
        fake.faults.reorder = 0.4
        for n in range(30):
            await fake.say(700, 20001, str(n))
        await ear.until(lambda: len(ear.texts) == 30)
    assert ear.texts != sorted(ear.texts, key=int)
    assert (backfilled(ear), ear.gaps) == ([], [])
    assert "get_group_msg_history" not in [action for action, _ in fake.calls]


@pytest.mark.parametrize("report_self", [True, False])
async def test_our_own_posts_leave_no_holes(report_self: bool) -> None:
    fake, ear = napcat(report_self=report_self), Recorder()
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url)
        async with running(adapter, ear):
            await fake.connected()
            for n in range(5):
                await fake.say(700, 20001, f"问 {n}")
                await ear.until(partial(has, ear, f"问 {n}"))
                await adapter.send(GROUP, adapter.render(Body.of(f"答 {n}"))[0], None)
            await fake.say(700, 20001, "完")
            await ear.until(lambda: "完" in ear.texts)
            await asyncio.sleep(0.15)  # longer than `late_after`
    assert ear.gaps == []
    assert backfilled(ear) == []
    assert "get_group_msg_history" not in [action for action, _ in fake.calls]


async def test_a_post_of_unknown_outcome_is_proved_by_the_history() -> None:
    fake, ear = napcat(), Recorder()
    async with fake.forward() as url:
        adapter = onebot(mode="forward", url=url, send_timeout=0.1)
        async with running(adapter, ear):
            await fake.connected()
            await fake.say(700, 20001, "问")
            await ear.until(lambda: ear.texts)
            fake.faults.silent_acts = True
            with pytest.raises(Exception, match="not answered"):
                await adapter.send(GROUP, adapter.render(Body.of("答"))[0], None)
            await fake.say(700, 20001, "谢")
            await ear.until(lambda: len(ear.frames) == 3)
    assert ear.frames[2].content == Echo(str(fake.posts[0].message_id), "答")
    assert ear.gaps == []


async def test_the_history_of_many_groups() -> None:
    fake, ear = NapCat(), Recorder()
    for group in range(1, 61):
        fake.world.add_group(group)
    async with fake.forward() as url:
        async with running(onebot(mode="forward", url=url), ear):
            await fake.connected()
            for group in range(1, 61):
                await fake.say(group, 20001, f"{group} 前", at=NOW - 60)
            await ear.until(lambda: len(ear.texts) == 60)
        await fake.until(lambda: not fake.clients)
        for group in range(1, 61):
            await fake.say(group, 20001, f"{group} 漏", at=NOW - 30)
        async with running(onebot(mode="forward", url=url), ear):
            await ear.until(lambda: len(ear.texts) == 120)
    assert ear.gaps == []


# --- implementations that page in other ways ---


class Elsewhere:
    """Another implementation's history of 100 messages, ten at a time."""

    def __init__(self, way: str) -> None:
        self.way, self.asked = way, 0
        self.said = [{"message_id": n * 7, "message_seq": n, "time": NOW + n, "message": str(n)} for n in range(100)]

    async def __call__(self, action: str, params: dict[str, Any]) -> object:
        assert action == "get_group_msg_history"
        self.asked += 1
        seq, anchor = params.get("message_seq"), params.get("message_id")
        reverse = params.get("reverseOrder", False)
        if seq is None:
            return {"messages": self.said[-10:][::-1] if self.way == "newest first" else self.said[-10:]}
        index = next(n for n, one in enumerate(self.said) if one["message_seq"] == seq)
        older, newer = self.said[max(0, index - 9) : index + 1], self.said[index : index + 10]
        if self.way == "flag means newer":
            return {"messages": newer if reverse else older}
        if self.way == "flag only turns the page":
            return {"messages": older[::-1] if reverse else older}
        if self.way == "flag is refused" and reverse:
            raise ActionError(action, 1400, "unknown parameter")
        if self.way == "by message id":
            index = next(n for n, one in enumerate(self.said) if one["message_id"] == anchor)
            older = self.said[max(0, index - 9) : index + 1]
        if self.way == "bare list":
            return older
        return {"messages": older if self.way != "stuck" else older[-1:]}


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("flag means newer", 55),
        ("flag only turns the page", 55),
        ("flag is refused", 55),
        ("newest first", 55),
        ("by message id", 55),
        ("bare list", 55),
        ("stuck", 10),
    ],
)
async def test_ways_of_paging(way: str, found: int) -> None:
    elsewhere = Elsewhere(way)
    raws = await History(elsewhere).back_to("700", lambda raw: raw["message_seq"] == 45)
    texts = [raw["message"] for raw in raws]
    assert texts == [str(n) for n in range(100 - len(texts), 100)]
    assert found <= len(texts) < found + 10
    assert all(raw["group_id"] == "700" for raw in raws)


@pytest.mark.parametrize("answer", [None, [], {}, {"messages": None}, {"messages": [7, None, {}]}, "x", 5])
async def test_histories_that_are_none(answer: object) -> None:
    async def ask(action: str, params: dict[str, Any]) -> object:
        return answer

    assert await History(ask).back_to("700", lambda raw: True) == []
