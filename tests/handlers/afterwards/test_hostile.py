"""What is said with a will to break something, or in another language."""

from __future__ import annotations

import pytest

from storage import events, feedback
from tests.handlers.afterwards.conftest import Open
from tests.handlers.afterwards.given import After

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

NASTY = ["5 [CQ:at,qq=all] <b>x</b>", "5 好 %s %(number)s", "5 \u202e反过来", "5 @全体成员", "5 " + "𠮷" * 250]


async def test_a_line_is_words_and_nothing_else(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    for text in NASTY:
        (said,) = await after.chat.tell("muzi", f"评分 E1 {text}")
        assert said.startswith(("记下了，5 分", "改成 5 分了")), text
        (shown,) = await after.chat.tell("root", "反馈 E1")
        assert shown.splitlines()[1] == "5 分 1"
        async with after.chat.database.read() as store:
            (kept,) = await feedback.of_event(store, after.event.id)
        assert len(kept.text) <= 200


async def test_certificates_that_cannot_be(after: After) -> None:
    await after.ends(minutes=1)
    wrong = ("E1", "E1 木子", f"E1 {'木' * 41} 通过", f"E1 木子 {'好' * 61}", "E99 木子 通过", "木子 通过")
    for args in wrong:
        (said,) = await after.chat.tell("root", f"/certify {args}")
        assert "XQ-2026" not in said, args


async def test_what_is_no_number(after: After) -> None:
    wrong = ("1", "XQ-2026", "XQ-2026-7K3M-9QTM-1", "'; DROP TABLE certificates; --", "🐘" * 30)
    for number in wrong:
        (said,) = await after.chat.tell("hank", f"/cert {number}")
        assert said.startswith(("证书号像这样", "带上证书号")), number


async def test_of_what_was_called_off_nothing_comes(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    async with after.chat.database.write() as store:
        await events.cancel(store, after.event.id, after.chat.clock.now())
    assert await after.ends(hours=30) == []
    assert await after.chat.tell("muzi", "评分 E1 5") == ["E1 取消了，没有反馈。"]
    assert await after.chat.tell("root", "回放 E1 https://pg.example.org/r/1") == ["E1 取消了，没有回放。"]


async def test_a_score_by_command_in_reply_to_the_question(after: After) -> None:
    await after.registers("muzi")
    await after.comes("muzi")
    await after.ends(hours=2)
    asked = after.chat.adapter.posted[-1].key
    assert (await after.chat.tell("muzi", "评分 4", reply_to=asked))[0].startswith("记下了，4 分")


@pytest.mark.middle  # a page is set, in a process of its own
async def test_in_english(open_after: Open) -> None:
    after = await open_after(language="en")
    await after.registers("muzi")
    await after.comes("muzi")
    assert await after.ends(hours=2) == [
        "How was “象行成都”? Reply 1 to 5, with a line if you like. No answer is fine, too."
    ]
    assert await after.chat.tell("muzi", "5 very clear") == ["Noted: 5. Thanks. To change it: /rate E1 4"]
    (said,) = await after.chat.tell("root", "/certify E1 muzi passed")
    assert said.startswith("The certificate of muzi: XQ-2026-")
    (told,) = await after.work()
    assert told.startswith("Your certificate: 象行成都, passed\n")
    (kept, *_) = await after.chat.tell("root", "/replay E1 https://pg.example.org/r/1")
    assert kept.startswith("Noted: the replay of E1.")
    after.chat.later(minutes=6)
    assert await after.tick() == ["“象行成都” 柏舟\nReplay https://pg.example.org/r/1"]
