"""Writes a report as one HTML page that stands alone: no script, no network, charts as inline SVG.

Every text goes through the template's escaping. The page's own policy (CSP) forbids scripts, fonts, pictures and
requests of any kind; the one style sheet is allowed by its hash, so nothing else can bring styles along either.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from handlers._reporting import Report
from handlers._reporting.charts import level

HERE = Path(__file__).parent
CELL = 14  # of the heat map, in its own units


def html(report: Report) -> str:
    """Return the page."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    highest = max((count for day in report.heat.counts for count in day), default=0) if report.heat else 0
    titles = {entry.number: entry.title for entry in report.threads}
    return _template().render(
        r=report, w=report.words, style=style, policy=policy, titles=titles, highest=highest, level=level, cell=CELL
    )


@cache
def _style() -> str:
    return (HERE / "page.css").read_text("utf-8")


@cache
def _template() -> Template:
    # Autoescape for any name: the default looks at the ending, and a template that is renamed must not lose it.
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")
