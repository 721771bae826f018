"""The threads of the demo as lines: when, where, what, about what, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from handlers import Text
from handlers._wording.numbers import short
from storage.groups import Group
from storage.outcome import Evidence, Outcome
from storage.threads import Thread
from storage.topics import Topic

NARROW = 110  # cells; below it weekdays are left out, and groups and topics are cut shorter


class Texts:
    """The words of the table."""

    COLUMNS = (
        Text(zh="时间", en="asked"),
        Text(zh="群", en="group"),
        Text(zh="编号", en="no."),
        Text(zh="问题", en="question"),
        Text(zh="主题", en="topic"),
        Text(zh="首次响应", en="response"),
        Text(zh="结局", en="outcome"),
        Text(zh="解决用时", en="close time"),
    )
    OUTCOMES: Mapping[Outcome, Text] = {
        Outcome.OPEN: Text(zh="在等", en="open"),
        Outcome.ANSWERED: Text(zh="有答", en="answered"),
        Outcome.RESOLVED: Text(zh="解决", en="resolved"),
        Outcome.EXPIRED: Text(zh="没人答", en="unanswered"),
        Outcome.WITHDRAWN: Text(zh="收回", en="withdrawn"),
        Outcome.INVALID: Text(zh="不是问题", en="no question"),
    }
    INFERRED = Text(zh="推断解决", en="inferred")
    WEEKDAYS: Mapping[str, str] = {"zh": "周一 周二 周三 周四 周五 周六 周日", "en": "Mon Tue Wed Thu Fri Sat Sun"}


WIDE_CELLS = (17, 16, 4, None, 16, 10, 8, 12)
NARROW_CELLS = (11, 8, 3, None, 8, 8, 8, 9)
COLOURS = {Outcome.RESOLVED: "green", Outcome.ANSWERED: "cyan", Outcome.OPEN: "yellow", Outcome.EXPIRED: "red"}


@dataclass(frozen=True, slots=True)
class View:
    """How threads are looked at: with which names, as of when, in which zone, language and width (cells)."""

    groups: Mapping[int, Group]
    topics: Mapping[str, Topic]
    now: datetime
    zone: ZoneInfo
    language: str
    width: int

    @property
    def narrow(self) -> bool:
        """Whether there is little room."""
        return self.width < NARROW


def table(threads: Iterable[Thread], view: View) -> Table:
    """Return threads as a table, one line each, as they stand at the view's moment."""
    found = Table(
        box=None, pad_edge=False, padding=(0, 1 if view.narrow else 2, 0, 0), header_style="bold", expand=True
    )
    for text, cells in zip(Texts.COLUMNS, NARROW_CELLS if view.narrow else WIDE_CELLS, strict=True):
        ratio = 1 if cells is None else None
        found.add_column(text.in_language(view.language), no_wrap=True, width=cells, ratio=ratio)
    for thread in threads:
        found.add_row(*line(thread, view), style=COLOURS.get(thread.verdict(view.now).outcome, "dim"))
    return found


def line(thread: Thread, view: View) -> tuple[str, ...]:
    """Return a thread's cells, in the order of the columns."""
    facts, verdict = thread.facts, thread.verdict(view.now)
    outcome = Texts.INFERRED if verdict.evidence is Evidence.INFERRED else Texts.OUTCOMES[verdict.outcome]
    topic = view.topics.get(thread.topic)
    return (
        moment(facts.asked_at, view.zone, view.language, weekday=not view.narrow),
        view.groups[thread.group_id].name,
        f"#{thread.id}",
        thread.title,
        topic.name(view.language) if topic else "",
        _since(facts.asked_at, facts.first_response_at, view.language),
        outcome.in_language(view.language),
        _since(facts.asked_at, verdict.resolved_at, view.language),
    )


def _since(asked_at: datetime, at: datetime | None, language: str) -> str:
    return "" if at is None else short(at - asked_at, language)


def moment(at: datetime, zone: ZoneInfo, language: str, *, weekday: bool = True) -> str:
    """Return a local time: 11-11 周三 09:14."""
    local = at.astimezone(zone)
    day = Texts.WEEKDAYS[language].split()[local.weekday()] + " " if weekday else ""
    return f"{local:%m-%d} {day}{local:%H:%M}"
