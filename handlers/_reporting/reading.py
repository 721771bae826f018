"""Reads what a report is made of: groups and what they share, the threads of all its months, and who is who."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice

from handlers._reporting import Asked, Why, Wish
from handlers._reporting.spans import SHORT_RECORD, Spans, spans_of
from handlers._threads.sharing import KEY
from handlers._wording.names import call_name
from storage import activity, groups, members, memberships, metrics, privacy, settings, topics
from storage.database import Store
from storage.groups import Coverage, Group
from storage.metrics import Options, Period, Sample, Scope
from storage.threads import Thread
from storage.topics import Topic

CHUNK = 5_000  # a statement may carry 32,767 values
EVER = datetime(1970, 1, 1, tzinfo=UTC)
_VISIBLE = frozenset({Coverage.FULL, Coverage.IMPORTED})
RECENT_DAYS = 31  # a record that ended earlier is history: the report looks back from its end


class NoGroupError(LookupError):
    """There is no such group, or none at all; the text says which there are."""


@dataclass(slots=True)
class Material:
    """What a report is made of.

    Attributes:
        groups: By id.
        shared: Ids of the groups whose words and names may stand here.
        ended: The day on which the record ends, where that is long ago.
        named: Threads that are pointed at somewhere; each of them gets an entry.
    """

    store: Store
    asked: Asked
    now: datetime
    scope: Scope
    groups: Mapping[int, Group]
    shared: frozenset[int]
    spans: Spans
    ended: date | None
    sample: Sample
    topics: Mapping[str, Topic]
    named: dict[int, Thread] = field(default_factory=dict)
    _threads: dict[int, Thread] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """What the report is written in."""
        return self.asked.language

    @property
    def options(self) -> Options:
        """What the community decided about its figures."""
        return self.asked.options

    def thread(self, number: int | None) -> Thread | None:
        """Return a thread that was read."""
        if not self._threads:
            self._threads.update((thread.id, thread) for thread in self.sample.threads)
        return self._threads.get(number or 0)

    def command(self, figure: str, period: Period | None = None, group: int | None = None) -> str:
        """Return the line that lists all of what is behind a figure; nothing for those who have no command line."""
        if self.asked.edition.is_open:
            return ""
        first, last = metrics.days(period or self.spans.period, self.options.zone)
        chosen = self.scope.groups[0] if group is None and self.asked.wish.group is not None else group
        where = "" if chosen is None else f" --group {chosen}"
        return self.asked.line(f"why {figure}{where} --since {first} --until {last}")

    def point_at(self, why: Why) -> Why:
        """Remember which threads a list points at; they get entries."""
        for row in why.rows:
            found = self.thread(row.thread)
            if found is not None:
                self.named[found.id] = found
        return why

    def topic(self, key: str) -> str:
        """Return what a topic is called; empty where none was told."""
        return self.topics[key].name(self.language) if key in self.topics else key


async def read(store: Store, asked: Asked, found: Sequence[Group], now: datetime) -> Material:
    """Return what a report of groups is made of.

    Raises:
        NoGroupError: There is none.
        WishError: The period is none.
    """
    if not found:
        raise NoGroupError("There is no group yet, so there is nothing to report.")
    ids = [group.id for group in found]
    single = asked.wish.group is not None
    at_home = single and not asked.edition.is_open
    scope = Scope.group(found[0]) if single else Scope.community(found)
    zone = asked.options.zone
    ended = await _ended(store, ids, asked.wish, now.astimezone(zone).date())
    latest = ended or now.astimezone(zone).date()
    seen = await groups.spans(store, ids, EVER, now)
    began = min((span.since for span in seen if span.coverage in _VISIBLE), default=now)
    weekly = metrics.midnight(latest, zone) - began < SHORT_RECORD
    spans = spans_of(asked.wish, latest, zone, weekly=weekly)
    return Material(
        store=store,
        asked=asked,
        now=now,
        scope=scope,
        groups={group.id: group for group in found},
        shared=await _shared(store, ids, asked.sharing, single=at_home),
        spans=spans,
        ended=ended,
        sample=await metrics.load(store, scope, spans.whole),
        topics=await topics.every(store),
    )


async def _ended(store: Store, ids: Sequence[int], wish: Wish, today: date) -> date | None:
    """Return the last day on which anybody spoke, where nothing was asked for and that is long ago."""
    if wish.month or wish.year or wish.since:
        return None
    last = await activity.last_day(store, ids)
    return last if last is not None and (today - last).days > RECENT_DAYS else None


async def _shared(store: Store, ids: Iterable[int], default: str, *, single: bool) -> frozenset[int]:
    """Return the groups that may be quoted: of several those that share with the community; one also at home."""
    chosen = await settings.by_group(store, KEY)
    standard = chosen.get(settings.COMMUNITY, default)
    open_to = {"community", "group"} if single else {"community"}
    return frozenset(group for group in ids if chosen.get(group, standard) in open_to)


def chunks(wanted: Iterable[int]) -> Iterator[list[int]]:
    """Yield numbers in portions that a statement can carry."""
    found = iter(wanted)
    while portion := list(islice(found, CHUNK)):
        yield portion


async def silent(store: Store, wanted: Iterable[int]) -> frozenset[int]:
    """Return those members who opted out: what they wrote before stays uncounted among quotations, too."""
    gone: set[int] = set()
    for portion in chunks(set(wanted)):
        found = await members.several(store, portion)
        for platform in {member.platform for member in found.values()}:
            mine = {member.key: member.id for member in found.values() if member.platform == platform}
            gone |= {mine[key] for key in await privacy.opted_out(store, platform, mine)}
    return frozenset(gone)


async def persons(store: Store, wanted: Iterable[int]) -> dict[int, int]:
    """Return whose identity each of some members is."""
    found: dict[int, int] = {}
    for portion in chunks(set(wanted)):
        found |= {member.id: member.person_id for member in (await members.several(store, portion)).values()}
    return found


async def names(store: Store, wanted: Iterable[tuple[int, int]]) -> dict[int, str]:
    """Return what members, given with a group of theirs, are called there; left out is who may not be named.

    That is who said 别署名, who opted out, and whose name is gone.
    """
    homes = dict(wanted)
    gone = await silent(store, homes)
    cards: dict[int, str] = {}
    for group in set(homes.values()):
        for portion in chunks(member for member, home in homes.items() if home == group):
            cards |= await memberships.names_in(store, group, portion)
    found: dict[int, str] = {}
    for portion in chunks(homes):
        for member in (await members.several(store, portion)).values():
            if member.signed and member.id not in gone:
                found[member.id] = call_name(cards.get(member.id, "") or member.name)
    return {member: name for member, name in found.items() if name}
