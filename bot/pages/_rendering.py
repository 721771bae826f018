"""Makes pages of templates: every text is escaped, the one style sheet is allowed by its hash, there is no script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

HERE = Path(__file__).parent


def page(
    template: str, *, community: str, language: str, status: int = 200, cached: str = "no-store", **values: object
) -> Response:
    """Return a page.

    Args:
        template: Its file beside this one.
        community: Whose page it is.
        language: Which it is in.
        status: Of HTTP.
        cached: How long others may keep it, as Cache-Control says it.
        values: What the template shows.
    """
    style, policy = _style()
    html = _templates().get_template(template).render(style=style, community=community, language=language, **values)
    return HTMLResponse(html, status, {"content-security-policy": policy, "cache-control": cached})


@cache
def _style() -> tuple[str, str]:
    """Return the style sheet, and the policy that allows it and nothing else."""
    style = (HERE / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rest = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return style, f"default-src 'none'; style-src 'sha256-{digest}'; {rest}"


@cache
def _templates() -> Environment:
    # Autoescape for any name: the default looks at the ending, and a template that is renamed must not lose it.
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
