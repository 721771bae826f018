"""Annotated data as it is read, and what evaluations say of a linker that is right."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.evaluation import DataError
from bot.evaluation._reading import read
from bot.evaluation._running import Run, links, run
from bot.evaluation.questions import average_precision, questions
from bot.evaluation.threads import judge
from classifiers import Memory, Placement, Role, Said, keywords
from classifiers._evaluating.streams import Stream

LOG = """\
[23:58] <ann> hello
[23:58] <bob> my wifi broke
=== carl [~c@host] has joined #help
[00:01] <ann> bob: which card?
[00:01]  * bob shrugs
"""
LINKS = "0 0 -\n1 1 -\n2 2 -\n1 3 -\n3 4 -\n"
CHAT = [
    {
        "id": "x1",
        "at": "2026-03-02T08:00:00+08:00",
        "member": "m1",
        "name": "甲",
        "text": "主库起不来，报 FATAL 怎么办",
    },
    {"id": "x2", "at": "2026-03-02T08:01:00+08:00", "member": "m2", "name": "乙", "text": "@甲\u2005看下日志"},
    {"id": "x3", "at": "2026-03-02T08:02:00+08:00", "member": "sys", "name": "系统消息", "text": "丙 入群"},
    {"id": "x4", "at": "2026-03-02T08:03:00+08:00", "member": "m1", "name": "甲", "text": "好了 谢谢"},
]
MARKS = [("t1", "question"), ("t1", "answer"), (None, "system"), ("t1", "resolved")]
THREAD = {
    "thread": "t1",
    "topic": "install_upgrade",
    "asker": "m1",
    "first_message": "x1",
    "first_response": "x2",
    "outcome": "resolved",
    "resolved_message": "x4",
    "accepted_answer": "x2",
}


@pytest.fixture
def irc(tmp_path: Path) -> Path:
    (tmp_path / "a.ascii.txt").write_text(LOG, encoding="utf-8")
    (tmp_path / "a.annotation.txt").write_text(LINKS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    rows = [
        row | {"kind": "system" if row["member"] == "sys" else "text", "reply_to": None, "mentions": []}
        | {"gold": {"thread": thread, "role": role}}
        for row, (thread, role) in zip(CHAT, MARKS, strict=True)
    ]  # fmt: skip
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "talk.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "threads.jsonl").write_text(json.dumps(THREAD) + "\n", encoding="utf-8")
    return tmp_path


class Gold:
    """A linker that knows the answers of one stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.opened: dict[str, int] = {}

    def place(self, said: Said, memory: Memory) -> Placement:
        thread = self.stream.thread.get(said.id)
        target = min(self.stream.links.get(said.id, {said.id}))
        if thread is None or said.member is None:
            return Placement(None)
        role = Role(self.stream.roles.get(said.id, "aside"))
        known = self.opened.setdefault(thread, len(self.opened) + 1)
        answers = target if target != said.id else None
        return Placement(known if known in memory.tracks else 0, role, answers=answers)


def test_irc(irc: Path) -> None:
    (stream,) = read(irc, "irc")
    assert [said.name for said in stream.said] == ["ann", "bob", "", "ann", "bob"]
    assert [said.text for said in stream.said][3:] == ["bob: which card?", "shrugs"]
    assert stream.said[2].member is None
    assert stream.said[3].at - stream.said[1].at > stream.said[1].at - stream.said[0].at, "the clock passed midnight"
    assert stream.links == {0: {0}, 1: {1}, 2: {2}, 3: {1}, 4: {3}}
    assert stream.thread == {0: "0", 1: "1", 2: "2", 3: "1", 4: "1"}
    assert questions(stream) == {1}


def test_irc_gold_scores_a_hundred(irc: Path) -> None:
    streams = read(irc, "irc")
    found = judge(streams, Gold, keywords.build(keywords.Settings()))
    del found["messages_per_s"]
    assert set(found.values()) == {100.0}


def test_a_chat(talk: Path) -> None:
    (stream,) = read(talk, "zh-chat")
    first = stream.said[0]
    assert first.at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert stream.said[1].mentions == (first.member,), "mentions are read from the text"
    assert stream.said[2].member is None
    (thread,) = stream.threads
    assert (thread.first, thread.opens, thread.response, thread.resolved) == (1, {1}, 2, 4)
    assert read(talk / "talk.jsonl", "zh-chat") == [stream]


def test_gold_of_a_chat_scores_a_hundred(talk: Path) -> None:
    found = judge(read(talk, "zh-chat"), Gold, keywords.build(keywords.Settings()))
    del found["messages_per_s"], found["topic"]
    assert set(found.values()) == {100.0}


def test_without_mentions(irc: Path, talk: Path) -> None:
    (log,) = read(irc, "irc", mentions=False)
    assert log.said[3].text == "which card?"
    (chat,) = read(talk, "zh-chat", mentions=False)
    assert (chat.said[1].text, chat.said[1].mentions, chat.said[1].name) == ("看下日志", (), "")


def test_links_of_a_linker_that_does_not_tell(talk: Path) -> None:
    (stream,) = read(talk, "zh-chat")
    whole = Run()
    run(Gold(stream), keywords.build(keywords.Settings()), stream, whole)
    assert links(stream.said, whole.placed) == {1: {1}, 2: {1}, 3: {3}, 4: {2}}


def test_unreadable_data_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds nothing"):
        read(tmp_path, "irc")
    (tmp_path / "x.jsonl").write_text('{"id": 1, "at": "then"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="not readable as jsonl"):
        read(tmp_path, "jsonl")


@pytest.mark.parametrize(
    ("pairs", "want"),
    [
        ([(0.9, True), (0.5, False), (0.4, True)], (1 + 2 / 3) / 2),
        ([(0.5, True), (0.5, False)], 0.5),
        ([(0.9, False), (0.1, True)], 0.5),
        ([(0.9, True), (0.0, False), (0.0, False), (0.0, True)], (1 + 2 / 4) / 2),
    ],
)
def test_average_precision(pairs: list[tuple[float, bool]], want: float) -> None:
    assert average_precision(pairs) == pytest.approx(100 * want)
