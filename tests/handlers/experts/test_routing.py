"""Who is asked: only who agreed, who knows, who may read it, who is awake, in turns; and how they are asked."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from storage import experts, members, privacy, settings
from storage.outbox import OUTBOX
from tests.handlers.experts.conftest import Circle

pytestmark = pytest.mark.middle  # many dialogs: the fast tier keeps to a minute

QUESTION = "PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来？"


async def test_an_expert_is_asked_in_private_with_all_that_matters(circle: Circle) -> None:
    key = await circle.town.ask("木子", "主库切换后备库追不上怎么办？")
    said = await circle.town.reply("陆工", "重做备库，用 pg_rewind", key)
    await circle.town.reply("木子", "好了", said)
    await circle.agree("陆工", topic="")
    number = await circle.question("大桥", QUESTION)
    key = circle.chat.last
    await circle.town.reply("豆子", "同问", key)
    await circle.town.reply("大桥", "重启过 Patroni 了，是 postgresql 17.2", key)
    circle.chat.later(hours=5)
    assert await circle.route(number) == [
        "陆工，有一题想请你看一眼，不急。\n"
        "#2 PG 17.2 上 Patroni 切主后逻辑复制槽没了，怎么找回来：postgresql 17.2，等了 5 小时，同问 1 人\n"
        "提问者补过：「重启过 Patroni 了，是 postgresql 17.2」\n"
        "找你，是因为 #1 是你答好的。这周第 1 次，最多 3 次。\n"
        "直接回这条，我署你的名转到群里；回「换人」我找别人，回「歇一周」就不打扰。不回也没事。"
    ]
    assert circle.asked() == "陆工"
    assert await circle.route(number) == []  # there is time until tomorrow


async def test_who_did_not_agree_is_never_asked(circle: Circle) -> None:
    for number in range(3):
        key = await circle.town.ask(f"木子{number}", "主库切换后备库追不上怎么办？")
        said = await circle.town.reply("陆工", "重做备库，用 pg_rewind", key)
        await circle.town.reply(f"木子{number}", "好了", said)
    await circle.chat.tell("陆工", "擅长 复制与高可用")
    number = await circle.question("大桥", QUESTION)
    circle.chat.later(hours=5)
    assert await circle.route(number) == []
    await circle.chat.tell("陆工", "可以找我")
    assert len(await circle.route(number)) == 1
    circle.chat.later(days=7)
    await circle.chat.tell("陆工", "别找我")
    assert await circle.route(await circle.question("大桥", QUESTION)) == []


async def test_no_one_who_took_part_rests_has_enough_or_was_just_asked(circle: Circle) -> None:
    await circle.agree("木子", "陆工", "老樊", "晓舟", "豆子")
    await circle.chat.tell("老樊", "歇一周")
    await circle.chat.tell("豆子", "当专家 每周 0")
    number = await circle.question("木子", QUESTION)
    await circle.town.reply("陆工", "你先看日志", circle.chat.last)
    assert len(await circle.route(number)) == 1
    assert circle.asked() == "晓舟"
    circle.chat.later(hours=25)
    again = await circle.question("木子", QUESTION)
    assert len(await circle.route(again)) == 1
    assert circle.asked() == "陆工"
    circle.chat.later(hours=1)
    assert await circle.route(await circle.question("木子", QUESTION)) == []


@pytest.mark.parametrize(("hour", "count"), [(8, 0), (9, 1), (12, 0), (14, 1), (21, 1), (22, 0), (23, 0)])
async def test_nobody_is_asked_in_quiet_hours(circle: Circle, hour: int, count: int) -> None:
    await circle.agree("陆工")
    await circle.chat.tell("陆工", "当专家 免扰 12:00-14:00")
    circle.chat.clock.time = circle.chat.clock.time.replace(hour=hour) + timedelta(days=1)
    assert len(await circle.route(await circle.question("木子", QUESTION))) == count


@pytest.mark.parametrize(("shares", "asked"), [("community", ["外人"]), ("group", ["群友"]), ("nobody", [])])
async def test_only_who_may_read_a_groups_words_is_asked(circle: Circle, shares: str, asked: list[str]) -> None:
    await circle.agree("外人", "群友")
    await circle.chat.say("群友", "早", group="g2")
    number = await circle.question("木子", QUESTION, group="g2")
    async with circle.chat.database.write() as store:
        group = (await store.row(experts.THREADS.select())).group_id
        await settings.put(store, group, "questions.sharing", shares, circle.chat.clock.now(), None)
    assert len(await circle.route(number)) == len(asked)
    assert ([circle.asked()] if asked else []) == asked


async def test_without_a_topic_or_of_an_import_or_when_it_is_solved_nobody_is_asked(circle: Circle) -> None:
    await circle.agree("陆工")
    assert await circle.route(await circle.question("木子", "这是为什么呢？", topic="")) == []
    await circle.chat.say("木子", QUESTION, replayed=True)
    async with circle.chat.database.read() as store:
        imported = await store.scalar(experts.THREADS.select().where(experts.THREADS.c.imported))
    assert await circle.route(imported) == []
    number = await circle.question("木子", QUESTION)
    await circle.town.reply("木子", "好了", circle.chat.last)
    assert await circle.route(number) == []


async def test_who_left_the_records_is_not_asked(circle: Circle) -> None:
    await circle.agree("陆工", "老樊")
    async with circle.chat.database.write() as store:
        await privacy.opt_out(store, "qq", "陆工", circle.chat.clock.now())
    assert len(await circle.route(await circle.question("木子", QUESTION))) == 1
    assert circle.asked() == "老樊"


async def test_a_word_that_did_not_get_through_is_no_reason_to_wait(circle: Circle) -> None:
    await circle.agree("陆工", "老樊")
    number = await circle.question("木子", QUESTION)
    assert len(await circle.route(number)) == 1
    async with circle.chat.database.write() as store:
        await store.execute(OUTBOX.update().where(OUTBOX.c.key.startswith("expert:")).values(state="failed"))
    assert len(await circle.route(number)) == 1
    assert circle.asked() == "老樊"


async def test_over_fifty_questions_the_load_is_fair(circle: Circle) -> None:
    """Six experts, a question every eight hours: only by day, nobody twice in a row, nobody above 1.5 of a sixth."""
    names = ["陆工", "老樊", "晓舟", "砚秋", "Lena", "柏舟"]
    await circle.agree(*names)
    for name in names:
        await circle.chat.tell(name, "当专家 每周 5")
    number = await circle.question("木子", QUESTION)
    asked: list[str] = []
    while len(asked) < 50:
        circle.chat.later(hours=11)
        number = await circle.question("木子", QUESTION)
        told = await circle.route(number)
        night = not 9 <= circle.chat.clock.now().hour < 22
        assert not (night and told)
        asked += [circle.asked()] if told else []
    assert all(one != other for one, other in pairwise(asked))
    assert max(Counter(asked).values()) <= 1.5 * 50 / len(names)
    assert Counter(asked).keys() == set(names)


async def test_a_promise_is_made_where_somebody_else_knows_the_topic(circle: Circle) -> None:
    topic = "replication_ha"
    assert not await circle.promised(topic)
    await circle.chat.tell("陆工", "擅长 高可用")
    assert not await circle.promised(topic)
    await circle.agree("陆工")
    assert await circle.promised(topic)
    assert await circle.promised(topic, by="木子")
    assert not await circle.promised(topic, by="陆工")
    assert not await circle.promised("sql")
    assert not await circle.promised("")
    await circle.chat.tell("陆工", "歇一周")
    assert not await circle.promised(topic)
    circle.chat.later(days=8)
    assert await circle.promised(topic)


async def test_the_askers_other_account_and_blocked_words_are_nobodys(circle: Circle) -> None:
    await circle.agree("木子二号", "陆工")
    number = await circle.question("木子", QUESTION)
    now = circle.chat.clock.now()
    async with circle.chat.database.write() as store:
        asker, other = [await members.ensure(store, "qq", who, who, now) for who in ("木子", "木子二号")]
        await members.link(store, other.id, asker.id, now)
        await settings.put(store, settings.COMMUNITY, "blocklist.words", ["patroni"], now, None)
    assert await circle.route(number) == []
    async with circle.chat.database.write() as store:
        await settings.drop(store, settings.COMMUNITY, "blocklist.words")
    assert len(await circle.route(number)) == 1
    assert circle.asked() == "陆工"
