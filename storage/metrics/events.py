"""Figures of events: how many were held, where, who shares and who comes, how they were liked, who comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from storage.metrics._ask import Ask
from storage.metrics._held import Held, Meetings, load_held
from storage.metrics._reducers import distinct, ratio, scores
from storage.metrics._terms import Figure, Limits, Missing, Reduced, Row, Unit, Why


def used(found: Meetings, _ask: Ask) -> Limits:
    """Return that nothing can be told where no event was ever published here: they are kept elsewhere."""
    return Limits(None if found.used else Missing.NOT_OBSERVABLE)


def observed(found: Meetings, ask: Ask) -> Limits:
    """Return that nothing can be told of who came where events were held and nobody checked in at any."""
    if found.events and not found.observed:
        return Limits(Missing.NOT_OBSERVABLE)
    return used(found, ask)


def _held(found: Meetings, _ask: Ask) -> list[Row]:
    """List the events."""
    return [Row(True, Why.HELD, 1, event=event.id, title=event.title) for event in found.events]


def _count(rows: Sequence[Row]) -> Reduced:
    return Reduced(len(rows), len(rows))


def _companies(of: Callable[[Held], Iterable[int]]) -> Callable[[Meetings, Ask], list[Row]]:
    """Return the list of distinct companies, each with the first event that it was part of."""

    def rows(found: Meetings, _ask: Ask) -> list[Row]:
        first: dict[int, int] = {}
        for event in found.events:
            for company in sorted(of(event)):
                first.setdefault(company, event.id)
        return [Row(True, Why.HELD, 1, event=event, title=found.companies[company]) for company, event in first.items()]

    return rows


def _cities(found: Meetings, _ask: Ask) -> list[Row]:
    """List the distinct cities; the value is 1, however many events there were."""
    first: dict[str, int] = {}
    for event in found.events:
        if event.city:
            first.setdefault(event.city, event.id)
    return [Row(True, Why.HELD, 1, event=event, title=city) for city, event in first.items()]


def _scores(found: Meetings, _ask: Ask) -> list[Row]:
    """List what was given, without who gave it."""
    given = [(event, Counter(event.scores)) for event in found.events]
    return [
        Row(True, Why.HELD, score, event=event.id, title=event.title)
        for event, counts in given
        for score in sorted(counts.elements(), reverse=True)
    ]


def _again(found: Meetings, _ask: Ask) -> list[Row]:
    """List the rounds that followed one, each with how many of those who came then came now."""
    return [
        Row(True, Why.AGAIN, len(event.before & event.came.keys()), event=event.id, title=event.title,
            weight=len(event.before))
        for event in found.observed
        if event.before is not None
    ]  # fmt: skip


FIGURES = (
    Figure(
        name="events_held",
        zh="办过的活动",
        en="Events held",
        unit=Unit.COUNT,
        definition_zh="这段时间里开始、已经结束、没有取消的活动。",
        definition_en="Events that began in the period, are over, and were not cancelled.",
        load=load_held,
        rows=_held,
        reduce=_count,
        limits=used,
    ),
    Figure(
        name="event_cities",
        zh="办过活动的城市",
        en="Cities of events",
        unit=Unit.COUNT,
        definition_zh="这些活动在多少个不同的城市；线上的不算。",
        definition_en="Distinct cities of these events; what was online has none.",
        load=load_held,
        rows=_cities,
        reduce=distinct,
        limits=used,
    ),
    Figure(
        name="sharing_companies",
        zh="分享的企业",
        en="Sharing companies",
        unit=Unit.COUNT,
        definition_zh="这些活动的讲者来自多少家不同的企业。",
        definition_en="Distinct companies of the speakers of these events.",
        load=load_held,
        rows=_companies(lambda event: event.sharing),
        reduce=distinct,
        limits=used,
    ),
    Figure(
        name="attending_companies",
        zh="到场的企业",
        en="Attending companies",
        unit=Unit.COUNT,
        definition_zh="签到的人报名时说过来自多少家不同的企业；没说的不猜。",
        definition_en="Distinct companies that those who checked in named when they registered; who named none is not"
        " guessed.",
        load=load_held,
        rows=_companies(lambda event: event.attending),
        reduce=distinct,
        limits=observed,
    ),
    Figure(
        name="event_score",
        zh="活动评分",
        en="Score of events",
        unit=Unit.SCORE,
        definition_zh="参加者给这些活动打的分（1 到 5）的平均，每人每场算一次；中位另列。",
        definition_en="Mean of the scores (1 to 5) that were given to these events, one for each person and event; the"
        " median beside it.",
        load=load_held,
        rows=_scores,
        reduce=scores,
        limits=used,
    ),
    Figure(
        name="carry_over",
        zh="又来的",
        en="Carry-over",
        unit=Unit.SHARE,
        definition_zh="系列活动里，上一轮签到的人这一轮又签到的占多少；两轮都有人签到才算。",
        definition_en="Of those who checked in at the round before in a series, the share that checked in at this one;"
        " of rounds at which people checked in.",
        load=load_held,
        rows=_again,
        reduce=ratio,
        limits=used,
    ),
)
