"""The cheap first decision: what is small talk for certain, and what may speak for a thread that is near."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from classifiers import Memory, Role, Said
from classifiers._cues import Reader
from classifiers._linker.quiet import quiet
from classifiers._tree import load

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ASKER, HELPER, IDLER, STRANGER = 1, 2, 3, 4
READER = Reader(load())


def said(number: int, member: int, minutes: float, text: str, **more: int) -> Said:
    return Said(number, str(number), member, T0 + timedelta(minutes=minutes), text, **more)  # type: ignore[arg-type]


def memory(*, chatted: bool = True) -> Memory:
    """Return a group in which one thread was spoken in, and then small talk was made."""
    found = Memory()
    found.settle(said(1, ASKER, 0, "主库 pg_wal 涨到 200G 了，香蕉能直接删吗"), 1, Role.QUESTION)
    found.settle(said(2, HELPER, 1, "别删，先看复制槽"), 1, Role.ANSWER)
    if chatted:
        found.settle(said(3, IDLER, 6, "中午吃什么"), None, Role.ASIDE)
    return found


@pytest.mark.parametrize(
    ("member", "minutes", "text", "expected"),
    [
        (STRANGER, 10, "楼下那家面馆", True),
        (STRANGER, 10, "哈哈哈", True),
        (HELPER, 10, "楼下那家面馆", False),  # spoke in the thread
        (ASKER, 10, "楼下那家面馆", False),
        (IDLER, 7, "楼下那家面馆", False),  # his own words may become a question
        (STRANGER, 10, "香蕉不错", False),  # a word of the thread
        (STRANGER, 10, "谢谢", False),  # what words in threads do
        (STRANGER, 10, "报错 ERROR: deadlock detected", False),
        (HELPER, 60, "楼下那家面馆", True),  # by then the thread is not near
        (ASKER, 60, "楼下那家面馆", False),  # askers come back
    ],
)
def test_what_is_small_talk_for_certain(member: int, minutes: float, text: str, expected: bool) -> None:
    assert quiet(said(9, member, minutes, text), memory(), READER) is expected


def test_right_behind_a_thread_nothing_is_certain() -> None:
    assert not quiet(said(9, STRANGER, 3, "楼下那家面馆"), memory(chatted=False), READER)


def test_who_points_is_heard() -> None:
    assert not quiet(said(9, STRANGER, 10, "楼下那家面馆", reply_to=3), memory(), READER)
