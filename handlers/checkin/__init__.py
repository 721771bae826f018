"""On the day of an event: checking in by the code of the day, hosting, the list to print, and interviews on site."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from handlers import Context, Errand, Outside, Replies, Reply, Right, Router
from handlers._events.meant import NUMBER as EVENT
from handlers.checkin import _entering as entering
from handlers.checkin import _exporting as exporting
from handlers.checkin import _hosting as hosting
from handlers.checkin import _interviewing as interviewing
from handlers.checkin import _printing as printing
from handlers.checkin._interview_texts import Texts as Interview
from handlers.checkin._texts import Texts
from storage.dialogs import Dialog
from storage.messages import Stored


class Settings(BaseModel):
    """`[handlers.checkin]`.

    Attributes:
        tries: Wrong codes that one person may say within an hour.
        tries_of_all: Wrong codes of everyone within an hour after which only who registered checks in, in private.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    tries: int = Field(default=5, ge=1, le=100)
    tries_of_all: int = Field(default=50, ge=1, le=10_000)


router = Router(Settings)

# 「签到」 with a code is said by who comes, with an event by hosts.
router.command(
    "checkin", "签到", needs=Right.SELF, fits=entering.SAID, help=Texts.HELP, usage=Texts.USAGE
)(entering.enter)  # fmt: skip
router.command(
    "attendance", "签到",
    needs=Right.GROUP, fits=EVENT, help=Texts.HELP_COUNT, usage=Texts.USAGE_COUNT, anywhere=True,
)(hosting.count)  # fmt: skip
router.command(
    "checkin_code", "签到码",
    needs=Right.GROUP, fits=EVENT, help=Texts.HELP_CODE, usage=Texts.USAGE_CODE, anywhere=True,
)(hosting.code)  # fmt: skip
router.command(
    "checkin_for", "代签",
    needs=Right.GROUP, fits=rf"{EVENT} (?s:.+)", help=Texts.HELP_FOR, usage=Texts.USAGE_FOR, anywhere=True,
)(hosting.check_in)  # fmt: skip
router.command(
    "checkin_list", "签到表",
    needs=Right.GROUP, fits=EVENT, help=Texts.HELP_LIST, usage=Texts.USAGE_LIST, anywhere=True,
)(printing.wanted)  # fmt: skip
router.command(
    "interview", "访谈",
    needs=Right.SELF, fits=rf"{EVENT}(?: .{{1,60}})?", help=Interview.HELP, usage=Interview.USAGE, private=True,
)(interviewing.begin)  # fmt: skip
router.command(
    "interviews", "访谈表",
    needs=Right.GROUP, fits=EVENT, help=Interview.HELP_EXPORT, usage=Interview.USAGE_EXPORT,
    private=True, anywhere=True,
)(exporting.wanted)  # fmt: skip


@router.dialog(interviewing.STEP, takes=interviewing.SKIP)
async def told(message: Stored, dialog: Dialog, ctx: Context[Settings]) -> Replies:
    """Take what is told in an interview."""
    return await interviewing.heard(message, dialog, ctx)


@router.errand(exporting.EXPORT)
async def export(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the interviews of an event."""
    return await exporting.write(errand, outside)


@router.errand(printing.WRITE)
async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Write the list to print."""
    return await printing.write(errand, outside)
