"""What can be set about what happens after an event."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import Context
from handlers._settings import effective
from storage import settings
from storage.settings import COMMUNITY

FEATURE = "afterwards"
JOIN = f"{FEATURE}.join"


class Settings(BaseModel):
    """`[handlers.afterwards]`.

    Attributes:
        feedback_after: Hours after the end when those who were there are asked, once, what they think; 0: never.
        invite_after: Hours after the end when they are asked whether they want into the groups that fit; 0: never.
        join: How one gets into a group where its platform makes no links: an address, or whom to write to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    feedback_after: int = Field(default=2, ge=0, le=168)
    invite_after: int = Field(default=24, ge=0, le=720)
    join: str = Field(default="", max_length=200)


async def of_community(ctx: Context[Any]) -> Settings:
    """Return the settings that hold for all groups; what a single group set does not count."""
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    found: Settings = effective(feature, await settings.overrides(ctx.store, COMMUNITY))
    return found


async def join_words(ctx: Context[Any], group: int) -> str:
    """Return how one gets into a group, as its admins set it, or as it is for all."""
    feature = next(feature for feature in ctx.features if feature.name == FEATURE)
    return str(effective(feature, await settings.overrides(ctx.store, group)).join)
