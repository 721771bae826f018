"""The figure of the bot's own responses: a series apart, which no figure of people ever contains."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, and_, cast, exists, func, literal, select

from storage.database import Store
from storage.messages import MESSAGES
from storage.metrics._ask import Ask
from storage.metrics._cases import Case, Entry, load_cases, per_case
from storage.metrics._coverage import HEARD, Seen
from storage.metrics._reducers import times
from storage.metrics._terms import Figure, Row, Unit, Why
from storage.metrics.waits import calendar
from storage.outbox import OUTBOX
from storage.replies import Purpose
from storage.threads import THREAD_MESSAGES, THREADS


async def _first_posts(store: Store, ask: Ask) -> dict[int, datetime | None]:
    """Return, for threads whose question mentions the bot, when it first replied about it in that group."""
    to_bot = exists().where(
        THREAD_MESSAGES.c.thread_id == THREADS.c.id,
        THREAD_MESSAGES.c.role == "question",
        MESSAGES.c.id == THREAD_MESSAGES.c.message_id,
        MESSAGES.c.to_bot,
    )
    said = and_(
        OUTBOX.c.about == literal("thread:") + cast(THREADS.c.id, Text),
        OUTBOX.c.group_id == THREADS.c.group_id,  # an expert who is asked in private is another matter
        OUTBOX.c.purpose == Purpose.REPLY,
        OUTBOX.c.sent_at <= ask.now,
    )
    query = (
        select(THREADS.c.id, func.min(OUTBOX.c.sent_at))
        .outerjoin(OUTBOX, said)
        .where(THREADS.c.group_id.in_(ask.scope.groups), to_bot)
        .where(THREADS.c.asked_at >= ask.period.since, THREADS.c.asked_at < ask.period.until)
        .group_by(THREADS.c.id)
    )
    return {row[0]: row[1] for row in await store.rows(query)}


async def _load(store: Store, ask: Ask, seen: Seen) -> list[tuple[Case, datetime | None]]:
    first = await _first_posts(store, ask)
    return [(case, first[case.thread.id]) for case in await load_cases(store, ask, seen) if case.thread.id in first]


def _rows(material: list[tuple[Case, datetime | None]], ask: Ask) -> list[Row]:
    first = {case.thread.id: at for case, at in material}

    def entry(case: Case, asked: Ask) -> Entry:
        if case.thread.imported:
            return Entry(None, Why.IMPORTED, counted=False)
        at = first[case.thread.id]
        seconds = calendar(asked.options, case.facts.asked_at, at or asked.now).total_seconds()
        return Entry(None, Why.WAITING, waited=seconds) if at is None else Entry(seconds, Why.ENDED)

    return per_case(entry, mentions=True)([case for case, _ in material], ask)


FIGURES = (
    Figure(
        name="bot_response_time",
        zh="机器人响应",
        en="Bot response time",
        unit=Unit.SECONDS,
        definition_zh="@ 了机器人的问题，从提问到它在群里第一次回复；和人的响应分开算。",
        definition_en="Questions that mention the bot: until its first reply in that group; a series apart.",
        load=_load,
        rows=_rows,
        reduce=times,
        needs=HEARD,
    ),
)
