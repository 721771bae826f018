"""Whether drafts are offered in a group, and from which groups words may be sent: nothing leaves where it is off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from handlers import Context
from handlers._settings import effective
from storage import settings
from storage.database import Store

FEATURE, WORDS = "drafting", "drafting.words"


async def is_on(ctx: Context[Any]) -> bool:
    """Say whether members of the context's group may ask for a draft: a model is there, and the group wants it."""
    feature = next((one for one in ctx.features if one.name == FEATURE), None)
    if not ctx.community.drafts or feature is None:
        return False
    wanted = effective(feature, await settings.overrides(ctx.store, ctx.group.id))
    return bool(wanted.explain and wanted.words)


def configured(ctx: Context[Any]) -> bool:
    """Return whether words may be sent where nothing was set by command; without the feature none may."""
    found = next((one.settings for one in ctx.features if one.name == FEATURE), None)
    return ctx.community.drafts and bool(getattr(found, "words", False))


async def sent_from(store: Store, groups: Collection[int], otherwise: bool) -> list[int]:
    """Return those of some groups whose words may be sent to the model; `otherwise` is what is `configured`."""
    by_group = await settings.by_group(store, WORDS)
    default = by_group.get(settings.COMMUNITY, otherwise)
    return [group for group in groups if by_group.get(group, default)]
