"""Companies at events: counted before the words of people are erased, and still in the figures afterwards."""

from __future__ import annotations

from datetime import timedelta

from storage import checkins, companies, event_companies, members, registrations
from storage.checkins import CHECKINS
from storage.database import Database
from tests.conftest import T0
from tests.storage.rows import a_member
from tests.storage.test_registrations import an_event, joined


async def test_who_came_for_which_company_is_counted_once_for_each_person(database: Database) -> None:
    async with database.write() as store:
        event = await an_event(store)
        reed, pine = [await companies.ensure(store, name) for name in ("苇间数据", "松果")]
        people = [await joined(store, event, str(number)) for number in range(3)]
        twin = await a_member(store, "0", platform="telegram")
        await members.link(store, twin.id, people[0].id, T0)
        for member, company in zip(people, (reed, reed, pine), strict=True):
            mine = await registrations.get(store, event.id, member.id)
            await registrations.mark(store, mine.id, company_id=company)
        for member in (people[0], twin):
            row = {"event_id": event.id, "member_id": member.id, "day": event.starts_at.date(), "at": T0, "how": "code"}
            await store.insert_new(CHECKINS, [row])
        assert len(await checkins.persons(store, event.id)) == 1
        assert await event_companies.erase_told(store, event.ends_at + timedelta(days=31)) == 3
        assert await event_companies.erase_told(store, event.ends_at + timedelta(days=32)) == 0
        assert await event_companies.counted(store, [event.id]) == {event.id: {reed: (2, 1), pine: (1, 0)}}
