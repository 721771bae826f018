"""The honest part: the news in a few sentences, and at the end what was seen, what was not, and how right it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from handlers._reporting.measured import measured
from handlers._reporting.reading import Material
from handlers._reporting.texts import COVERAGE, Texts
from handlers._wording.durations import exact
from handlers._wording.names import spaced
from handlers._wording.numbers import FEW, percent, short
from handlers._wording.sight import platform
from storage.groups import Coverage, Span
from storage.metrics import Covered, Missing, Period, Told, Value
from storage.outcome import DEFINITION_VERSION, Outcome


def news(told: Mapping[str, Told], language: str) -> tuple[str, ...]:
    """Return what a person has to know who reads nothing else; each sentence is one figure."""
    asked = told["questions"].value
    if asked.missing is Missing.NOT_OBSERVABLE:
        return (Texts.NOBODY.in_language(language),)
    if asked.missing is Missing.WITHHELD:
        return (Texts.TOO_FEW.in_language(language),)
    if not asked.n:
        return (Texts.NONE_ASKED.in_language(language),)
    found = [Texts.NEWS.in_language(language, count=f"{asked.n:,}")]
    response = told["first_response_time"].value
    if response.value is not None:
        span = exact(timedelta(seconds=response.value), language)
        found.append(Texts.NEWS_WAIT.in_language(language, span=span))
    for name, text in (("response_rate_24h", Texts.NEWS_RATE), ("r7", Texts.NEWS_SOLVED)):
        if told[name].value.value is not None:
            found.append(text.in_language(language, share=_share(told[name].value, language)))
    parts = told["outcomes"].value.parts
    unanswered = parts.get(Outcome.OPEN, 0) + parts.get(Outcome.EXPIRED, 0)
    found += [Texts.NEWS_OPEN.in_language(language, count=f"{unanswered:,}")] if unanswered else []
    return tuple(spaced(sentence) for sentence in found)


def _share(value: Value, language: str) -> str:
    if value.of is None and value.value is not None:  # an edition that does not tell what a share was counted from
        return percent(value.value)
    if value.base < FEW or value.value is None:
        return f"{value.n}/{value.of}"
    return f"{percent(value.value)}" + (
        f" ({value.n:,}/{value.of:,})" if language == "en" else f"（{value.n:,}/{value.of:,}）"
    )


def footer(material: Material, asked: Value) -> tuple[str, ...]:
    """Return what the numbers rest on; it is never shortened away."""
    language, zone = material.language, material.options.zone
    covered, found = asked.coverage, list[str]()
    if material.ended is not None:
        found.append(Texts.ENDS.in_language(language, day=material.ended.isoformat()))
    found += _counted(material, covered)
    found += [Texts.ANONYMOUS.in_language(language)] if material.asked.edition.is_open else _aside(covered, material)
    found.append(_gaps(covered.gaps, material))
    found.append(Texts.VERSION.in_language(language, version=DEFINITION_VERSION, zone=zone.key))
    found.append(measured(language))
    moment = f"{material.now.astimezone(zone):%Y-%m-%d %H:%M}"
    found.append(Texts.AS_OF.in_language(language, moment=moment))
    return tuple(spaced(sentence) for sentence in found)


def _aside(covered: Covered, material: Material) -> list[str]:
    """Return what was left out, and who is not quoted; for others that would be a cell of few."""
    language, hidden = material.language, covered.left_out + covered.unknown
    kept = len(material.groups) - len(material.shared)
    found = [Texts.HIDDEN.in_language(language, count=f"{hidden:,}")] if hidden else []
    return found + ([Texts.UNSHARED_GROUPS.in_language(language, count=kept)] if kept else [])


def _counted(material: Material, covered: Covered) -> list[str]:
    language, counts = material.language, covered.counts
    seen = Counter(material.groups[group].platform for group in covered.visible)
    between = ", " if language == "en" else "、"
    platforms = between.join(f"{platform(name, language)} {count}" for name, count in seen.most_common())
    found = [Texts.COUNTED.in_language(language, count=seen.total(), platforms=platforms)] if seen else []
    for coverage, text in ((Coverage.MENTIONS, Texts.ASIDE), (Coverage.NONE, Texts.BLIND)):
        if counts[coverage]:
            found.append(text.in_language(language, count=counts[coverage]))
    return found


def _gaps(gaps: Sequence[Span], material: Material) -> str:
    if not gaps:
        return Texts.NO_GAPS.in_language(material.language)
    until = min(material.spans.period.until, material.now)
    longest = max((gap.until or until) - gap.since for gap in gaps)
    span = short(longest, material.language)
    return Texts.GAP_DAYS.in_language(material.language, count=f"{len(gaps):,}", span=span)


def sight(material: Material, group: int, covered: Covered, period: Period) -> str:
    """Return how a group was seen over a period: in which way, from when to when, with how many gaps."""
    language, zone = material.language, material.options.zone
    label = next((kind for kind, found in covered.groups.items() if group in found), Coverage.NONE)
    said = COVERAGE[label].in_language(language)
    until = min(period.until, material.now)
    spans = [span for span in material.sample.spans if span.group_id == group and span.coverage is label]
    inside = [span for span in spans if span.since < until and (span.until or until) > period.since]
    if label is not Coverage.NONE and inside:
        first = max(period.since, min(span.since for span in inside)).astimezone(zone)
        last = min(until, max(span.until or until for span in inside)) - timedelta(microseconds=1)
        days = [f"{moment:%Y-%m-%d}" for moment in (first, last.astimezone(zone))]
        said = Texts.COVERED.in_language(language, label=said, first=days[0], last=days[1])
    gaps = len(covered.gaps)
    return said + (Texts.GAPS.in_language(language, count=gaps) if gaps else "")
