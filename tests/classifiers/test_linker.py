"""The learned linker: a function of the messages before, light to import, and never worse than its floors."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers import Linker, Memory, Role, rules
from classifiers.linker import Learned, Settings, build
from tests.classifiers.dialogs import CHATS, Line, chat

ROOT = Path(__file__).parents[2]
MODES = ("outside", "threads")


@pytest.fixture(scope="module", params=MODES)
def linker(request: pytest.FixtureRequest) -> Learned:
    return build(Settings(small_talk=request.param))


def lines(name: str = "weekday") -> list[Line]:
    return chat((CHATS / f"{name}.txt").read_text(encoding="utf-8"))


def run(linker: Learned, said: list[Line], *, rebuild_every: int = 0) -> list[int | None]:
    memory, opened = Memory(), 0
    for index, line in enumerate(said):
        if rebuild_every and index % rebuild_every == 0:
            memory = rebuilt(memory)
        found = linker.place(line.said, memory)
        assert linker.place(line.said, memory) == found, "a second look changes nothing"
        opened += found.thread == 0
        thread = opened if found.thread == 0 else found.thread
        memory.settle(line.said, thread, found.role)
        for message, target, role in found.moves:
            memory.move(message, thread if target == 0 else target, role)
    return [memory.thread_of(line.said.id) for line in said]


def rebuilt(memory: Memory) -> Memory:
    """Return a memory of the same messages, settled anew in their order."""
    held = {said.id: (said, track.id, role) for track in memory.tracks.values() for said, role in track.said}
    held |= {said.id: (said, thread, role) for said, thread, role in memory.recent}
    fresh = Memory()
    for said, thread, role in sorted(held.values(), key=lambda kept: kept[0].order):
        asker = memory.tracks[thread].asker if thread is not None else None
        fresh.settle(said, thread, role, asker=asker)
    return fresh


def test_a_rebuilt_memory_gives_the_same_places(linker: Learned) -> None:
    assert run(linker, lines(), rebuild_every=20) == run(linker, lines())


def test_two_linkers_agree(linker: Learned) -> None:
    other = build(linker.settings)
    assert run(linker, lines("english")) == run(other, lines("english"))


def test_what_has_no_author_has_no_place(linker: Learned) -> None:
    (line,) = chat("0|甲|-|死锁怎么办，ERROR: deadlock detected")
    for odd in (
        replace(line.said, member=None),
        replace(line.said, kind="withheld"),
        replace(line.said, kind="system"),
    ):
        assert linker.place(odd, Memory()).thread is None


@pytest.mark.parametrize("kind", ["learnt", "rules"])
def test_a_shared_link_is_there_to_be_read(kind: str) -> None:
    """Whatever its title asks; whoever asks about it says so in words of their own."""
    judge: Linker = build(Settings()) if kind == "learnt" else rules.build(rules.Settings())
    words = "周四 20:00 线上分享：连接池到底该开多大 https://pg.example.org/live/pool"
    (line,) = chat(f"0|甲|-|{words}")
    assert judge.place(replace(line.said, kind="link"), Memory()).thread is None
    (asked,) = chat("0|甲|a|死锁怎么办，ERROR: deadlock detected")
    assert judge.place(asked.said, Memory()).thread == 0


def test_a_question_to_the_bot_is_one_by_intent() -> None:
    linker = build(Settings())
    (line,) = chat("0|甲|a|这个怎么弄")
    assert linker.place(replace(line.said, to_bot=True), Memory()).thread == 0


def test_an_opener_without_content_waits_for_its_question() -> None:
    said = chat("0|甲|a|在吗 请教个问题\n6|甲|a|从库 pg_basebackup 跑到一半报 could not receive data 断开，怎么续传")
    assert run(build(Settings()), said) == [1, 1]


def test_caution_opens_fewer_threads() -> None:
    def opened(caution: float) -> int:
        return len({thread for thread in run(build(Settings(caution=caution)), lines("night")) if thread})

    assert opened(2.0) <= opened(0.0) <= opened(-2.0)
    assert opened(2.0) < opened(-2.0)


def test_what_a_message_answers_is_told_where_all_talk_has_threads() -> None:
    linker = build(Settings(small_talk="threads"))
    said = chat("0|ann|a|my wifi is gone after the upgrade, any idea?\n1|bob|a|ann: which card is it? lspci tells")
    memory = Memory()
    first = linker.place(said[0].said, memory)
    memory.settle(said[0].said, 1, first.role)
    second = linker.place(said[1].said, memory)
    assert (first.thread, first.answers) == (0, None)
    assert (second.thread, second.answers, second.role) == (1, said[0].said.id, Role.ANSWER)


def test_a_broken_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"odd")
    with pytest.raises(ValueError, match="no linker's model"):
        build(Settings(model=tmp_path / "x.npz"))


@pytest.mark.middle
def test_scikit_learn_stays_away_from_messages() -> None:
    code = (
        "import sys; from classifiers.linker import build, Settings; from classifiers import Memory\n"
        "from tests.classifiers.test_linker import lines, run\n"
        "run(build(Settings()), lines()); run(build(Settings(small_talk='threads')), lines())\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('sklearn', 'scipy')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_speed(linker: Learned) -> None:
    said, memory = lines(), Memory()
    begin = time.process_time()
    for line in said:
        memory.settle(line.said, 1 if line.thread else None, linker.place(line.said, memory).role)
    assert len(said) / (time.process_time() - begin) > 200, "an order of magnitude is guarded here, not a record"
