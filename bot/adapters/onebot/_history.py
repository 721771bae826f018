"""Reading a group's history back to what is known, through implementations that page in different ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from bot.adapters._parse import Raw, identifier, integer
from bot.adapters.onebot._wire import ActionError

ACTION = "get_group_msg_history"
PAGE = 30
PAGES = 500  # 15,000 messages a group; what lies further back is an import's business

Ask = Callable[[str, Raw], Awaitable[object]]

# How to ask for what is older than a message. NapCat pages forward unless told otherwise, and takes the flag
# under two names; LLBot once read the same flag the other way round; others know no flag at all.
_BACKWARDS: tuple[Raw, ...] = ({"reverse_order": True, "reverseOrder": True}, {})


class History:
    """The history of one account's groups, oldest first, each message once.

    `ask` calls an action with parameters. How this implementation pages is found out once.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._flags = list(_BACKWARDS)

    async def back_to(self, group: str, known: Callable[[Raw], bool]) -> list[Raw]:
        """Return the latest messages of a group, at least back to a known one if there is that much.

        Raises:
            ActionError: There is no history of it.
            TimeoutError: The implementation does not answer.
        """
        found: dict[str, Raw] = {}
        page = await self._page(group, {})
        for _ in range(PAGES):
            fresh = {key: raw for key, raw in _keyed(page).items() if key not in found}
            found |= fresh
            if not fresh or any(map(known, fresh.values())):
                break
            page = await self._older(group, min(found.values(), key=order))
        return sorted(found.values(), key=order)

    async def _older(self, group: str, oldest: Raw) -> list[Raw]:
        anchor = {"message_seq": oldest.get("message_seq") or oldest.get("message_id")}
        anchor["message_id"] = oldest.get("message_id")
        for flags in list(self._flags):
            try:
                page = await self._page(group, {**anchor, **flags})
            except ActionError:
                continue
            if any(order(raw) < order(oldest) for raw in page):
                self._flags = [flags]
                return page
        return []

    async def _page(self, group: str, params: Raw) -> list[Raw]:
        number = integer(group)
        # Bundles stay closed: opened, a single one can be larger than a frame may be.
        params = {"group_id": group if number is None else number, "count": PAGE, "parse_mult_msg": False, **params}
        answer = await self._ask(ACTION, params)
        messages = answer.get("messages") if isinstance(answer, dict) else answer
        listed = messages if isinstance(messages, list) else []
        return [{**raw, "group_id": group} for raw in listed if isinstance(raw, dict)]


def order(raw: Raw) -> tuple[int, int]:
    """Return what a group's messages are ordered by: the platform's time, then its number."""
    return integer(raw.get("time")) or 0, integer(raw.get("real_seq")) or 0


def _keyed(page: Iterable[Raw]) -> dict[str, Raw]:
    keyed = {identifier(raw.get("real_seq")) or identifier(raw.get("message_id")): raw for raw in page}
    keyed.pop("", None)
    return keyed
