"""Figures of questions: how many were asked, on what, and what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.metrics._ask import Ask
from storage.metrics._cases import Case, Entry, figure_of_cases
from storage.metrics._reducers import outcomes, share, total
from storage.metrics._terms import Unit, Why
from storage.outcome import EXPIRES_AFTER, Evidence, Outcome

R7_SPAN = timedelta(days=7)


def asked(case: Case, _ask: Ask) -> Entry:
    """Count every valid question; one that was asked before by somebody else is demand as well."""
    return Entry(1, Why.ASKED if case.thread.duplicate_of is None else Why.DUPLICATE)


def topic(case: Case, _ask: Ask) -> Entry:
    """Count a valid question under its topic; empty where the classifier abstained."""
    return Entry(1, case.thread.topic)


def resolved(case: Case, _ask: Ask) -> Entry:
    """Say whether it is resolved by a person's word: confirmed, endorsed or linked."""
    return _judged(case, case.resolved)


def resolved_or_inferred(case: Case, _ask: Ask) -> Entry:
    """Say whether it is resolved, the asker's closing thanks included."""
    return _judged(case, case.verdict.outcome is Outcome.RESOLVED)


def _judged(case: Case, counts: bool) -> Entry:
    if counts and case.verdict.evidence is not None:
        return Entry(1, case.verdict.evidence)
    return Entry(0, Why.UNRESOLVED)


def closed_at(case: Case) -> datetime | None:
    """Return since when it has been closed without a break; None if it is not.

    Saying 解决了 again moves `resolved_at`; a close that was never taken back held from its first moment.
    """
    closed, first = case.verdict.resolved_at, case.facts.first_resolved_at
    return min(closed, first) if closed and first and not case.facts.reopened else closed


def within_a_week(case: Case, ask: Ask) -> Entry:
    """Say whether it was resolved by a person's word within 7 days, of threads that are 7 days old."""
    return _within(case, ask, case.resolved)


def within_a_week_or_inferred(case: Case, ask: Ask) -> Entry:
    """Say whether it was resolved within 7 days, closing thanks included, of threads that are 7 days old."""
    return _within(case, ask, case.verdict.outcome is Outcome.RESOLVED)


def _within(case: Case, ask: Ask, counts: bool) -> Entry:
    if ask.now - case.facts.asked_at < R7_SPAN:
        return Entry(None, Why.YOUNG, counted=False)
    closed = closed_at(case)
    if not counts or closed is None:
        return Entry(0, Why.UNRESOLVED)
    return _judged(case, True) if closed - case.facts.asked_at <= R7_SPAN else Entry(0, Why.LATE)


def outcome(case: Case, _ask: Ask) -> Entry:
    """Put it under one of the bar's parts: resolved, inferred, answered, expired, open."""
    if case.resolved:
        return Entry(1, Outcome.RESOLVED)
    return Entry(0, case.verdict.evidence or case.verdict.outcome)


def expired(case: Case, ask: Ask) -> Entry:
    """Say whether nobody answered for 7 idle days, of threads that are old enough for it."""
    if ask.now - case.facts.asked_at < EXPIRES_AFTER:
        return Entry(None, Why.YOUNG, counted=False)
    return Entry(int(case.verdict.outcome is Outcome.EXPIRED), case.verdict.outcome)


def reopened(case: Case, _ask: Ask) -> Entry:
    """Say whether the asker took a close back, of threads that are or were resolved by any evidence."""
    if case.facts.reopened:
        return Entry(1, Why.REOPENED)
    kept = case.verdict.outcome is Outcome.RESOLVED
    return Entry(0, Why.KEPT) if kept else Entry(None, Why.UNRESOLVED, counted=False)


def confirmed(case: Case, _ask: Ask) -> Entry:
    """Count it if the asker said that it works: that is heard even where only mentions are."""
    if case.verdict.evidence is not Evidence.CONFIRMED:
        return Entry(None, Why.UNRESOLVED, counted=False)
    return Entry(1, Evidence.CONFIRMED)


FIGURES = (
    figure_of_cases(
        "questions",
        "提问",
        "Questions",
        Unit.COUNT,
        asked,
        total,
        "这段时间里提出的问题；管理员说不是问题的、提问者收回的不算，别人问过的照算。",
        "Questions asked in the period, but those an admin ruled out or the asker took back; repeated ones count.",
    ),
    figure_of_cases(
        "topics",
        "各主题提问",
        "Questions by topic",
        Unit.COUNT,
        topic,
        total,
        "每个主题下的提问数；一题最多算一个主题，看不出主题的单列。",
        "Questions under each topic; one topic each at most, those without one apart.",
    ),
    figure_of_cases(
        "outcomes",
        "结局",
        "Outcomes",
        Unit.SHARE,
        outcome,
        outcomes,
        "提问的结局合起来是 100%：解决、推断解决、答了没确认、没人答（还开着的和过期的）。",
        "What became of the questions, 100 % in all: resolved, inferred, answered, unanswered (open or expired).",
    ),
    figure_of_cases(
        "resolution_rate",
        "解决率",
        "Resolution rate",
        Unit.SHARE,
        resolved,
        share,
        "到现在为止解决了的占提问的多少；提问者说好了、管理员或专家认可、指到已解决的题，才算解决。",
        "Questions resolved so far / questions: the asker says so, an answer was accepted, or linked to a solved one.",
    ),
    figure_of_cases(
        "resolution_rate_inferred",
        "解决率（含推断）",
        "Resolution rate with inferred",
        Unit.SHARE,
        resolved_or_inferred,
        share,
        "解决率，再加上提问者得到回答后道过谢、一天内没有下文的题。",
        "The resolution rate, with closing thanks after an answer that nothing followed for a day.",
    ),
    figure_of_cases(
        "r7",
        "七天解决率",
        "R7",
        Unit.SHARE,
        within_a_week,
        share,
        "提出后 7 天内解决的占多少；只看满了 7 天的题，推断的不算。",
        "Questions resolved within 7 days / questions at least 7 days old; inferred ones do not count.",
    ),
    figure_of_cases(
        "r7_inferred",
        "七天解决率（含推断）",
        "R7 with inferred",
        Unit.SHARE,
        within_a_week_or_inferred,
        share,
        "七天解决率，再加上推断解决的题。",
        "R7, with questions whose resolution is inferred.",
    ),
    figure_of_cases(
        "expired_share",
        "过期率",
        "Expired",
        Unit.SHARE,
        expired,
        share,
        "没人回答、7 天没有动静的占多少；只看满了 7 天的题。",
        "Questions without an answer and idle for 7 days / questions at least 7 days old.",
    ),
    figure_of_cases(
        "reopen_rate",
        "重开率",
        "Reopen rate",
        Unit.SHARE,
        reopened,
        share,
        "解决后 7 天内提问者又说没解决的，占解决过的多少。",
        "Questions whose asker took a close back within 7 days / questions that are or were resolved.",
    ),
    figure_of_cases(
        "confirmed_closes",
        "提问者确认解决",
        "Confirmed closes",
        Unit.COUNT,
        confirmed,
        total,
        "提问者亲口说解决了的题；只看得到 @ 我的群也看得到这个。",
        "Questions whose asker said that it works; seen even where only mentions are.",
        mentions=True,
    ),
)
