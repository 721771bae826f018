"""What `evaluate` and `train` do: find the file of the name, run it, print a table."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from bot import training
from bot.evaluation import DataError, Report, Request


def evaluate(what: str, request: Request, output: Path | None) -> int:
    """Judge one thing, print the figures, and write them to a file where one is named."""
    try:
        report: Report = importlib.import_module(f"bot.evaluation.{what}").evaluate(request)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(report))
    if output is not None:
        output.write_text(json.dumps(figures(report), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


def train(what: str, request: training.Request) -> int:
    """Train one model and say what came of it."""
    try:
        print(importlib.import_module(f"bot.training.{what}").train(request))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def figures(report: Report) -> dict[str, object]:
    """Return what is written as JSON."""
    return {
        "ours": _rounded(report.ours),
        "baselines": {name: _rounded(found) for name, found in report.baselines.items()},
    }


def _rounded(found: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in found.items()}


def table(report: Report) -> str:
    """Return the figures as a Markdown table, one row for each system."""
    systems = {"ours": report.ours, **report.baselines}
    names = list(dict.fromkeys(name for found in systems.values() for name in found))
    width = max(map(len, systems))
    head = f"| {'':{width}} | " + " | ".join(names) + " |"
    line = f"|{'-' * (width + 2)}|" + "".join("-" * (len(name) + 1) + ":|" for name in names)
    rows = [
        f"| {system:{width}} | " + " | ".join(f"{_shown(name, found):>{len(name)}}" for name in names) + " |"
        for system, found in systems.items()
    ]
    return "\n".join([head, line, *rows, *report.notes])


def _shown(name: str, found: dict[str, float]) -> str:
    if name not in found:
        return "-"
    return f"{found[name]:,.0f}" if name.endswith("_per_s") else f"{found[name]:.1f}"
