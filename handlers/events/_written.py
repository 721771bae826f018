"""What followed a command, as its author wrote it, and which of the speakers they mentioned."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from handlers import Command
from storage.events import Plan, Speaker


def written(command: Command, way: str, word: str) -> str:
    """Return what followed `/event way` or the word; a command's own words are evened out, and cut.

    An event's number at its beginning is left out.
    """
    if command.message is None:
        return re.sub(r"^[eE]\d+\s*", "", command.args)
    head = rf"\s*(?:@\S+\s+)*(?:/event(?:@\S+)?\s+{way}\b|/event_{way}(?:@\S+)?|/?{word})[\s:：]*"
    found = re.match(head, command.message.text, re.IGNORECASE)
    words = command.args if found is None else command.message.text[found.end() :].strip()
    return re.sub(r"^[eＥE]\d+\s*", "", words, flags=re.IGNORECASE)


def with_members(plan: Plan, command: Command, before: Sequence[Speaker] = ()) -> Plan:
    """Return a plan whose speakers are the members that were mentioned (讲者 @柏舟), in their order.

    A speaker of the same name as before stays the same member, with the same line.
    """
    mentioned = deque(command.message.mentions if command.message is not None else ())
    known = {speaker.name: speaker for speaker in before}
    found = []
    for speaker in plan.speakers:
        name = speaker.name.lstrip("@＠").strip()
        earlier = known.get(name, speaker)
        member = mentioned.popleft() if mentioned and name != speaker.name else earlier.member
        company, about = speaker.company or earlier.company, speaker.about or earlier.about
        found.append(Speaker(name or speaker.name, company, about, member))
    return replace(plan, speakers=tuple(found))
