"""Figures of waiting: how long until somebody responds, answers, and until it is closed; how many in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.metrics._ask import Ask, Options
from storage.metrics._cases import Case, Entry, figure_of_cases
from storage.metrics._reducers import share, times
from storage.metrics._terms import Unit, Why

NOTHING = timedelta(0)

Moment = Callable[[Case], datetime | None]


def first_response(case: Case) -> datetime | None:
    """Return when another human first clarified or answered."""
    return case.facts.first_response_at


def first_answer(case: Case) -> datetime | None:
    """Return when another human first answered, rightly or wrongly."""
    return case.facts.first_answer_at


def close(case: Case) -> datetime | None:
    """Return when it was resolved for good, by a person's word; the last time counts."""
    return case.verdict.resolved_at if case.resolved else None


def calendar(_options: Options, since: datetime, until: datetime) -> timedelta:
    """Return the time that passed; 0 where the order of two clocks is reversed."""
    return max(until - since, NOTHING)


def service(options: Options, since: datetime, until: datetime) -> timedelta:
    """Return the service time that passed."""
    return options.clock.between(since, until)


def wait(moment: Moment, clock: Callable[[Options, datetime, datetime], timedelta]) -> Callable[[Case, Ask], Entry]:
    """Return the time from t0 to a moment; where it has not come, how long it has been waited for."""

    def entry(case: Case, ask: Ask) -> Entry:
        ended = moment(case)
        own = ask.options.of(case.thread.group_id)
        seconds = clock(own, case.facts.asked_at, ended or ask.now).total_seconds()
        return Entry(None, Why.WAITING, waited=seconds) if ended is None else Entry(seconds, Why.ENDED)

    return entry


def in_time(span: timedelta) -> Callable[[Case, Ask], Entry]:
    """Return whether somebody responded within a span, of threads that are at least as old."""

    def entry(case: Case, ask: Ask) -> Entry:
        asked, responded = case.facts.asked_at, case.facts.first_response_at
        if ask.now - asked < span:
            return Entry(None, Why.YOUNG, counted=False)
        if responded is None:
            return Entry(0, Why.WAITING)
        return Entry(1, Why.IN_TIME) if responded - asked <= span else Entry(0, Why.LATE)

    return entry


_SERVICE_ZH = "只算服务时段（每天 09:00–22:00，法定节假日除外，可改）；时段外就有了的算 0。"
_SERVICE_EN = "Only service hours count (09:00-22:00 daily unless set, no public holidays); 0 while closed."

FIGURES = (
    figure_of_cases(
        "first_response_time",
        "首次响应",
        "First response time",
        Unit.SECONDS,
        wait(first_response, calendar),
        times,
        "从提问到第一个别的人追问或回答；中位数为主，没人应的不估。机器人的不算。",
        "From the question to the first clarification or answer by another human; median; nothing is imputed.",
    ),
    figure_of_cases(
        "first_response_service_time",
        "首次响应（服务时段）",
        "First response, service time",
        Unit.SECONDS,
        wait(first_response, service),
        times,
        "首次响应，" + _SERVICE_ZH,
        "First response time. " + _SERVICE_EN,
    ),
    figure_of_cases(
        "first_answer_time",
        "首次回答",
        "First answer time",
        Unit.SECONDS,
        wait(first_answer, calendar),
        times,
        "从提问到第一个别的人回答，答错也算回答，追问不算。",
        "From the question to the first answer by another human; a wrong answer is one, a clarification is not.",
    ),
    figure_of_cases(
        "first_answer_service_time",
        "首次回答（服务时段）",
        "First answer, service time",
        Unit.SECONDS,
        wait(first_answer, service),
        times,
        "首次回答，" + _SERVICE_ZH,
        "First answer time. " + _SERVICE_EN,
    ),
    figure_of_cases(
        "close_time",
        "解决用时",
        "Close time",
        Unit.SECONDS,
        wait(close, calendar),
        times,
        "从提问到最后一次说解决；只看解决了的题，推断的不算。",
        "From the question to its final close; resolved questions only, inferred ones do not count.",
    ),
    figure_of_cases(
        "close_service_time",
        "解决用时（服务时段）",
        "Close time, service time",
        Unit.SECONDS,
        wait(close, service),
        times,
        "解决用时，" + _SERVICE_ZH,
        "Close time. " + _SERVICE_EN,
    ),
    *(
        figure_of_cases(
            f"response_rate_{name}",
            f"{zh}内有人应",
            f"Responded within {en}",
            Unit.SHARE,
            in_time(span),
            share,
            f"提出后 {zh}内有别的人追问或回答的占多少；只看满了 {zh}的题。",
            f"Questions with a first response within {en} / questions at least that old.",
        )
        for name, zh, en, span in (
            ("1h", "1 小时", "1 hour", timedelta(hours=1)),
            ("24h", "24 小时", "24 hours", timedelta(hours=24)),
            ("7d", "7 天", "7 days", timedelta(days=7)),
        )
    ),
)
