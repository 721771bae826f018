"""Settings as they hold in a group: default < config < set for the community < set for the group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from handlers import Community, Context, Feature
from storage import groups
from storage.database import Store
from storage.groups import Group

M = TypeVar("M", bound=BaseModel)

LANGUAGE, ZONE = "community.language", "community.zone"
OUTBOX = "outbox"
APPROVED, QUIET = "outbox.approved", "outbox.quiet"  # quiet: true, or until when (ISO 8601)
ORDERED = "outbox.ordered"  # the key of the post that an admin wants although the week's budget is used up


def effective(feature: Feature, overrides: Mapping[str, Any]) -> Any:
    """Return a feature's settings with what was set by command on top; the same model checks both."""
    return resolved(feature.name, feature.settings, overrides)


def resolved(name: str, table: M, overrides: Mapping[str, Any]) -> M:
    """Return a table of the configuration with what was set by command on top, under `name.key`.

    What no longer fits (a key that is gone since, a value that the config now contradicts) is left out: an old
    override must not stop a group.
    """
    keys = {f"{name}.{key}": key for key in type(table).model_fields}
    changed = {keys[key]: value for key, value in overrides.items() if key in keys}
    if not changed:
        return table
    try:
        return changed_to(table, changed)
    except ValidationError:
        return _what_fits(table, changed)


def changed_to(settings: M, values: Mapping[str, Any]) -> M:
    """Return settings with other values.

    Raises:
        ValidationError: A value, or a key, is none of the model's.
    """
    return type(settings).model_validate({**settings.model_dump(), **values})


def _what_fits(settings: M, values: Mapping[str, Any]) -> M:
    for key, value in values.items():
        try:
            settings = changed_to(settings, {key: value})
        except ValidationError:
            continue
    return settings


def language(overrides: Mapping[str, Any], community: Community) -> str:
    """Return the language that the bot speaks in a group."""
    return str(overrides.get(LANGUAGE, community.language))


async def in_own_zone(store: Store, group: Group, overrides: Mapping[str, Any]) -> Group:
    """Return a group with the zone that its settings give it, written down for whoever has the group alone."""
    zone = overrides.get(ZONE)
    if zone == group.zone:
        return group
    await groups.set_zone(store, group.id, zone)
    return replace(group, zone=zone)


def context_of(
    ctx: Context[Any], feature: Feature, overrides: Mapping[str, Any], group: Group | None = None
) -> Context[Any]:
    """Return a context for another feature, or in another group, with what was set by command there."""
    found = ctx.of(feature)
    found.settings = effective(feature, overrides)
    found.language = language(overrides, ctx.community)
    found.group = group or ctx.group
    return found


def is_quiet(overrides: Mapping[str, Any], now: datetime) -> bool:
    """Say whether a group wants nothing unasked now."""
    wanted = overrides.get(QUIET, False)
    return datetime.fromisoformat(wanted) > now if isinstance(wanted, str) else bool(wanted)


def is_approved(overrides: Mapping[str, Any], community: Community) -> bool:
    """Say whether a group may be posted in unasked: an admin agreed to its first such post, or nobody need."""
    return not community.preview or bool(overrides.get(APPROVED))
