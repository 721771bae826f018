"""How well a message fits outside all threads: small talk, and what answers it."""

from __future__ import annotations

import math

from classifiers._fits import CERTAIN
from classifiers._scene import Scene, overlap
from classifiers._thread import content


def stays_out(here: Scene) -> float:
    """Return how well a message fits outside all threads."""
    cues, aim = here.cues, here.pointing
    score = (
        0.8
        + 2.5 * cues.offtopic * (0.3 if _winds_up(here) else 1.0)
        + 1.2 * (cues.greeting and cues.size > 0)
        + 1.0 * cues.poll
        + 3.0 * cues.notice
        - 0.9 * min(2.0, cues.tech)
    )
    serious = any(cues.tech >= 1 for cues in here.begun)
    if here.before and here.before[1] is None and not (serious and here.before[0].member == here.said.member):
        score += 1.6 * math.exp(-here.spans[here.before[0].at] / 3)
    if here.own and here.own[1] is None and not serious and here.spans[here.own[0].at] < 10:
        score += 0.8
    score += _chat_overlap(here)
    if aim.outside:
        score += CERTAIN
    elif aim.members and any(_chats(here, member) for member in aim.members):
        score += 2.2
    elif here.own and here.own[1] is None and _replied(here):
        score += 1.5
    return score


def _winds_up(here: Scene) -> bool:
    """Whether thanks or a plan belong to a talk that the author asked for: a word of the weekend says nothing then."""
    if not (here.cues.thanks or here.cues.later or here.cues.works):
        return False
    mine = (near for near in here.states.values() if near.asker == here.said.member and near.responded)
    return any(here.spans[near.last_at] < 60 for near in mine)


def _chats(here: Scene, member: int) -> bool:
    """Whether a member's latest message within the hour is outside all threads."""
    for other, thread, _ in reversed(here.memory.recent):
        if other.member == member:
            return thread is None and here.spans[other.at] < 60
    return False


def _replied(here: Scene) -> bool:
    """Whether the message before points at the author, who is chatting."""
    if here.before is None or here.before[1] is not None:
        return False
    other = here.before[0]
    return here.said.member in other.mentions or (here.own is not None and other.reply_to == here.own[0].id)


def _chat_overlap(here: Scene) -> float:
    words: set[str] = set()
    for other, thread, _ in list(here.memory.recent)[-12:]:
        if thread is None and here.spans[other.at] < 15 and other not in here.burst:
            words |= content(other.text)
    return 1.2 * overlap(here, here.words & words, words) if words else 0.0
