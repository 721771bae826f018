"""Makes the events of a rule, some weeks ahead, each once whoever makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers._events import recurrence
from storage import events, recurring
from storage.database import Store
from storage.events import State
from storage.recurring import Rule


async def make(store: Store, rule: Rule, now: datetime, ahead: timedelta) -> list[int]:
    """Make the events of a rule that are not rows yet, and return their numbers; none that is past.

    They are drafts or published, as the rule's are. The UNIQUE place in the rule decides where two do it at once.
    """
    length, until = rule.plan.ends_at - rule.plan.starts_at, now + ahead
    moments = recurrence.starts(
        rule.rule,
        rule.plan.starts_at,
        ZoneInfo(rule.plan.zone),
        after=rule.made_until,
        until=until,
        except_on=rule.except_on,
    )
    made: list[int] = []
    for moment in (moment for moment in moments if moment > now):
        plan = replace(rule.plan, starts_at=moment, ends_at=moment + length)
        number = await events.add(store, plan, at=now, by=rule.by_member, rule=rule.id, occurrence=moment)
        if number is None:
            continue
        if rule.state is State.PUBLISHED:
            await events.publish(store, number, now)
        made.append(number)
    await recurring.made(store, rule.id, until)
    return made
