"""Talk of real groups gets no suggestion, however much was solved before and however little likeness is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation._reading import read
from classifiers import linker
from storage.database import Database
from storage.frames import Kind
from tests.bench.answers import DATA, fill
from tests.chat import T0, Chat

SOLVED = 600  # questions that were solved before, of all the other streams
STREAMS = ("qq-idle-held", "wx-region-held", "qq-evening-held", "wx-plaza-held")


@pytest.mark.middle
async def test_talk_of_groups_gets_no_suggestion_and_questions_get_few(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'solved.db'}"
    await fill(url, SOLVED, T0)
    async with Database.open(url) as database:
        tables = {"questions": {"suggest": True, "confidence": "low", "suggest_confidence": "low"}}
        learnt = linker.build(linker.Settings())
        chat = await Chat.open(database, features=("questions",), tables=tables, linker=learnt)
        answered: list[str | None] = []
        for stream in (read(DATA, "zh-chat", only=name)[0] for name in STREAMS):
            shift = T0 - stream.said[0].at
            for said in stream.said:
                if said.member is None:
                    continue
                chat.clock.time = said.at + shift
                posts = await chat.say(
                    f"{stream.name} {said.member}", said.text, group=stream.name, key=f"{stream.name} {said.key}",
                    name=said.name, kind=Kind(said.kind), mentions=[f"{stream.name} {who}" for who in said.mentions],
                    reply_to=None if said.reply_to is None else f"{stream.name} {stream.keys[said.reply_to]}",
                )  # fmt: skip
                answered += [stream.thread.get(said.id)] * len(posts)
    assert None not in answered
    assert 3 <= len(answered) <= 40
