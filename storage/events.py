"""Events: what the community does together at a time, who speaks, which companies are behind it, whom it is for."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update

from storage import companies
from storage._event_rows import EVENT_HOSTS, EVENT_TARGETS, EVENTS, SPEAKERS, Event, Kind, Plan, Speaker, State
from storage.database import Store
from storage.segments import Kind as SegmentKind
from storage.segments import Segment

__all__ = [
    "EVENTS",
    "EVENT_HOSTS",
    "EVENT_TARGETS",
    "SPEAKERS",
    "Event",
    "Kind",
    "Plan",
    "Speaker",
    "State",
    "add",
    "between",
    "by_uid",
    "cancel",
    "change",
    "coming",
    "drafts",
    "find",
    "get",
    "keep_record",
    "locked",
    "of_rule",
    "of_series",
    "publish",
    "several",
]

_APART = {"speakers", "hosts", "targets"}  # in tables of their own
_LISTS = ("languages", "asks")
_NAMES = {"series": "series_id", "rule": "rule_id"}
_FIELDS = tuple(field.name for field in fields(Event) if field.name not in _APART)
_COLUMNS = tuple(EVENTS.c[_NAMES.get(name, name)] for name in _FIELDS)
# Built once: with each registration an event is looked up, and building these costs more than running them.
_BY_ID = select(*_COLUMNS).where(EVENTS.c.id == bindparam("id"))
_IDS: Any = bindparam("ids", expanding=True)
_SPEAKERS = (
    select(SPEAKERS.c.event_id, SPEAKERS.c.name, companies.COMPANIES.c.name, SPEAKERS.c.about, SPEAKERS.c.member_id)
    .select_from(SPEAKERS.outerjoin(companies.COMPANIES, companies.COMPANIES.c.id == SPEAKERS.c.company_id))
    .where(SPEAKERS.c.event_id.in_(_IDS))
    .order_by(SPEAKERS.c.position)
)
_HOSTS = (
    select(EVENT_HOSTS.c.event_id, companies.COMPANIES.c.name)
    .join(companies.COMPANIES, companies.COMPANIES.c.id == EVENT_HOSTS.c.company_id)
    .where(EVENT_HOSTS.c.event_id.in_(_IDS))
    .order_by(companies.COMPANIES.c.id)
)
_TARGETS = (
    select(EVENT_TARGETS)
    .where(EVENT_TARGETS.c.event_id.in_(_IDS))
    .order_by(EVENT_TARGETS.c.kind, EVENT_TARGETS.c.value)
)


# -- writing ----------------------------------------------------------------------------------------------------------


async def add(
    store: Store,
    plan: Plan,
    *,
    at: datetime,
    by: int | None = None,
    uid: str | None = None,
    series: int | None = None,
    round: int | None = None,  # noqa: A002 - the glossary's word
    rule: int | None = None,
    occurrence: datetime | None = None,
) -> int | None:
    """Keep an event as a draft and return its number; None where its uid, or its place in its rule, is taken."""
    event = await store.insert_or_skip(
        EVENTS,
        **_row(plan),
        uid=uid or secrets.token_hex(16),
        state=State.DRAFT,
        series_id=series,
        round=round,
        rule_id=rule,
        occurrence=occurrence,
        by_member=by,
        created_at=at,
    )
    if event is not None:
        await _put_apart(store, event, plan)
    return event


async def change(store: Store, event: int, plan: Plan, at: datetime) -> None:
    """Let an event be as planned now; one that was published and begins or ends at another time has moved."""
    before = await get(store, event)
    moved = (plan.starts_at, plan.ends_at) != (before.starts_at, before.ends_at) and before.published_at is not None
    values = _row(plan) | {"sequence": before.sequence + 1, "moved_at": at if moved else before.moved_at}
    await store.execute(update(EVENTS).where(EVENTS.c.id == event).values(**values))
    for table in (SPEAKERS, EVENT_HOSTS, EVENT_TARGETS):
        await store.execute(delete(table).where(table.c.event_id == event))
    await _put_apart(store, event, plan)


async def publish(store: Store, event: int, at: datetime) -> bool:
    """Let members know of a draft; False where it was published or cancelled before."""
    draft = update(EVENTS).where(EVENTS.c.id == event, EVENTS.c.state == State.DRAFT)
    return bool((await store.execute(draft.values(state=State.PUBLISHED, published_at=at))).rowcount)


async def cancel(store: Store, event: int, at: datetime) -> bool:
    """Call an event off; False where it was before."""
    stands = update(EVENTS).where(EVENTS.c.id == event, EVENTS.c.state != State.CANCELLED)
    values = {"state": State.CANCELLED, "cancelled_at": at, "sequence": EVENTS.c.sequence + 1}
    return bool((await store.execute(stands.values(**values))).rowcount)


async def keep_record(store: Store, event: int, *, replay: str | None = None, slides: str | None = None) -> None:
    """Keep where an event can be watched again, and its slides."""
    given = {name: value for name, value in (("replay", replay), ("slides", slides)) if value is not None}
    if given:
        await store.execute(update(EVENTS).where(EVENTS.c.id == event).values(**given))


def _row(plan: Plan) -> dict[str, Any]:
    row = {field.name: getattr(plan, field.name) for field in fields(Plan) if field.name not in _APART}
    row |= {name: " ".join(row[name]) for name in _LISTS}
    return row | {"reminders": None if plan.reminders is None else " ".join(plan.reminders)}


async def _put_apart(store: Store, event: int, plan: Plan) -> None:
    speakers = [
        {
            "event_id": event,
            "position": position,
            "name": speaker.name,
            "about": speaker.about,
            "company_id": await companies.ensure(store, speaker.company) if speaker.company else None,
            "member_id": speaker.member,
        }
        for position, speaker in enumerate(plan.speakers)
    ]
    hosts = [{"event_id": event, "company_id": await companies.ensure(store, name)} for name in plan.hosts]
    targets = [{"event_id": event, "kind": target.kind, "value": target.value} for target in plan.targets]
    for table, rows in ((SPEAKERS, speakers), (EVENT_HOSTS, hosts), (EVENT_TARGETS, targets)):
        await store.insert_new(table, rows)


# -- looking up -------------------------------------------------------------------------------------------------------


async def get(store: Store, event: int) -> Event:
    """Return an event by number.

    Raises:
        LookupError: There is none.
    """
    found = await find(store, event)
    if found is None:
        raise LookupError(f"no event {event}")
    return found


async def find(store: Store, event: int) -> Event | None:
    """Return an event by number, if there is one."""
    return next(iter(await _read(store, _BY_ID, {"id": event})), None)


async def several(store: Store, events: Collection[int]) -> dict[int, Event]:
    """Return events by number."""
    return {event.id: event for event in await _read(store, select(*_COLUMNS).where(EVENTS.c.id.in_(events)))}


async def by_uid(store: Store, uid: str) -> Event | None:
    """Return the event with an identity of iCalendar."""
    return next(iter(await _read(store, select(*_COLUMNS).where(EVENTS.c.uid == uid))), None)


async def locked(store: Store, event: int) -> Event:
    """Return an event that nobody else changes, or gives seats of, until the transaction ends.

    Raises:
        LookupError: There is none.
    """
    query = select(EVENTS.c.id).where(EVENTS.c.id == event)
    await store.row(query if store.is_sqlite else query.with_for_update())
    return await get(store, event)


async def coming(
    store: Store, now: datetime, *, until: datetime | None = None, limit: int | None = None
) -> list[Event]:
    """Return published events that are not over, the next one first; up to those that begin before a time."""
    query = select(*_COLUMNS).where(EVENTS.c.state == State.PUBLISHED, EVENTS.c.ends_at > now)
    if until is not None:
        query = query.where(EVENTS.c.starts_at < until)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id).limit(limit))


async def between(
    store: Store, since: datetime, until: datetime, states: Iterable[State] = (State.PUBLISHED,)
) -> list[Event]:
    """Return the events of some states that begin in a span, in their order."""
    query = select(*_COLUMNS).where(
        EVENTS.c.starts_at >= since, EVENTS.c.starts_at < until, EVENTS.c.state.in_(list(states))
    )
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def drafts(store: Store) -> list[Event]:
    """Return the events that nobody published yet, the next one first."""
    query = select(*_COLUMNS).where(EVENTS.c.state == State.DRAFT)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def of_series(store: Store, series: int) -> list[Event]:
    """Return the events of a series, by round, the summit last."""
    query = select(*_COLUMNS).where(EVENTS.c.series_id == series)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def of_rule(store: Store, rule: int, since: datetime) -> list[Event]:
    """Return the events that a rule made and that begin after a time, the next one first."""
    query = select(*_COLUMNS).where(EVENTS.c.rule_id == rule, EVENTS.c.starts_at > since)
    return await _read(store, query.order_by(EVENTS.c.starts_at, EVENTS.c.id))


async def _read(store: Store, query: Select[Any], values: Any = None) -> list[Event]:
    rows = [dict(zip(_FIELDS, row, strict=True)) for row in await store.rows(query, values)]
    ids = [row["id"] for row in rows]
    apart: dict[str, dict[int, Any]] = {
        "speakers": {**await _speakers(store, ids)},
        "hosts": {**await _hosts(store, ids)},
        "targets": {**await _targets(store, ids)},
    }
    return [_event(row, {name: tuple(found.get(row["id"], ())) for name, found in apart.items()}) for row in rows]


def _event(row: dict[str, Any], apart: dict[str, Any]) -> Event:
    told = row | {name: tuple(row[name].split()) for name in _LISTS} | apart
    told |= {"kind": Kind(row["kind"]), "state": State(row["state"])}
    return Event(**told | {"reminders": None if row["reminders"] is None else tuple(row["reminders"].split())})


async def _speakers(store: Store, ids: Sequence[int]) -> dict[int, list[Speaker]]:
    found: dict[int, list[Speaker]] = {}
    for event, name, company, about, member in await store.rows(_SPEAKERS, {"ids": ids}):
        found.setdefault(event, []).append(Speaker(name, company or "", about, member))
    return found


async def _hosts(store: Store, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event, name in await store.rows(_HOSTS, {"ids": ids}):
        found.setdefault(event, []).append(name)
    return found


async def _targets(store: Store, ids: Sequence[int]) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = {}
    for event, kind, value in await store.rows(_TARGETS, {"ids": ids}):
        found.setdefault(event, []).append(Segment(SegmentKind(kind), value))
    return found
