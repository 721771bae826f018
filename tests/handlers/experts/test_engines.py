"""One walk on both engines: agreed, asked, answered in the group, closed by the asker, learnt from."""

from __future__ import annotations

from storage.database import Database
from tests.handlers.experts.conftest import FEATURES, MORNING, Circle
from tests.handlers.scripted import Town

QUESTION = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"


async def test_both_engines_ask_and_answer_alike(database: Database) -> None:
    circle = Circle(await Town.open(database, at=MORNING, features=FEATURES))
    await circle.agree("陆工", "老樊")
    number = await circle.question("木子", QUESTION)
    assert len(await circle.route(number)) == 1
    first = circle.asked()
    await circle.chat.tell(first, "换人")
    other = circle.asked()
    assert {first, other} == {"陆工", "老樊"}
    told = await circle.answer(other, "看 pg_replication_slots 里还有没有同名的槽")
    assert any(text.startswith(f"@木子 {other}答 #1：") for text in told)
    assert (await circle.chat.ask_bot("木子", "解决了"))[0].startswith("#1 结了，")
    await circle.chat.tell(other, "擅长 去掉 高可用")
    assert await circle.chat.tell(other, "擅长") == ["答好过题、我也会来问的：复制与高可用。"]
    await circle.chat.make_admin("root")
    assert (await circle.chat.tell("root", "专家名单"))[0].startswith(
        "愿意被请的 2 位，近 28 天请了 2 次，答 1，换人 1。"
    )
