"""The contract of the features: what a file in this folder may register, and what it is given.

One feature is one file (or one small folder): its commands, messages, dialogs, schedules, digest section and texts
sit together. It is switched on by the config table of its name (`[handlers.questions]`). Files that begin with `_`
are private help that features share. A handler reads and writes through `ctx.store`, inside the open transaction,
and *returns* replies; it never sends, opens a socket, asks the wall clock or does slow work.

A whole minimal feature (`handlers/dice.py`):

    from pydantic import BaseModel, ConfigDict
    from handlers import Command, Context, Reply, Right, Router, Text, answer

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)
        sides: int = 6

    class Texts:
        HELP = Text(zh="掷一次骰子", en="Throw a die")
        THROWN = Text(zh="{value} 点。", en="It is a {value}.")

    router = Router(Settings)

    @router.command("dice", "骰子", needs=Right.READ, help=Texts.HELP)
    async def dice(command: Command, ctx: Context[Settings]) -> Reply:
        \"\"\"Throw a die.\"\"\"
        return answer(ctx.say(Texts.THROWN, value=1 + command.message_id % ctx.settings.sides))

What a feature registers, and when it is called:

- `@router.command(name, word, ...)`: `/name` or the Chinese word said to the bot; rights are checked before.
- `@router.message`: every message that is no command, in groups, also replayed ones (to keep records; a reply to a
  replayed message is discarded).
- `@router.mention`: a message to the bot that is no command; the first feature that returns a reply has answered.
- `@router.notice`: an edit, a recall, somebody joined or left.
- `@router.dialog(name)`: an answer in a dialog that this feature began; with `takes` also words that are commands.
- `@router.section(name)`: a part of the digest; None = nothing to say.
- `@router.schedule(name)`: a due occurrence of a schedule that this feature wrote down.
- `@router.errand(name)`: slow work, outside the transaction, in its own time; with `drafts=True` it may wait for the
  language model (`Outside.draft`), and no other errand waits for it.
- `@router.configured`: once, when all features are loaded: refuse settings that cannot be meant (a ValueError).
- `@router.settings_changed`: at the start and when a group is first heard of, for each group, and when a setting
  changed there: write schedules down.
"""

from __future__ import annotations

from handlers._context import AwayError, Context, Outside
from handlers._router import CommandEntry, Feature, Router
from handlers._said import (
    ANSWER_AGE,
    ANY,
    COMMAND_AGE,
    NOTHING,
    NUMBER,
    OPTIONAL_NUMBER,
    Command,
    Community,
    NoSettings,
    Replies,
    Scope,
    Section,
    Text,
    UserError,
    answer,
)
from storage.errands import Errand
from storage.grants import Right
from storage.replies import Body, Purpose, Reply

__all__ = [
    "ANSWER_AGE",
    "ANY",
    "COMMAND_AGE",
    "NOTHING",
    "NUMBER",
    "OPTIONAL_NUMBER",
    "AwayError",
    "Body",
    "Command",
    "CommandEntry",
    "Community",
    "Context",
    "Errand",
    "Feature",
    "NoSettings",
    "Outside",
    "Purpose",
    "Replies",
    "Reply",
    "Right",
    "Router",
    "Scope",
    "Section",
    "Text",
    "UserError",
    "answer",
]
