"""The linker's hard cases (chats/cases.txt), and what no talk shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classifiers import Memory, Role
from classifiers.rules import Settings, build
from tests.classifiers.dialogs import CHATS, Line, cases, chat, places

CASES = cases((CHATS / "cases.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    lines, roles = CASES[name]
    seen = places(lines)
    threads: dict[str, int] = {}
    for line in lines:
        ours = seen[line.said.id][0]
        if line.thread is None:
            assert ours is None, line.said.text
        else:
            assert ours is not None, line.said.text
            assert threads.setdefault(line.thread, ours) == ours, line.said.text
    assert len(set(threads.values())) == len(threads)
    assert {number: seen[number][1] for number in roles} == roles


def test_a_mention_of_the_bot_is_a_question_by_intent() -> None:
    (line,) = chat("0|甲|a|这个怎么弄")
    assert places([line])[1][0] is None
    spoken = Line(replace(line.said, to_bot=True), line.thread)
    assert places([spoken])[1] == (1, Role.QUESTION)


def test_calling_the_bot_is_no_question() -> None:
    (line,) = chat("0|甲|-|在吗")
    assert places([Line(replace(line.said, to_bot=True), None)])[1][0] is None


def test_system_lines_and_withheld_messages_have_no_place() -> None:
    (line,) = chat("0|甲|-|死锁怎么办，ERROR: deadlock detected")
    linker = build(Settings())
    for odd in (
        replace(line.said, member=None),
        replace(line.said, kind="withheld"),
        replace(line.said, kind="system"),
    ):
        assert linker.place(odd, Memory()).thread is None


def test_a_quote_without_a_reply_id_is_matched() -> None:
    lines = chat(
        "0|甲|a|count(*) 一亿行要 40 秒怎么优化\n1|乙|b|timestamptz 存进去差 8 小时怎么改\n30|丙|a|估算就查 reltuples"
    )
    lines[2] = Line(replace(lines[2].said, quote="甲：count(*) 一亿行要 40 秒怎么优化"), "a")
    seen = places(lines)
    assert seen[3] == (seen[1][0], Role.ANSWER)
