"""Ended: how a question was solved, in one line for whoever has it as well, as far as it may be quoted there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers import Context, Text
from handlers._meant import title
from handlers._threads.answers import answer_of
from handlers._threads.blocked import blocked
from handlers._threads.sharing import quotable
from handlers._wording.masking import quoted
from storage import groups
from storage.threads import Thread

EXPLAINED_AFTER = timedelta(hours=24)  # who found it alone is asked how; so long nobody is told that it is solved


class Texts:
    """The answer itself, not news about an answer."""

    ANSWER = Text(zh="{you}同问的 #{thread} 解决了：{answer}", en="you asked for #{thread} as well. Solved: {answer}")
    SEEN = Text(zh="{you}同问的 #{thread} 解决了。", en="you asked for #{thread} as well. It is solved.")
    UNTOLD = Text(
        zh="{you}同问的 #{thread} 提问者说好了，没说怎么弄的；在群里问一句就知道。",
        en="you asked for #{thread} as well. Its asker says it is solved, not how; a word in the group will tell.",
    )
    HERE = Text(
        zh="{you}同问的 #{thread} 解决了。本群设了不转述，怎么弄的往上翻就有。",
        en="you asked for #{thread} as well. It is solved; this group does not want to be quoted, so look further up.",
    )
    ELSEWHERE = Text(
        zh="{you}同问的 #{thread} 在「{group}」解决了。那个群的话不外传，怎么弄的要去那边看。",
        en="you asked for #{thread} as well. It is solved, in {group}, whose words stay there: look it up there.",
    )
    YOU = Text(zh="你", en="")
    ALL_OF_YOU = Text(zh="你们", en="")
    MORE = Text(zh="看全文：发{shows}", en="The whole thread: {shows}")
    SHOW = Text(zh="「看 {thread}」", en="/show {thread}")
    SOLVED = Text(zh="#{thread} 已经解决了：{answer}", en="#{thread} is solved: {answer}")


@dataclass(frozen=True, slots=True)
class Ended:
    """One line, and whether the whole thread can be looked at where it is said."""

    line: str
    more: bool


async def how(there: Context[Any], thread: Thread, people: int, since: datetime | None) -> Ended | None:
    """Return how a thread was solved, for so many people where `there` is; None where its asker may still tell."""
    you = there.say(Texts.YOU if people == 1 else Texts.ALL_OF_YOU)
    open_to = await quotable(there)
    if thread.group_id not in open_to:
        return Ended(await _kept(there, thread, you), more=False)
    given = await answer_of(there.store, thread, open_to)
    words = "" if given is None else quoted(given.text)
    if given is not None and words:
        barred = await blocked(there)
        if barred.has_word(words, thread.group_id) or barred.has_member(given.member, thread.group_id):
            return Ended(there.say(Texts.SEEN, you=you, thread=thread.id), more=True)
        return Ended(there.say(Texts.ANSWER, you=you, thread=thread.id, answer=words), more=True)
    if await answer_of(there.store, thread) is not None:  # of a group that keeps it to itself
        return Ended(there.say(Texts.SEEN, you=you, thread=thread.id), more=True)
    if since is not None and there.now() - since < EXPLAINED_AFTER:
        return None
    return Ended(there.say(Texts.UNTOLD, you=you, thread=thread.id), more=False)


async def _kept(there: Context[Any], thread: Thread, you: str) -> str:
    if thread.group_id == there.group.id:
        return there.say(Texts.HERE, you=you, thread=thread.id)
    group = await groups.get(there.store, thread.group_id)
    return there.say(Texts.ELSEWHERE, you=you, thread=thread.id, group=title(group))


async def solution(here: Context[Any], thread: Thread) -> str | None:
    """Return how a solved thread was solved, for who says 同问 to it now; None where that cannot be quoted here."""
    open_to = await quotable(here)
    given = await answer_of(here.store, thread, open_to) if thread.group_id in open_to else None
    words = "" if given is None else quoted(given.text)
    return here.say(Texts.SOLVED, thread=thread.id, answer=words) if words else None
