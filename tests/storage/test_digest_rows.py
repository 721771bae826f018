"""What the edition for admins asks of rows: what became of posts, what people pinned, who is in two groups at once."""

from __future__ import annotations

from datetime import timedelta

from storage import accounts, deliveries, errands, groups, members, memberships, outbox, pins
from storage.database import Database
from storage.errands import Errand
from storage.frames import Place
from storage.outbox import State
from storage.pins import Pinned
from storage.replies import Body, Purpose, Reply
from tests.conftest import T0

HOUR = timedelta(hours=1)


async def three_groups(database: Database) -> list[int]:
    async with database.write() as store:
        account = await accounts.ensure(store, "test", "qq")
        return [(await groups.ensure(store, Place("qq", key), account.id)).id for key in ("a", "b", "c")]


async def test_what_became_of_posts(database: Database) -> None:
    one, two, other = await three_groups(database)
    digest, reply = Reply(Body.of("x"), purpose=Purpose.DIGEST), Reply(Body.of("x"))
    async with database.write() as store:
        for number, (group, said, at) in enumerate(
            [
                (one, digest, T0),
                (two, digest, T0 + HOUR),
                (two, reply, T0),
                (other, digest, T0),
                (one, digest, T0 - HOUR),
            ]
        ):
            await outbox.put(store, said, key=f"k{number}", group=group, now=at, expires_at=None)
        first, second = (await outbox.by_key(store, "k0")), (await outbox.by_key(store, "k1"))
        assert first is not None
        assert second is not None
        await outbox.claim(store, first.id, "me", T0 + HOUR)
        await outbox.settle(store, first.id, State.HELD)
        await outbox.settle(store, second.id, State.HELD)
    async with database.read() as store:
        made = await deliveries.made(store, [one, two], Purpose.DIGEST, T0, T0 + 2 * HOUR)
        waiting = await deliveries.waiting(store, [one, two, other])
    assert [(found.group_id, found.state, found.tried) for found in made] == [
        (one, State.HELD, True),
        (two, State.HELD, False),
    ]
    assert waiting == made


async def test_what_people_pinned(database: Database) -> None:
    one, two, _ = await three_groups(database)
    async with database.write() as store:
        await pins.add(store, Pinned.TOPIC, group=one, at=T0, by=7)
        await pins.add(store, Pinned.TOPIC, group=one, at=T0, by=None)
        await pins.add(store, Pinned.OPENS, group=two, at=T0, by=7)
        await pins.add(store, Pinned.MERGED, group=one, at=T0 + HOUR, by=7)
        gone = await pins.add(store, Pinned.OPENS, group=one, at=T0, by=7)
        await pins.undo(store, gone, T0)
        found = await pins.made(store, [one], T0, T0 + HOUR)
    assert [pin.kind for pin in found] == [Pinned.TOPIC]


async def test_who_is_in_two_groups_at_once(database: Database) -> None:
    one, two, other = await three_groups(database)
    async with database.write() as store:
        ids = [(await members.ensure(store, "qq", key, key, T0)).id for key in ("x", "y", "z", "x2")]
        x, y, z, again = ids
        await members.link(store, again, x, T0)
        for group, member in ((one, x), (one, y), (two, again), (two, z), (other, z)):
            await memberships.saw(store, group, member, "", T0)
        await memberships.left(store, two, z, T0 + HOUR)
        found = await memberships.in_both(store, [one, two])
    assert found == {(one, one): 2, (two, two): 1, (one, two): 1, (two, one): 1}


async def test_an_errand_is_known_whatever_became_of_it(database: Database) -> None:
    async with database.write() as store:
        assert not await errands.is_known(store, "k")
        number = await errands.put(store, Errand("digest", "draw", "k", {}), T0)
        await errands.finish(store, number or 0)
        assert await errands.is_known(store, "k")
        assert not await errands.gave_up(store, "k")
        await errands.fail(store, number or 0, "OSError", None)
        assert await errands.gave_up(store, "k")
