"""Makes pages of templates: every text is escaped, the one style sheet is allowed by its hash, there is no script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from handlers import Text

HERE = Path(__file__).parent


class Texts:
    """What pages say that tell nothing."""

    NONE = Text(zh="没有这一页", en="There is no such page")
    NONE_WHY = Text(
        zh="链接可能抄漏了，或者还没公布。在群里发「活动」看有哪些。",
        en="The link may be incomplete, or it is not published yet. Send /events in the group to see what there is.",
    )


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


def missing(community: str, language: str) -> Response:
    """Return the page for what there is not."""
    title, why = Texts.NONE.in_language(language), Texts.NONE_WHY.in_language(language)
    return page("told.html", community=community, language=language, status=404, title=title, lines=[why])


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
