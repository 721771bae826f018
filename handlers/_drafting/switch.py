"""Whether drafts are written in a group: where they are offered, and where they are not."""

from __future__ import annotations

from typing import Any

from handlers import Context
from handlers._settings import effective
from storage import settings

FEATURE = "drafting"


async def is_on(ctx: Context[Any]) -> bool:
    """Say whether members of the context's group may ask for a draft: a model is there, and the group wants it."""
    feature = next((one for one in ctx.features if one.name == FEATURE), None)
    if not ctx.community.drafts or feature is None:
        return False
    return bool(effective(feature, await settings.overrides(ctx.store, ctx.group.id)).explain)
