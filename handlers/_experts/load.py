"""How the load of being asked lies: who was asked on which topic, what came of it, and whether it is fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers import Context, Text
from handlers._experts.routing import WINDOW
from handlers._experts.settings import FEATURE
from handlers._wording.names import call_name, spaced
from handlers._wording.numbers import FEW, percent
from storage import experts, members
from storage.experts import Answered, Ask


class Texts:
    """One line for admins."""

    ASKED = Text(
        zh="私下请人答题 {asked} 次，答了 {given}，换人 {declined}",
        en="Asked experts {asked} times: {given} answered, {declined} passed on",
    )
    MOST = Text(zh="{line}；请{name}最多，{count} 次", en="{line}; most of all {name}, {count} times")
    MOST_SHARE = Text(zh="{line}；请{name}最多，占 {share}", en="{line}; most of all {name}, {share}")


@dataclass(frozen=True, slots=True)
class Counted:
    """How often somebody was asked, and what they made of it."""

    asked: int
    given: int
    declined: int


def counted(found: Sequence[Ask]) -> Counted:
    """Return what became of some asks."""
    states = Counter(one.state for one in found)
    return Counted(len(found), states[Answered.GIVEN], states[Answered.DECLINED])


async def lines(ctx: Context[Any], since: datetime) -> list[str]:
    """Return the line about experts for the admins' edition; none where nobody was asked since a time."""
    if all(feature.name != FEATURE for feature in ctx.features):
        return []
    found = [one for one in await experts.asked_since(ctx.store, min(since, ctx.now() - WINDOW)) if one.at >= since]
    if not found:
        return []
    told = counted(found)
    line = ctx.say(Texts.ASKED, asked=told.asked, given=told.given, declined=told.declined)
    member, count = Counter(one.member for one in found).most_common(1)[0]
    name = call_name((await members.get(ctx.store, member)).name)
    if not name or len({one.person for one in found}) < 2:
        return [line]
    text = Texts.MOST if told.asked < FEW else Texts.MOST_SHARE
    return [spaced(ctx.say(text, line=line, name=name, count=count, share=percent(count / told.asked)))]
