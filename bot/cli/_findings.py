"""What `doctor` found, one thing a line, with a mark and what to do."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from storage.maintenance import Finding, Mark

COLOURS = {Mark.OK: "green", Mark.WARN: "yellow", Mark.FAIL: "bold red"}


def ok(what: str) -> Finding:
    """Return that a thing is well."""
    return Finding(Mark.OK, what)


def warn(what: str, remedy: str = "") -> Finding:
    """Return that a thing wants looking after."""
    return Finding(Mark.WARN, what, remedy)


def fail(what: str, remedy: str = "") -> Finding:
    """Return that a thing keeps the bot from working."""
    return Finding(Mark.FAIL, what, remedy)


def show(finding: Finding, console: Console) -> None:
    """Print a finding."""
    line = Text.assemble((f"{finding.mark:<5}", COLOURS[finding.mark]), finding.what)
    console.print(line, soft_wrap=True)
    if finding.remedy:
        console.print(Text(f"      -> {finding.remedy}"), soft_wrap=True)
