"""The small parts: what answers mean, what posts hang on, and how far everything is durable."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.qq_official._anchors import ANSWERS, KEPT, PLACES, REMEMBERED, WINDOW, Anchor, Anchors, Memory
from bot.adapters.qq_official._frames import CAME, IN_FULL, LEFT, TO_BOT
from bot.adapters.qq_official._lanes import Lanes, Progress
from bot.adapters.qq_official._past import NOTED_EVERY, Notebook, Past
from bot.adapters.qq_official._sight import Sight
from bot.adapters.qq_official._verdicts import Verdict, closed, remedy, verdict

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "accepted", "meaning", "code"),
    [
        ('{"id":"x","timestamp":"t"}', True, Verdict.SENT, 0),
        ("", True, Verdict.SENT, 0),
        ("<html>", True, Verdict.SENT, 0),
        ('{"code":0,"id":"x"}', True, Verdict.SENT, 0),
        ('{"code":304023,"message":"push message is waiting for audit now"}', True, Verdict.SENT, 304023),
        ('{"code":304024,"message":"reply message is waiting for audit now"}', False, Verdict.SENT, 304024),
        ('{"code":40054005,"message":"消息被去重"}', False, Verdict.REPEATED, 40054005),
        ('{"err_code":40034005,"code":1}', False, Verdict.STALE, 40034005),
        ('{"code":304103}', False, Verdict.STALE, 304103),
        ('{"code":"40034128"}', False, Verdict.STALE, 40034128),
        ('{"code":11244}', False, Verdict.TOKEN, 11244),
        ('{"code":22009}', False, Verdict.WAIT, 22009),
        ('{"code":20028}', True, Verdict.WAIT, 20028),
        ('{"code":40034102}', False, Verdict.REFUSED, 40034102),
        ('{"code":40034105}', True, Verdict.REFUSED, 40034105),
        ("<html>", False, Verdict.REFUSED, 0),
        ('{"code":[]}', False, Verdict.REFUSED, 0),
    ],
)
def test_answers(text: str, accepted: bool, meaning: Verdict, code: int) -> None:
    assert verdict(text, accepted=accepted)[:2] == (meaning, code)


@pytest.mark.parametrize("code", [40034102, 40034105, 40054002, 40054010, 304036])
def test_refusals_name_a_remedy(code: int) -> None:
    assert remedy(code)
    assert remedy(1) == ""


@pytest.mark.parametrize(
    ("code", "resumable", "final"),
    [
        (None, True, False),
        (1000, True, False),
        (1006, True, False),
        (4008, True, False),
        (4009, True, False),
        (4006, False, False),
        (4007, False, False),
        (4900, False, False),
        (4902, False, False),
        (4913, False, False),
        (9001, False, False),
        (4013, False, True),
        (4014, False, True),
        (4914, False, True),
        (4915, False, True),
    ],
)
def test_ends(code: int | None, resumable: bool, final: bool) -> None:
    asks = closed(code)
    assert (asks.resumable, bool(asks.final), asks.token) == (resumable, final, False)


def test_a_token_that_is_refused() -> None:
    assert closed(4004).token


def anchored(*ids: str, at: datetime = NOW) -> Anchors:
    anchors = Anchors()
    for one in ids:
        anchors.note("g", Anchor("msg_id", one, f"REFIDX_{one}", at))
    return anchors


def test_a_post_hangs_on_what_it_answers_else_on_the_latest() -> None:
    anchors = anchored("a", "b", "c")
    for reply_to, expected in (("b", "b"), ("REFIDX_a", "a"), ("x", "c"), (None, "c")):
        found = anchors.pick("g", reply_to, NOW)
        assert found is not None
        assert found.id == expected
    assert anchors.pick("elsewhere", "a", NOW) is None
    assert anchors.index("a") == "REFIDX_a"
    assert anchors.index("REFIDX_a") == anchors.index("REFIDX_a")
    assert [anchors.index(other) for other in ("x", None, "")] == ["", "", ""]


def test_after_five_answers_or_five_minutes_another_one_is_taken() -> None:
    anchors = anchored("a", "b")
    first = anchors.pick("g", "b", NOW)
    assert first is not None
    first.answers = ANSWERS
    second = anchors.pick("g", "b", NOW)
    assert second is not None
    assert second.id == "a"
    assert anchors.pick("g", "a", NOW + WINDOW) is None


def test_the_same_message_is_one_anchor_and_little_is_kept() -> None:
    anchors = anchored("a")
    found = anchors.pick("g", "a", NOW)
    assert found is not None
    found.answers = 3
    anchors.note("g", Anchor("msg_id", "a", "", NOW))
    assert anchors.pick("g", None, NOW) is found
    for n in range(PLACES + 5):
        anchors.note(str(n), Anchor("event_id", str(n), "", NOW))
    assert len(anchors._places) == PLACES
    assert anchors.pick("g", "a", NOW) is None
    many = anchored(*map(str, range(KEPT + 1)))
    latest = many.pick("g", "0", NOW)
    assert latest is not None
    assert latest.id == str(KEPT)


def test_memory_is_bounded() -> None:
    memory = Memory()
    for n in range(REMEMBERED + 5):
        memory[str(n)] = ""
    assert len(memory) == REMEMBERED
    assert "0" not in memory


def test_progress_goes_as_far_as_everything_is_durable() -> None:
    progress = Progress()
    for number in (1, 2, 3, 0):
        progress.began(number)
    progress.ended(2)
    assert progress.safe == 0
    progress.ended(1)
    assert progress.safe == 2
    progress.ended(3)
    assert progress.safe == 3
    for number in (4, 5):
        progress.began(number)
    progress.ended(5)
    progress.given_up()
    assert progress.safe == 3
    progress.began(4)
    progress.ended(4)
    assert progress.safe == 4


async def test_lanes_keep_the_order_of_each_group_and_hold_up_no_other() -> None:
    lanes, done = Lanes(), []
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        done.append("a1")

    async def quick(name: str) -> None:
        done.append(name)

    await lanes.put("a", slow)
    await lanes.put("a", lambda: quick("a2"))
    await lanes.put("b", lambda: quick("b1"))
    await asyncio.wait_for(_until(lambda: "b1" in done), 20)
    assert done == ["b1"]
    gate.set()
    await lanes.settle(2)
    assert done == ["b1", "a1", "a2"]


async def test_what_follows_a_failure_in_a_lane_is_not_done() -> None:
    lanes, done = Lanes(bound=2), []

    async def broken() -> None:
        raise RuntimeError("the store is broken")

    async def never() -> None:
        done.append("x")

    await lanes.put("a", broken)
    for _ in range(5):
        await lanes.put("a", never)
    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(lanes.failure(), 20)
    await lanes.settle(0.1)


async def test_settling_gives_up_what_hangs() -> None:
    lanes = Lanes()
    await lanes.put("a", asyncio.Event().wait)  # type: ignore[arg-type]
    await asyncio.wait_for(lanes.settle(0.01), 20)


async def _until(condition: object) -> None:
    while not condition():  # type: ignore[operator]  # noqa: ASYNC110 - a plain list
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ("full", [True]),
        ("full full", [True, None]),
        ("bot bot", [False, None]),
        ("bot full", [False, True]),
        ("full bot full bot", [True, None, None, None]),  # both come for one message
        ("full bot bot", [True, None, False]),
        ("full bot bot full", [True, None, False, True]),
        ("came", [False]),
        ("full left came", [True, None, False]),
        ("full left full", [True, None, True]),
        ("joined press full joined", [None, None, True, None]),
    ],
)
def test_sight(events: str, told: list[bool | None]) -> None:
    what = {"full": IN_FULL, "bot": TO_BOT, "came": CAME, "left": LEFT, "joined": "GROUP_MEMBER_ADD", "press": "x"}
    sight = Sight()
    assert [sight.after(what[event], "g", str(n)) for n, event in enumerate(events.split())] == told


PAST = {"account": "1 2", "session": "s", "number": 7, "alive_at": NOW.isoformat(), "self_id": "9", "name": "小象"}


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "qq" / "session.json", "1 2")
    past = Past("s", Progress(7), alive_at=NOW, self_id="9", name="小象")
    assert notebook.due(NOW)
    notebook.write(past)
    assert not notebook.due(NOW)
    assert notebook.due(NOW + NOTED_EVERY)
    found = notebook.read()
    assert (found.session, found.progress.safe, found.alive_at) == ("s", 7, NOW)
    assert (found.self_id, found.name) == ("9", "小象")


@pytest.mark.parametrize(
    ("text", "session", "alive"),
    [
        ("", "", False),
        ("[]", "", False),
        ('{"account": "1 2"}', "", False),
        (json.dumps({**PAST, "account": "1 3"}), "", False),
        (json.dumps({**PAST, "number": "x"}), "", True),
        (json.dumps({**PAST, "number": -1}), "", True),
        (json.dumps({**PAST, "session": ["x"]}), "", True),
        (json.dumps({**PAST, "alive_at": "2026-11-23"}), "s", False),
        (json.dumps({**PAST, "alive_at": 5}), "s", False),
    ],
)
def test_a_notebook_that_cannot_be_read(text: str, session: str, alive: bool, tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    file.write_text(text)
    found = Notebook(file, "1 2").read()
    assert (found.session, found.alive_at is not None) == (session, alive)
    file.write_bytes(b"\xff\xfe")
    assert Notebook(file, "1 2").read().session == ""
    assert Notebook(tmp_path, "1 2").read().session == ""


def test_a_notebook_that_cannot_be_written_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "qq").write_text("a file where the folder should be")
    Notebook(tmp_path / "qq" / "session.json", "1 2").write(Past())
