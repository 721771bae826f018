"""The report: golden for the demo's fortnight, figures as everywhere, and no words where they must not be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.cli import _figures
from bot.cli._values import as_json
from bot.report._html import html
from bot.report._markdown import markdown
from handlers._reporting import Report, Why
from handlers._reporting.building import build
from handlers._reporting.reading import NoGroupError
from handlers._reporting.spans import WishError
from storage import groups, members, settings
from storage.database import Database
from storage.metrics import FIGURES
from tests.bot.report import golden
from tests.bot.report.stage import SINCE, ZONE, asked, desk, played, reported
from tests.chat import T0, Chat

pytestmark = pytest.mark.middle


async def test_the_fortnight_is_told_as_it_was(sqlite_database: Database) -> None:
    page = await golden.written(sqlite_database)
    assert page == golden.FILE.read_text("utf-8"), "if this is meant: python -m tests.bot.report.golden"


async def test_figures_are_those_of_stats(sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    play = await played(sqlite_database)
    last = (play.over - timedelta(days=1)).astimezone(ZONE).date()
    now = play.over - timedelta(hours=9, seconds=1)  # the Sunday's last second
    for since in (SINCE, "2026-11-16"):
        report = await reported(sqlite_database, asked(since=since), now)
        order = _figures.Asked(None, since, last.isoformat(), week=False, as_json=True)
        assert await _figures.stats(desk(sqlite_database, now), order) == 0
        told = {found["figure"]: found for found in json.loads(capsys.readouterr().out)["figures"]}
        for line in report.figures:
            before = told[line.figure].pop("before")
            assert as_json(FIGURES[line.figure], line.number) == told[line.figure], line.figure
            assert bool(line.before) == (before is not None and since != SINCE), line.figure
        outcomes = told["outcomes"]["parts"]
        assert sum(piece.count for piece in report.outcomes) == sum(outcomes.values()) == told["questions"]["n"]
        assert sum(piece.share for piece in report.outcomes) == 100
        assert report.heat is not None
        assert sum(map(sum, report.heat.counts)) == told["message_hours"]["n"] == told["messages"]["n"]


async def test_months_and_groups_sum_up_in_either_language(sqlite_database: Database) -> None:
    play = await played(sqlite_database)
    report = await reported(sqlite_database, asked(), play.over)
    questions = next(line for line in report.figures if line.figure == "questions").number.n
    for table in (report.steps, report.groups):
        assert sum(int(row.cells[0].split()[0]) for row in table.rows) == questions
    assert [row.head for row in report.steps.rows] == ["2026-11-09", "2026-11-16"]  # a record of two weeks, by week
    assert "(+24%)" in report.steps.rows[1].cells[0]
    assert not any("%)" in cell for cell in report.steps.rows[0].cells)  # the week before was not seen
    assert sum(topic.count for topic in report.topics) <= questions
    listed = {row.thread for why in _whys(report) for row in why.rows}
    assert listed <= {entry.number for entry in report.threads}
    page = markdown(await reported(sqlite_database, asked("en", since=SINCE), play.over))
    for words in ("## At a glance", "## Worth an answer today", "First response time", "As of", "Wrong?"):
        assert words in page
    assert "为什么" not in page


def _whys(found: Any) -> Iterator[Any]:
    if isinstance(found, Why):
        yield found
    elif is_dataclass(found):
        for one in fields(found):
            yield from _whys(getattr(found, one.name))
    elif isinstance(found, tuple):
        for one in found:
            yield from _whys(one)


# -- whose words ------------------------------------------------------------------------------------------------------

SECRET = "主库连不上，password=hunter2secret 主机 10.20.30.40，电话 13800138000，怎么办"
NASTY = "<img src=x onerror=alert(1)> \"'><script>alert(2)</script> [x](javascript:alert(3))"


async def solved(chat: Chat, asker: str, answerer: str, question: str, answer: str, group: str = "g1") -> None:
    await chat.say(asker, question, group=group)
    asked_with = chat.last
    chat.later(minutes=2)
    await chat.say(answerer, answer, group=group, reply_to=asked_with)
    chat.later(minutes=2)
    await chat.say(asker, "解决了，谢谢", group=group, reply_to=chat.last)
    chat.later(hours=1)


async def told(chat: Chat, **wish: Any) -> Report:
    order = replace(asked(**wish), name='<b>"社区"</b>')
    async with chat.database.read() as store:
        every = await groups.every(store)
        chosen = [group for group in every if wish.get("group") in {None, group.key}]
        return await build(store, order, chat.clock.now(), chosen)


def pages(report: Report) -> str:
    return html(report) + markdown(report)


ANSWER = "先看 pg_hba.conf 里有没有这一行，再 reload 一次，多半就好了"


async def talk(database: Database) -> Chat:
    chat = await Chat.open(database)
    chat.clock.time = T0
    for group in ("g1", "g2"):
        await chat.say("someone", "早", group=group)
    async with database.write() as store:
        for group in await groups.every(store):
            await groups.cover(store, group.id, groups.Coverage.FULL, T0 - timedelta(days=100))
    return chat


async def test_secrets_are_masked_wherever_words_are_quoted(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    await solved(chat, "alice", "bob", SECRET, f"{ANSWER}，我的密码 hunter3secret 也是这样")
    await chat.say("carol", SECRET.replace("主库", "备库"))
    report = await told(chat)
    page = pages(report)
    assert report.drafts
    assert report.waiting
    for secret in ("hunter2secret", "hunter3secret", "10.20.30.40", "13800138000"):
        assert secret not in page
    assert "***" in page


async def test_hostile_words_are_data(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    await solved(chat, "<i>alice", "<b>bob", f"pg_hba 连不上怎么办，报这个 {NASTY}", f"{ANSWER}。{NASTY}")
    await chat.say("carol", f"autovacuum 不跑了怎么办 {NASTY}")
    async with sqlite_database.write() as store:
        await store.execute(update(groups.GROUPS).values(name=NASTY))
    report = await told(chat)
    assert report.drafts
    page = html(report)
    for tag in ("<img", "<script", "<i>", "<b>bob", '<b>"'):
        assert tag not in page
    assert "onerror=alert(1)&gt;" in page
    assert "&lt;b&gt;" in page
    assert "<img" not in markdown(report).replace("\\<img", "")
    assert "](javascript" not in markdown(report).replace("\\](", "")


async def test_who_does_not_sign_is_not_named(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    for _ in range(3):
        await solved(chat, "alice", "bobby", "pg_hba 连不上怎么办，报 no pg_hba.conf entry", ANSWER)
    report = await told(chat)
    assert any("bobby" in one.experts for one in report.expertise)
    assert any(draft.by == "bobby" for draft in report.drafts)
    await chat.tell("bobby", "别署名")
    report = await told(chat)
    assert "bobby" not in pages(report)
    assert [one.unnamed for one in report.expertise] == [1]
    assert report.drafts


async def test_who_opted_out_is_neither_named_nor_quoted(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    for asker, answerer in (("alice", "bobby"), ("bobby", "alice"), ("alice", "bobby")):
        await solved(chat, asker, answerer, f"pg_hba 连不上怎么办，{asker}问的", f"{ANSWER}，{answerer}说")
    await chat.tell("bobby", "别记我")
    report = await told(chat)
    page = pages(report)
    for words in ("bobby", "bobby问的", "bobby说"):
        assert words not in page
    assert "不愿被记录" in page
    assert report.drafts == ()


async def test_groups_that_share_nothing_are_counted_and_silent(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    await solved(chat, "alice", "bobby", "pg_hba 连不上怎么办，一群的题", ANSWER, group="g1")
    await solved(chat, "carol", "daven", "pg_hba 连不上怎么办，二群的题", ANSWER, group="g2")
    await chat.say("carol", "autovacuum 不跑了怎么办，二群的另一题", group="g2")
    async with sqlite_database.write() as store:
        found = {group.key: group.id for group in await groups.every(store)}
        await settings.put(store, found["g2"], "questions.sharing", "group", chat.clock.now(), None)
    report = await told(chat)
    page = pages(report)
    assert next(line for line in report.figures if line.figure == "questions").number.n == 3
    for words in ("二群的题", "二群的另一题", "daven"):
        assert words not in page
    assert "这个群的话不外传" in page
    assert "1 个群的话不外传" in page
    assert "一群的题" in page
    at_home = pages(await told(chat, group="g2"))
    assert "二群的题" in at_home
    async with sqlite_database.write() as store:
        await settings.put(store, found["g2"], "questions.sharing", "nobody", chat.clock.now(), None)
    assert "二群的题" not in pages(await told(chat, group="g2"))


async def test_two_accounts_of_one_person_are_one_expert(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    for answerer in ("bobby", "bobby2"):
        await solved(chat, "alice", answerer, "pg_hba 连不上怎么办，报 no pg_hba.conf entry", ANSWER)
    report = await told(chat)
    assert [one.experts for one in report.expertise] == [()]
    async with sqlite_database.write() as store:
        one, two = [await members.find(store, "qq", key) for key in ("bobby", "bobby2")]
        assert one is not None
        assert two is not None
        await members.link(store, two.id, one.id, chat.clock.now())
    report = await told(chat)
    assert [len(one.experts) for one in report.expertise] == [1]


# -- little, nothing, and long ago ------------------------------------------------------------------------------------


async def test_nothing_is_said_calmly(sqlite_database: Database) -> None:
    with pytest.raises(NoGroupError, match="no group yet"):
        await reported(sqlite_database, asked(), T0)
    chat = await Chat.open(sqlite_database)
    async with sqlite_database.write() as store:
        await groups.ensure(store, groups.Place("qq", "silent", name="静"), None)
    report = await told(chat)
    assert report.news == ("这段时间里没有看到群里的消息，数字先不报。",)
    assert {line.value for line in report.figures} <= {"看不到"}
    assert (report.outcomes, report.waiting, report.drafts, report.heat, report.topics) == ((), (), (), None, ())
    with pytest.raises(WishError):
        await told(chat, month="never")


async def test_a_record_that_ended_long_ago_is_looked_at_from_its_end(sqlite_database: Database) -> None:
    chat = await talk(sqlite_database)
    await solved(chat, "alice", "bobby", "pg_hba 连不上怎么办", ANSWER)
    chat.later(days=400)
    report = await told(chat)
    assert "至 2026-11-23" in report.span
    assert any("记录到 2026-11-23 为止" in sentence for sentence in report.footer)
    assert next(line for line in report.figures if line.figure == "questions").number.n == 1


async def test_only_mentions_are_seen(sqlite_database: Database) -> None:
    chat = await Chat.open(sqlite_database)
    await chat.ask_bot("alice", "pg_hba 连不上怎么办")
    async with sqlite_database.write() as store:
        for group in await groups.every(store):
            await groups.cover(store, group.id, groups.Coverage.MENTIONS, T0 - timedelta(days=9))
    report = await told(chat)
    assert report.figures[0].value == "看不到"
    assert any("没合进来" in sentence for sentence in report.footer)


@pytest.mark.middle
async def test_the_same_report_on_each_engine(database: Database) -> None:
    assert await golden.written(database) == golden.FILE.read_text("utf-8")
