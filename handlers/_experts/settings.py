"""How experts are asked: the table of the configuration, shared by whoever asks them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import Context
from handlers._settings import effective
from storage import settings

FEATURE = "experts"


class Settings(BaseModel):
    """`[handlers.experts]`.

    Attributes:
        weekly_cap: How often an expert is asked in any 7 days at most, where they did not say otherwise.
        cool_down: Hours between two questions to one expert.
        patience: Hours that an expert has before another one is asked about the same question.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    weekly_cap: int = Field(3, ge=0, le=50)
    cool_down: int = Field(48, ge=0, le=24 * 30)
    patience: int = Field(24, ge=1, le=24 * 30)

    @property
    def pause(self) -> timedelta:
        """The least time between two questions to one expert."""
        return timedelta(hours=self.cool_down)


async def in_group(ctx: Context[Any], group: int) -> Settings | None:
    """Return what holds in a group; None where experts are not switched on."""
    feature = next((one for one in ctx.features if one.name == FEATURE), None)
    if feature is None:
        return None
    found = effective(feature, await settings.overrides(ctx.store, group))
    return found if isinstance(found, Settings) else None
