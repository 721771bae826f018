"""What an asker's message says about the end of the question: solved, still broken, thanks, or nothing."""

from __future__ import annotations

from classifiers import Role
from classifiers._cues import Cues


def closing(cues: Cues, *, answered: bool, closed: bool) -> Role | None:
    """Return resolved, still_broken or thanks; None where the message says nothing about the end.

    Thanks that announce an attempt (我去试试，谢谢) are progress, not an end, so they give None: a thread whose
    last word they are is answered, not solved. Thanks before any answer are politeness and end nothing, either.

    Args:
        cues: What the message does.
        answered: Whether another member has answered in the thread.
        closed: Whether the asker has already said that it is solved.
    """
    broken = cues.broken or (cues.error and not cues.thanks and answered and cues.works)
    if broken and not _outdone(cues):
        return Role.STILL_BROKEN if answered or closed else None
    if _asks_on(cues):
        return None
    if not answered and not closed and not cues.found:
        return None
    if cues.works and not (cues.later and not cues.thanks and cues.size < 8):
        return None if _only_progress(cues) else Role.RESOLVED
    if not (cues.thanks or cues.learnt) or not (answered or closed):
        return None
    if cues.later or cues.half:
        return None
    if cues.thanks and cues.done and answered and not cues.broken and not closed:
        return Role.RESOLVED
    if cues.learnt and (cues.thanks or cues.size <= 12) and not closed:
        return Role.RESOLVED
    return Role.THANKS if cues.thanks else None


def _outdone(cues: Cues) -> bool:
    """Whether it tells how a fault went away: words of both kinds, and thanks or no new error text."""
    return cues.works and cues.thanks and not cues.error


def _asks_on(cues: Cues) -> bool:
    return cues.asks and "?" in cues.text[-3:] and not cues.thanks


def _only_progress(cues: Cues) -> bool:
    """Whether something works, but the asker is still at it (业务恢复了，我继续跑剩下的)."""
    return (
        any(word in cues.text for word in ("继续", "剩下的", "下一步", "接下来", "还没完", "还没跑完", "没跑完"))
        and not cues.thanks
    )
