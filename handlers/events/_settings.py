"""What can be set of events: how long each kind takes where nobody says."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import Context
from handlers._events.planned import Usual
from storage.events import Kind

FEATURE = "events"
Minutes = Annotated[int, Field(ge=5, le=60 * 24 * 60)]


class Settings(BaseModel):
    """`[handlers.events]`: minutes that each kind of event takes where nothing is said.

    Attributes:
        weeks_ahead: How far ahead the events of a rule are made.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    talk: Minutes = 50
    qa: Minutes = 60
    meeting: Minutes = 60
    certification: Minutes = 120
    visit: Minutes = 180
    university: Minutes = 180
    contest: Minutes = 180
    tour: Minutes = 240
    training: Minutes = 240
    summit: Minutes = 480
    weeks_ahead: Annotated[int, Field(ge=1, le=12)] = 5


def usual(ctx: Context[Any]) -> Usual:
    """Return what holds where nothing is said: lengths by settings, times in the zone of who reads."""
    lengths = {kind: timedelta(minutes=getattr(ctx.settings, kind.value)) for kind in Kind}
    return Usual(lengths, ctx.community.zone)
