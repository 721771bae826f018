"""The command menu: what clients offer when somebody types a slash."""

from __future__ import annotations

from telegram import BotCommand

from bot.adapters.telegram._api import Api, asking

# Telegram allows a-z, 0-9 and _ in a command; the empty language is for everybody whose own is not here.
MENU: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("help", "What I can do"),
        ("open", "Questions that still wait"),
        ("mine", "Your own questions"),
        ("find", "Search what was asked before"),
        ("stats", "Figures of this group"),
        ("digest", "The weekly digest (admins)"),
    ),
    "zh": (
        ("help", "我能做什么"),
        ("open", "还有谁在等"),
        ("mine", "我的问题"),
        ("find", "找以前问过的"),
        ("stats", "本群的数字"),
        ("digest", "周报（管理员）"),
    ),
}


async def offer(api: Api) -> None:
    """Set the menu where it differs from what Telegram has.

    Raises:
        AuthError: The token is refused.
        OSError: It cannot be asked or set now.
    """
    for language, commands in MENU.items():
        with asking():
            there = await api.bot.get_my_commands(language_code=language or None)
            wanted = tuple(BotCommand(name, text) for name, text in commands)
            if tuple(there) != wanted:
                await api.bot.set_my_commands(wanted, language_code=language or None)
