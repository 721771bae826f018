"""Service hours and holidays for figures: the community's, and those that groups set for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers._said import Community
from handlers._settings import resolved
from storage import settings
from storage.database import Store
from storage.metrics import Options
from storage.settings import COMMUNITY

SERVICE, HOLIDAYS = "service", "holidays"  # tables of the configuration


def configured(community: Community, overrides: Mapping[str, Any] | None = None) -> Options:
    """Return what the configuration says about figures, with what was set by command on top."""
    service = resolved(SERVICE, community.service, overrides or {})
    closed = resolved(HOLIDAYS, community.holidays, overrides or {})
    return Options(community.zone, service.opens, service.closes, closed.country, closed.add, closed.remove)


async def options(store: Store, community: Community) -> Options:
    """Return what holds for the figures of all groups; each thread's waits go by what its own group set."""
    changed = await settings.of_tables(store, SERVICE, HOLIDAYS)
    for_all = changed.pop(COMMUNITY, {})
    own = {group: configured(community, {**for_all, **over}) for group, over in changed.items()}
    return replace(configured(community, for_all), own=own)
