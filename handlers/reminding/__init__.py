"""Reminds groups of what is coming, and who registered; draws the card above an announcement."""

from __future__ import annotations

from handlers import Errand, Outside, Reply, Router
from handlers._events import picture
from handlers._events.settings import Settings

__all__ = ["Settings", "router"]

router = Router(Settings)


@router.errand(picture.CARD)
async def card(errand: Errand, outside: Outside) -> list[Reply]:
    """Draw the card of an announcement, once for all groups that share it, and post it there."""
    return await picture.draw(errand, outside)
