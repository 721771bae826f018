"""What can be set of announcements and reminders, by configuration and in each group."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

FEATURE = "reminding"

Before = Literal["7d", "1d", "1h"]


class Settings(BaseModel):
    """`[handlers.reminding]`. An event may want other reminders than these (`/event`), and so may who registered.

    Attributes:
        enabled: Whether anybody is reminded of anything; what is announced, moved or called off is told all the same.
        before: How long before an event its groups are reminded of it.
        private: How long before it those who registered are.
        carried: Which reminders couriers are asked to carry.
        card: Whether an announcement has a picture above its words, where pictures can be posted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    before: tuple[Before, ...] = ("7d", "1d", "1h")
    private: tuple[Before, ...] = ("1d", "1h")
    carried: tuple[Before, ...] = ("1d",)
    card: bool = True
