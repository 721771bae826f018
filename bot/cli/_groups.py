"""What `doctor` says of each group: what is visible there, what stands in the way, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.adapters import Adapter, Delivery
from bot.cli._findings import ok, warn
from bot.replay import UNPLACED
from storage import accounts, grants, groups, settings
from storage.database import Store
from storage.grants import Right
from storage.groups import Coverage, Group, Span
from storage.maintenance import Finding

RECENT = timedelta(days=7)
WIDER = "give the bot the right to see all messages"
EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def findings(store: Store, adapters: Mapping[str, Adapter], now: datetime) -> list[Finding]:
    """Return one finding for each group, and more where something is in the way."""
    found: list[Finding] = []
    served = {account.id: account.name for account in await accounts.every(store) if account.name in adapters}
    every = await groups.every(store)
    spans = await groups.spans(store, [group.id for group in every], EVER, now)
    for group in every:
        mine = [span for span in spans if span.group_id == group.id]
        account = served.get(group.account_id or 0)
        if account is not None and adapters[account].delivery is Delivery.NEVER:
            found.append(ok(f"{_title(group)}: takes posts only, from {account}; nothing is ever heard there"))
        else:
            wider = adapters[account].wider if account else ""
            found.append(sight(group, mine, account, now - RECENT, wider=wider))
        found += await _rights(store, group, served.get(group.account_id or 0))
        if await settings.get(store, group.id, UNPLACED) is not None:
            remedy = "run the same import again; nothing is stored twice"
            found.append(warn(f"{_title(group)}: an import broke off before its end", remedy))
    if not every:
        found.append(ok("groups: none yet"))
    return found


def sight(group: Group, spans: list[Span], account: str | None, recent: datetime, *, wider: str = "") -> Finding:
    """Return what is visible of a group now, by its spans; gaps count that ended after `recent`.

    `wider` is what its adapter says can be done so that more is seen.
    """
    title = _title(group)
    open_now = next((span for span in spans if span.until is None), None)
    gaps = [span for span in spans if span.coverage is Coverage.NONE and (span.until is None or span.until > recent)]
    imported = [span.until for span in spans if span.coverage is Coverage.IMPORTED and span.until is not None]
    if open_now is not None and account is not None:
        if open_now.coverage is Coverage.MENTIONS:
            since = f"{title}: only what is said to the bot is visible, since {open_now.since:%Y-%m-%d}"
            return warn(since, f"{wider or WIDER}; or import the history: figures of a group need all messages")
        if gaps:
            return warn(f"{title}: all messages visible, but for {len(gaps)} gaps in 7 days", "import that time")
        return ok(f"{title}: all messages visible, since {open_now.since:%Y-%m-%d}")
    if imported:
        return ok(f"{title}: imported up to {max(imported):%Y-%m-%d}; import what came since when you have it")
    if account is None:
        return warn(f"{title}: no account listens there", "add the bot to the group, or import its history")
    return warn(f"{title}: nothing is heard there", f"is {account} still in the group, and connected?")


async def _rights(store: Store, group: Group, account: str | None) -> list[Finding]:
    if account is None:
        return []
    if not await grants.holders(store, Right.GROUP, group.id):
        remedy = "python3 run.py owner makes an owner, who names admins"
        return [warn(f"{_title(group)}: has no admin, so nobody can approve its first digest", remedy)]
    if not await settings.get(store, group.id, "outbox.approved", False):
        return [ok(f"{_title(group)}: the first digest waits for an admin's yes to its preview")]
    return []


def _title(group: Group) -> str:
    return f"group {group.id} {group.name or group.key} ({group.platform})"
