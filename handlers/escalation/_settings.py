"""What can be set of the ladder, by configuration and in each group."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from handlers._rules import RuleText


class Settings(BaseModel):
    """`[handlers.escalation]`. Hours count service time, but for the last two; 0 is never.

    Attributes:
        enabled: Whether anything here happens.
        board_after: Hours that a question waits before it stands on the board of its group.
        board_when: When the board is posted, if it has something new.
        experts_after: Hours before an expert is asked in private.
        admins_after: Hours before the group's admins are told in private, once a day in all.
        expert_again: Hours after which another expert is asked, by the calendar; three at most.
        nudge_after: Hours since the last answer after which its asker is asked, once, how it went; by the calendar.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    enabled: bool = True
    board_after: int = Field(4, ge=0, le=168)
    board_when: RuleText = "daily 17:00"
    experts_after: int = Field(4, ge=0, le=168)
    admins_after: int = Field(24, ge=0, le=168)
    expert_again: int = Field(24, ge=1, le=168)
    nudge_after: int = Field(24, ge=0, le=168)
