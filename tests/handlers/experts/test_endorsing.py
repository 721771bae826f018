"""An expert accepts another person's answer on a topic they know, and nobody's on others."""

from __future__ import annotations

import pytest

from storage import threads
from storage.outcome import Evidence
from tests.handlers.experts.conftest import Circle

pytestmark = pytest.mark.middle

QUESTION = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"


async def test_an_expert_accepts_an_answer_and_takes_it_back(circle: Circle) -> None:
    await circle.agree("陆工")
    number = await circle.question("木子", QUESTION)
    await circle.town.reply("晓舟", "重建订阅，copy_data 设成 false 就行", circle.chat.last)
    assert await circle.chat.say("陆工", "/endorse 1") == [
        "#1 认了晓舟这句：「重建订阅，copy_data 设成 false 就行」。提问者说没好还会打开，认错了回「撤销」。"
    ]
    async with circle.chat.database.read() as store:
        found = await threads.find(store, number)
    assert found is not None
    assert found.verdict(circle.chat.clock.now()).evidence is Evidence.ENDORSED
    assert (await circle.chat.say("陆工", "/undo"))[0].startswith("撤销了")


async def test_no_one_else_does_nor_of_ones_own_nor_on_what_one_does_not_know(circle: Circle) -> None:
    refused = "#1 的回答由提问者、管理员，或说过「可以找我」又熟这块的人来认。"
    await circle.question("木子", QUESTION)
    await circle.town.reply("陆工", "重建订阅，copy_data 设成 false 就行", circle.chat.last)
    assert await circle.chat.say("晓舟", "/endorse 1") == [refused]
    await circle.chat.tell("晓舟", "擅长 高可用")
    assert await circle.chat.say("晓舟", "/endorse 1") == [refused]  # never agreed to be asked
    await circle.agree("老樊", topic="备份与恢复")
    assert await circle.chat.say("老樊", "/endorse 1") == [refused]
    await circle.agree("木子", "陆工")
    assert await circle.chat.say("木子", "/endorse 1") == [refused]
    assert (await circle.chat.say("陆工", "/endorse 1"))[0].startswith("#1 里没有别人的回答可认")
    assert (await circle.chat.say("陆工", "/endorse"))[0].startswith("认哪一题的回答？")
