"""What `report` does: builds it from the open database, and writes it where it is wanted."""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import assembly
from bot.cli._opening import Desk, RefusalError, chosen_groups
from handlers._drawing.fonts import draw_with
from handlers._reporting import PUBLIC_AFTER, Asked, Edition, Report, Wish

ENDINGS = {".md": "md", ".markdown": "md", ".htm": "html", ".html": "html", ".pdf": "pdf", ".csv": "csv", ".zip": "csv"}
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line, as it was typed; empty or None where it was not."""

    month: str = ""
    year: str = ""
    since: str = ""
    group: str | None = None
    form: str | None = None
    out: Path | None = None
    language: str | None = None
    edition: str = Edition.INTERNAL


async def report(desk: Desk, order: Order, config: Path | None) -> int:
    """Write the report of all groups, or of one, and say where it lies.

    Raises:
        RefusalError: There is no group, or the period or the format is none.
    """
    form = order.form or ENDINGS.get(order.out.suffix.lower() if order.out else "", "html")
    asked = Asked(
        wish=Wish(order.month, order.year, order.since, order.group),
        options=desk.options,
        language=order.language or desk.language,
        name=desk.config.community.name,
        sharing=sharing(desk),
        edition=Edition(order.edition),
        public_after=int(setting(desk, "reports", "public_after_days", PUBLIC_AFTER)),
        ending="" if config is None else f"--config {shlex.quote(str(config))}",
    )
    draw_with(desk.config.data.fonts)
    page = rendered(await built(desk, asked), form)
    out = order.out or Path(f"report.{'zip' if form == 'csv' else form}")
    if str(out) == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(page)
        return 0
    await asyncio.to_thread(written, page, out)
    print(out)
    return 0


async def built(desk: Desk, asked: Asked) -> Report:
    """Return the report.

    Raises:
        RefusalError: There is no group, or the period is none.
    """
    from handlers._reporting import building

    async with desk.database.read() as store:
        found = await chosen_groups(store, asked.wish.group)
        try:
            return await building.build(store, asked, desk.now(), found)
        except (building.NoGroupError, building.WishError) as error:
            raise RefusalError(str(error)) from error


def rendered(found: Report, form: str) -> bytes:
    """Return a report as `html`, `md`, `pdf` or `csv` (a ZIP)."""
    if form == "pdf":
        from handlers._reporting.pages import pdf

        return pdf(found)
    if form == "csv":
        from bot.report._sheets import sheets

        return sheets(found)
    if form == "md":
        from bot.report._markdown import markdown

        return markdown(found).encode()
    from bot.report._html import html

    return html(found).encode()


def written(page: bytes, out: Path) -> None:
    """Write a page; it appears once it is whole, and others on the machine cannot read it: it quotes people."""
    partial = out.with_name(out.name + ".partial")
    try:
        partial.touch(mode=0o600)
        partial.write_bytes(page)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def sharing(desk: Desk) -> str:
    """Return what groups share where they set nothing."""
    return str(setting(desk, "questions", "sharing", "community"))


def setting(desk: Desk, feature: str, name: str, default: object) -> Any:
    """Return a feature's setting as it is configured; the default where the feature is off."""
    found = (one.settings for one in assembly.features(desk.config) if one.name == feature)
    return getattr(next(found, None), name, default)
