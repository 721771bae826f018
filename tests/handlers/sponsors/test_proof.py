"""The proof sheet: what became of each post, what is told of people, and that it can be set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers._events.proof import Proof, Reach, content, count, gather, pdf
from storage import checkins, companies, couriers, event_posts, events, groups, members, money, outbox, registrations
from storage import reminders as told
from storage.couriers import Carried
from storage.database import Database, Store
from storage.event_posts import Outcome, Shown
from storage.events import Kind, Plan
from storage.frames import Place
from storage.money import Slot
from storage.outbox import State
from storage.reminders import Kind as Reminded
from storage.replies import Body, Purpose, Reply

NOW = datetime(2026, 12, 10, 2, tzinfo=UTC)
AT = datetime(2026, 12, 5, 6, tzinfo=UTC)
TOLD = AT - timedelta(days=10)
TOUR = Plan(
    kind=Kind.TOUR, title="象行成都 · 第二轮", starts_at=AT, ends_at=AT + timedelta(hours=3), zone="Asia/Shanghai",
    city="成都", venue="高新区天府五街",
)  # fmt: skip
STATES = (State.SENT, State.UNKNOWN, State.DROPPED, State.PENDING, State.FAILED)


async def a_group(store: Store, number: int, size: int | None, source: str = "observed") -> int:
    group = await groups.ensure(store, Place("qq", f"g{number}", name=f"PG 交流 {number} 群"), None)
    if size is not None:
        await groups.set_size(store, group.id, date(2026, 11, 20), size, source)
    return group.id


async def posted(
    store: Store, event: int, group: int, state: State, kind: Reminded = Reminded.ANNOUNCE, *, tries: int = 0
) -> None:
    key = f"event:{event}:{kind}:{group}"
    await told.claim(store, told.Place(event, kind, AT, group), TOLD, post=key)
    reply = Reply(Body.of("x"), purpose=Purpose.REMINDER)
    post = await outbox.put(store, reply, key=key, group=group, now=TOLD, expires_at=None)
    assert post is not None
    if state is not State.PENDING:
        await outbox.settle(store, post, state, sent_at=TOLD if state is State.SENT else None, attempts=tries)


async def carried(store: Store, event: int, group: int, state: Carried) -> None:
    member = await members.ensure(store, "qq", "courier", "晓舟", TOLD)
    post = f"event:{event}:announce:by:{member.id}:copy"
    number = await couriers.ask(store, f"event:{event}:announce", group, member.id, post, TOLD)
    await told.claim(store, told.Place(event, Reminded.ANNOUNCE, AT, group), TOLD, post=post)
    assert number is not None
    if state is not Carried.WAITING:
        await couriers.settle(store, number, state, TOLD)


async def an_event(store: Store, came: int) -> tuple[int, int]:
    """Return an event and its sponsor: groups in each state, and so many who came."""
    event = await events.add(store, TOUR, at=TOLD) or 0
    await events.publish(store, event, TOLD)
    await events.keep_record(store, event, replay="https://pg.example.org/r/57")
    company = await companies.ensure(store, "苇间数据")
    await money.sponsor(store, event, company, Slot.BOOTH, "双展位", 500_000, "CNY", TOLD)
    await money.show(store, 1, "签到处左侧，易拉宝两个", AT)
    await money.sponsor(store, event, company, Slot.TOPIC, "《零停机升级》", 0, "", TOLD)
    for number, state in enumerate(STATES, 1):
        await posted(store, event, await a_group(store, number, 1000 + number), state)
    await posted(store, event, 1, State.SENT, Reminded.DAY, tries=1)
    await posted(store, event, 2, State.DROPPED, Reminded.DAY, tries=1)
    for number, settled in enumerate((Carried.DONE, Carried.WAITING, Carried.SKIPPED), 6):
        await carried(store, event, await a_group(store, number, 300, "by_hand"), settled)
    await posted(store, event, await a_group(store, 9, None), State.SENT)
    for number in range(came):
        member = await members.ensure(store, "qq", f"m{number}", f"张三{number}", TOLD)
        values = {"state": registrations.State.IN, "at": AT, "changed_at": AT}
        await registrations.put(store, event, member.id, values | {"source": registrations.Source.GROUP})
        await checkins.add(store, event, member.id, date(2026, 12, 5), AT)
    return event, company


async def test_what_became_of_each_post(database: Database) -> None:
    async with database.write() as store:
        event, _ = await an_event(store, 0)
        found = await event_posts.shown(store, event)
    assert sorted((one.group, one.kind.value, one.outcome.value) for one in found) == [
        (1, "1d", "sent"), (1, "announce", "sent"), (2, "1d", "unknown"), (2, "announce", "unknown"),
        (6, "announce", "carried"), (7, "announce", "asked"), (9, "announce", "sent"),
    ]  # fmt: skip


async def test_the_sheet_tells_figures_and_nobodys_name(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        event, company = await an_event(store, 7)
        shown = content(await gather(store, event, company), NOW, "测试社区", "zh")
    assert [row[:2] for row in shown["people"]["tiles"]] == [["报名", "7"], ["签到", "7"]]
    assert shown["groups"]["rows"] == [
        ["PG 交流 1 群", "1,001", "公告，提醒 1 次", "11 月 25 日", "已送达"],
        ["PG 交流 2 群", "1,002", "公告，提醒 1 次", "11 月 25 日", "结果不明"],
        ["PG 交流 6 群", "手填 300", "公告", "11 月 25 日", "由人转发，已确认"],
        ["PG 交流 7 群", "手填 300", "公告", "11 月 25 日", "请人转发，未回话"],
        ["PG 交流 9 群", "看不到", "公告", "11 月 25 日", "已送达"],
    ]
    assert shown["groups"]["sums"][0] == (
        "确认送达 3 个群，群人数合计 1,001，另有手填的 300；结果不明或未回话 2 个群，不计入。"
    )
    assert shown["slots"]["rows"] == [
        ["展位", "双展位", "12 月 5 日登记：签到处左侧，易拉宝两个"], ["议题", "《零停机升级》", "还没有登记展示"],
    ]  # fmt: skip
    assert "张三" not in str(shown)
    assert "5,000" not in str(shown)


@pytest.mark.parametrize(("number", "said"), [(0, "0"), (1, "少于 5"), (4, "少于 5"), (5, "5"), (1234, "1,234")])
def test_counts_below_five_are_not_told(number: int, said: str) -> None:
    assert count(number, "zh") == said


async def test_who_sponsors_nothing_has_no_sheet(sqlite_database: Database) -> None:
    async with sqlite_database.write() as store:
        event, _ = await an_event(store, 0)
        other = await companies.ensure(store, "云麓")
        with pytest.raises(LookupError):
            await gather(store, event, other)


@pytest.mark.middle
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_it_is_set_alike_each_time_however_much_there_is(sqlite_database: Database, language: str) -> None:
    async with sqlite_database.write() as store:
        found = await gather(store, *await an_event(store, 3))
    group = found.reaches[0].group
    posts = (Shown(1, Reminded.ANNOUNCE, TOLD, Outcome.SENT),)
    many = Proof(found.event, "#[*苇间*]", found.slots, 120, 83, 31, (Reach(group, 2000, False, posts),) * 70)
    for proof in (found, many):
        made = pdf(proof, NOW, "测试社区", language)
        assert made.startswith(b"%PDF-")
        assert made == pdf(proof, NOW + timedelta(hours=1), "测试社区", language)
