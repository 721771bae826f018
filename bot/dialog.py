"""What a member's words are to the dialog they are in: an answer, although they are a command's word, or its end."""

from __future__ import annotations

from bot.turn import Turn
from storage import dialogs
from storage.members import Member

ENDS = frozenset({"取消", "算了", "cancel", "/cancel"})


def ends(text: str) -> bool:
    """Say whether words end any dialog, and do nothing else in private."""
    return text.strip().lower() in ENDS


async def is_answer(turn: Turn, member: Member, text: str) -> bool:
    """Say whether a command's word answers the dialog that its author is in (跳过 is one of couriers, too)."""
    dialog = await dialogs.current(turn.store, member.id, turn.clock_now)
    feature = next((one for one in turn.house.features if dialog is not None and one.name == dialog.feature), None)
    if dialog is None or feature is None:
        return False
    return text.strip().lower() in feature.router.dialog_words.get(dialog.step, frozenset())
