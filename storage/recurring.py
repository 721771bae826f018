"""Recurring events: the rules by which they come again, what each is made of, and the days that are left out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint, select, update

from storage._event_rows import Plan, State
from storage.database import Store
from storage.schema import METADATA, Id, UTCDateTime

EVENT_RULES = Table(
    "event_rules",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("uid", Text),  # of iCalendar, where it came in a file
    Column("rule", Text, nullable=False),  # RFC 5545, without its DTSTART: FREQ=WEEKLY;BYDAY=TU,TH
    Column("plan", Text, nullable=False),  # the first event as JSON: what each later one is made of
    Column("state", Text, nullable=False, server_default=State.DRAFT),  # in which its events are made
    Column("zone", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),  # the first start
    Column("except_on", Text, nullable=False, server_default="[]"),  # local days that are left out, JSON
    Column("made_until", UTCDateTime),  # up to where its events are rows
    Column("ended_at", UTCDateTime),
    Column("by_member", Id, ForeignKey("members.id")),
    UniqueConstraint("uid"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Events that recur.

    Attributes:
        rule: RFC 5545, without its DTSTART: `FREQ=WEEKLY;BYDAY=TU,TH`.
        plan: The first of them; the others differ in their times alone.
        state: In which they are made: drafts, or published.
        except_on: Days of its zone on which there is none.
        made_until: Up to where they are rows, UTC.
    """

    id: int
    rule: str
    plan: Plan
    state: State
    except_on: frozenset[date]
    made_until: datetime | None = None
    ended_at: datetime | None = None
    by_member: int | None = None
    uid: str | None = None


_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
_NAMES = ("id", "rule", "plan", "state", "except_on", "made_until", "ended_at", "by_member", "uid")
_COLUMNS = tuple(EVENT_RULES.c[name] for name in _NAMES)


def encoded(plan: Plan) -> str:
    """Return a plan as JSON."""
    return _PLAN.dump_json(plan).decode()


def decoded(text: str) -> Plan:
    """Return the plan that `encoded` wrote."""
    return _PLAN.validate_json(text)


async def add(
    store: Store,
    rule: str,
    plan: Plan,
    *,
    state: State = State.DRAFT,
    except_on: Collection[date] = (),
    by: int | None = None,
    uid: str | None = None,
) -> int | None:
    """Keep a rule and return its number; None where its uid is taken."""
    return await store.insert_or_skip(
        EVENT_RULES,
        uid=uid,
        rule=rule,
        plan=encoded(plan),
        state=state,
        zone=plan.zone,
        since=plan.starts_at,
        except_on=_days(except_on),
        by_member=by,
    )


async def find(store: Store, rule: int) -> Rule | None:
    """Return a rule by number, if there is one."""
    row = await store.row(select(*_COLUMNS).where(EVENT_RULES.c.id == rule))
    return None if row is None else _rule(row)


async def by_uid(store: Store, uid: str) -> Rule | None:
    """Return the rule with an identity of iCalendar."""
    row = await store.row(select(*_COLUMNS).where(EVENT_RULES.c.uid == uid))
    return None if row is None else _rule(row)


async def standing(store: Store) -> list[Rule]:
    """Return the rules that nobody ended, in their order."""
    rows = await store.rows(select(*_COLUMNS).where(EVENT_RULES.c.ended_at.is_(None)).order_by(EVENT_RULES.c.id))
    return [_rule(row) for row in rows]


async def leave_out(store: Store, rule: Rule, days: Iterable[date]) -> None:
    """Keep that there is none on some days more."""
    await _change(store, rule.id, except_on=_days({*rule.except_on, *days}))


async def made(store: Store, rule: int, until: datetime) -> None:
    """Keep up to where a rule's events are rows."""
    await _change(store, rule, made_until=until)


async def let_be(store: Store, rule: int, state: State) -> None:
    """Let a rule's events be made in a state from now on."""
    await _change(store, rule, state=state)


async def end(store: Store, rule: int, at: datetime) -> None:
    """Let a rule make no more events; those that are made stay."""
    await _change(store, rule, ended_at=at)


async def _change(store: Store, rule: int, **values: Any) -> None:
    await store.execute(update(EVENT_RULES).where(EVENT_RULES.c.id == rule).values(**values))


def _days(days: Iterable[date]) -> str:
    return json.dumps(sorted(day.isoformat() for day in days))


def _rule(row: Any) -> Rule:
    told = dict(zip(_NAMES, row, strict=True))
    told |= {"plan": decoded(told["plan"]), "state": State(told["state"])}
    return Rule(**told | {"except_on": frozenset(date.fromisoformat(day) for day in json.loads(told["except_on"]))})
