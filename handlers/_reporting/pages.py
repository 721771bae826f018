"""Writes a report as a PDF: the same words and numbers as the page, set on A4 with charts that are drawn in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from handlers._drawing.typesetting import typeset
from handlers._reporting import Bar, Chart, Draft, Entry, Expertise, Line, Report, Table, Topic
from handlers._reporting.charts import level

TEMPLATE = Path(__file__).with_name("templates") / "report.typ"


def pdf(report: Report) -> bytes:
    """Return the document; its date is the report's, so that the same report gives the same bytes."""
    made = datetime.combine(report.made, time(), UTC)
    return typeset(TEMPLATE, content(report), form="pdf", created=made)


def content(report: Report) -> dict[str, Any]:
    """Return what the template shows, all of it words and numbers."""
    return {
        "language": report.language,
        "title": report.title,
        "span": report.span,
        "note": report.note,
        "news": list(report.news),
        "sections": list(report.sections),
        "figures": [_line(line) for line in report.figures],
        "people": [_line(line) for line in report.people],
        "load": [_line(line) for line in report.load],
        "outcomes": [{**asdict(piece), "count": f"{piece.count:,}"} for piece in report.outcomes if piece.count],
        "charts": [_chart(chart) for chart in report.charts],
        "unfinished": bool(report.steps.rows and report.steps.rows[-1].dim),
        "steps": _table(report.steps),
        "topics": [_topic(topic) for topic in report.topics],
        "expertise": [_expertise(one, report) for one in report.expertise],
        "waiting": [{**_entry(one.entry), "words": one.words} for one in report.waiting],
        "drafts": [_draft(draft, report) for draft in report.drafts],
        "heat": _heat(report),
        "groups": _table(report.groups),
        "outlets": [{"source": outlet.source, "months": _table(outlet.months)} for outlet in report.outlets],
        "thanks": list(report.thanks),
        "definitions": [asdict(definition) for definition in report.definitions],
        "version": report.definition_version,
        "footer": list(report.footer),
        "made": report.made.isoformat(),
        "words": dict(report.words),
    }


def _line(line: Line) -> dict[str, Any]:
    beside = [part for part in (line.counted, line.note) if part]
    return {
        "label": line.label,
        "value": line.value,
        "before": line.before,
        "growth": line.growth,
        "missing": line.number.value is None,
        "note": " · ".join(beside),
    }


def _bars(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Return bars with what stands over them: of 「2026-10: 143」 the number."""
    return [{"label": bar.label, "words": bar.words.partition(": ")[2], "height": bar.height} for bar in bars]


def _chart(chart: Chart) -> dict[str, Any]:
    return {"label": chart.label, "latest": chart.latest, "growth": chart.growth, "bars": _bars(chart.bars)}


def _topic(topic: Topic) -> dict[str, Any]:
    return {"label": topic.label, "count": f"{topic.count:,}", "latest": topic.latest, "bars": _bars(topic.bars)}


def _table(table: Table) -> dict[str, Any]:
    rows = [{"head": row.head, "note": row.note, "cells": list(row.cells), "dim": row.dim} for row in table.rows]
    return {"headings": list(table.headings), "rows": rows}


def _expertise(one: Expertise, report: Report) -> dict[str, Any]:
    unnamed = report.words["unnamed"].format(count=one.unnamed) if one.unnamed else ""
    return {"label": one.label, "experts": list(one.experts), "others": list(one.others), "unnamed": unnamed}


def _entry(entry: Entry) -> dict[str, Any]:
    meta = " · ".join(part for part in (entry.group, entry.asked, entry.topic, entry.state) if part)
    return {"number": entry.number, "title": entry.title, "meta": meta}


def _draft(draft: Draft, report: Report) -> dict[str, Any]:
    signed = report.words["signed"].format(name=draft.by) if draft.by else ""
    said = {"question": draft.question.splitlines(), "answer": draft.answer.splitlines()}
    return {**_entry(draft.entry), **said, "signed": signed, "numbers": draft.numbers}


def _heat(report: Report) -> dict[str, Any] | None:
    if report.heat is None:
        return None
    highest = max((count for day in report.heat.counts for count in day), default=0)
    levels = [[level(count, highest) for count in day] for day in report.heat.counts]
    return {"days": list(report.heat.days), "levels": levels, "words": report.heat.words}
