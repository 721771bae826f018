"""Questions for the speakers of an event: asked before and during, voted for, listed for the host, answered."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from handlers import Right, Router
from handlers._events.meant import NUMBER as EVENT
from handlers.speakers import _answering as answering
from handlers.speakers import _asking as asking
from handlers.speakers import _listing as listing
from handlers.speakers._meant import NUMBER
from handlers.speakers._texts import Texts


class Settings(BaseModel):
    """`[handlers.speakers]`.

    Attributes:
        per_person: How many questions one person may ask at one event.
        length: Characters that a question may have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    per_person: int = Field(default=5, ge=0, le=100)
    length: int = Field(default=200, ge=20, le=400)


router = Router(Settings)
_BACK = r"(?: (?:取消|undo|-))?"

# 「问」 and 「同问」 are said for threads as well; what follows them tells.
router.command(
    "q", "问", needs=Right.SELF, fits=rf"{EVENT}(?s:.*)", help=Texts.HELP, usage=Texts.USAGE
)(asking.ask)  # fmt: skip
router.command(
    "up", "同问", needs=Right.SELF, fits=NUMBER, help=Texts.HELP_UP, usage=Texts.USAGE_UP
)(asking.up)  # fmt: skip
router.command(
    "questions", "提问",
    needs=Right.READ, fits=rf"(?:{EVENT}(?: \d{{1,3}})?)?", help=Texts.HELP_LIST, usage=Texts.USAGE_LIST,
)(listing.listed)  # fmt: skip
router.command(
    "answered", "答过", needs=Right.SELF, fits=NUMBER + _BACK, help=Texts.HELP_TICK, usage=Texts.USAGE_TICK
)(listing.tick)  # fmt: skip
router.command(
    "hide", "隐藏", needs=Right.GROUP, fits=NUMBER + _BACK, help=Texts.HELP_HIDE, usage=Texts.USAGE_HIDE, anywhere=True,
)(listing.hide)  # fmt: skip
router.command(
    "answer", "答",
    needs=Right.SELF, fits=rf"{NUMBER}(?s:.*)", help=Texts.HELP_ANSWER, usage=Texts.USAGE_ANSWER,
)(answering.respond)  # fmt: skip
