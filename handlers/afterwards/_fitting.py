"""Which groups fit somebody who was at an event: by its industry and region, by their city and company. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from storage.events import Plan
from storage.groups import Group
from storage.segments import Kind, Segment

MOST = 3  # groups that somebody is asked into after one event


def wanted(event: Plan, city: str, company: str, known: Iterable[Segment]) -> list[Segment]:
    """Return the segments that fit: the event's targets, its city, the person's city, an industry in a company's name.

    「招商银行」 fits the industry 银行. A general group fits nobody in particular.
    """
    cities = {_city(name) for name in (city, event.city)} - {""}
    found = set(event.targets)
    for segment in known:
        of_region = segment.kind is Kind.REGION and _city(segment.value) in cities
        of_industry = segment.kind is Kind.INDUSTRY and segment.value.casefold() in company.casefold()
        if segment.value and (of_region or of_industry):
            found.add(segment)
    return sorted(segment for segment in found if segment.kind is not Kind.GENERAL)


def _city(name: str) -> str:
    return "".join(name.split()).casefold().removesuffix("市")


def fitting(
    segments: Sequence[Segment],
    groups: Sequence[Group],
    theirs: Mapping[int, Sequence[Segment]],
    platform: str,
    without: Collection[int],
) -> list[Group]:
    """Return one group for each segment, on the person's own platform if there is one, else anywhere.

    Where somebody is in a group of a segment, or was asked into one, none of that segment is offered.
    """
    found: dict[int, Group] = {}
    for segment in segments:
        alike = [group for group in groups if segment in theirs.get(group.id, ())]
        if any(group.id in without for group in alike):
            continue
        best = min(
            alike, key=lambda group: (group.platform != platform, group.account_id is None, group.id), default=None
        )
        if best is not None:
            found.setdefault(best.id, best)
    return sorted(list(found.values())[:MOST], key=lambda group: group.id)  # as they are numbered when one is chosen
