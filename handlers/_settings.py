"""Settings as they hold in a group: default < config < set for the community < set for the group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from handlers import Community, Context, Feature
from storage.groups import Group

LANGUAGE = "community.language"


def effective(feature: Feature, overrides: Mapping[str, Any]) -> Any:
    """Return a feature's settings with what was set by command on top; the same model checks both.

    What no longer fits (a key that is gone since, a value that the config now contradicts) is left out: an old
    override must not stop a group.
    """
    prefix = f"{feature.name}."
    changed = {key.removeprefix(prefix): value for key, value in overrides.items() if key.startswith(prefix)}
    if not changed:
        return feature.settings
    try:
        return changed_to(feature.settings, changed)
    except ValidationError:
        return _what_fits(feature.settings, changed)


def changed_to(settings: BaseModel, values: Mapping[str, Any]) -> BaseModel:
    """Return settings with other values.

    Raises:
        ValidationError: A value, or a key, is none of the model's.
    """
    return type(settings).model_validate({**settings.model_dump(), **values})


def _what_fits(settings: BaseModel, values: Mapping[str, Any]) -> BaseModel:
    for key, value in values.items():
        try:
            settings = changed_to(settings, {key: value})
        except ValidationError:
            continue
    return settings


def language(overrides: Mapping[str, Any], community: Community) -> str:
    """Return the language that the bot speaks in a group."""
    return str(overrides.get(LANGUAGE, community.language))


def context_of(
    ctx: Context[Any], feature: Feature, overrides: Mapping[str, Any], group: Group | None = None
) -> Context[Any]:
    """Return a context for another feature, or in another group, with what was set by command there."""
    found = ctx.of(feature)
    found.settings = effective(feature, overrides)
    found.language = language(overrides, ctx.community)
    found.group = group or ctx.group
    return found
