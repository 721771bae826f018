"""How well a message fits: into a thread, into no thread, or as the beginning of a new one.

The three scores are on one scale (a point is about a factor of two in odds) and are sums of reasons, so that no
single signal is a law: a reply to an old message can still lose to everything else that speaks against it.
"""

from __future__ import annotations

import math

from classifiers import Role, Said
from classifiers._closing import closing
from classifiers._cues import Cues, Reader
from classifiers._scene import Scene, kinship, overlap, pending_openers
from classifiers._thread import State, content

KIN = 1.2
CERTAIN = 6.0  # a reply or a quotation
THRESHOLD = 1.9  # a burst below it opens nothing
WAITING = (Role.QUESTION, Role.CLARIFY, Role.STILL_BROKEN)
UNTOLD = 1.8  # the most that a beginning without one technical word can reach


def fits(here: Scene, thread: int) -> float:
    """Return how well a message fits into a thread."""
    near = here.states[thread]
    gap = here.minutes(near.last_at)
    crowd = 1 / (1 + 0.1 * max(0, here.live - 2))
    score = -0.5 + 2.2 * crowd * math.exp(-gap / 4) - _decay(here, near, gap)
    if here.before and here.before[1] == thread:
        patience = 60 if near.asker == here.said.member else 5
        score += 1.2 * crowd * math.exp(-here.minutes(here.before[0].at) / patience)
    score += overlap(here, near.words) * (1.0 if here.cues.tech > 0 else 0.5)
    score += KIN * kinship(here, near) + _pointed(here, thread, near)
    score += _asker(here, thread, near) if near.asker == here.said.member else _other(here, thread, near)
    if here.cues.offtopic and here.cues.tech < 1:
        score -= 1.5
    return score


def _decay(here: Scene, near: State, gap: float) -> float:
    """Return what silence costs: less for the asker, and where the words themselves point back or join in."""
    cues = here.cues
    if near.asker != here.said.member:
        cost = min(6.0, 0.8 * math.log2(1 + gap / 8))
        return cost * (
            0.4 if (cues.past and cues.tech > 0 and not near.over) or (cues.metoo and not near.answered) else 1.0
        )
    cost = min(4.5, 0.45 * math.log2(1 + gap / 8))
    return cost * (0.4 if cues.past or _ends(cues, near) is not None else 1.0)


def _ends(cues: Cues, near: State) -> Role | None:
    return closing(cues, answered=near.answered or near.responded, closed=near.closed)


def _pointed(here: Scene, thread: int, near: State) -> float:
    aim, score = here.pointing, 0.0
    if aim.message is not None:
        score += CERTAIN if aim.thread == thread else -4.0
    if aim.members:
        first = 1.2 if aim.members[0] in near.speakers else 0.0
        if near.asker in aim.members:
            score += 5.0 if near.asker == aim.members[0] else 3.0
        elif any(member in near.speakers for member in aim.members):
            latest = min(here.minutes(near.speakers.get(member)) for member in aim.members)
            score += (1.8 + first) * math.exp(-latest / 120)
        elif aim.message is None and not here.cues.nudge:
            score -= 3.0
    elif aim.called & near.speakers.keys():
        score += 1.2
    return score


def _asker(here: Scene, thread: int, near: State) -> float:
    """Return what draws an asker to an own thread."""
    cues, score = here.cues, 0.3 if near.over else 2.3
    if not near.over:
        score += 0.8 * math.exp(-here.minutes(near.asker_at) / 30)
    if here.in_burst and here.own:
        score += 2.0 if here.own[1] == thread else -0.8
    end = _ends(cues, near)
    if end is Role.RESOLVED:
        score += -0.5 if near.closed else 2.5
    elif end is Role.STILL_BROKEN:
        score += 2.5 * max(math.exp(-here.minutes(near.last_at) / 60), min(1.0, overlap(here, near.words) / 1.5))
    elif end is Role.THANKS:
        score += 1.5
    if near.over and (cues.past or cues.broken) and overlap(here, near.words) > 1.5:
        score += 1.5
    if (cues.withdrawn and not near.answered) or (cues.bump and not near.responded):
        score += 2.8
    return score


def _other(here: Scene, thread: int, near: State) -> float:
    """Return what draws another member to a thread: to ask back, to answer, to join in; a complaint stands alone."""
    cues, score = here.cues, -0.8 * near.over
    at_home = _at_home(here, near)
    if here.pointing.message is None and _has_own(here):
        score -= 1.0
    stranger = (cues.error and not cues.advice) or complains(cues)
    score += 1.2 * at_home
    if here.in_burst and here.own:
        score += (0.5 if stranger and not at_home else 1.5) if here.own[1] == thread else -0.8
    if cues.tech >= 0.5:
        score += 0.4 * min(2.0, cues.tech)
    if not near.responded and (cues.tech >= 0.5 or cues.advice):
        score += 0.7
    if cues.metoo:
        score += 2.0
    elif stranger:
        weight = 2.5 if cues.error else 0.5 if _states(cues) and _waits(here, near) else 1.5
        score -= weight * (1 - at_home) * _alien(here, near)
    elif cues.advice:
        score += 0.5
    if near.last_member == near.asker and near.last_role in WAITING and (cues.tech > 0 or cues.advice or cues.affirm):
        score += 0.5
    if here.pointing.message is None and here.said.kind in ("image", "link", "file", "video"):
        score -= 2.0
    return score


def _states(cues: Cues) -> bool:
    """Whether it only states a fault: as much an explanation as a complaint."""
    return cues.problem and not (cues.asks or cues.seeks or cues.mine or cues.error or cues.wants)


def _waits(here: Scene, near: State) -> bool:
    """Whether the asker spoke last, just now, and nobody has taken it up."""
    return near.last_member == near.asker and not near.over and here.minutes(near.last_at) < 5


def _has_own(here: Scene) -> bool:
    """Whether the author is waiting in a thread of their own."""
    mine = (near for near in here.states.values() if near.asker == here.said.member and not near.over)
    return any(here.minutes(near.asker_at) < 30 for near in mine)


def _at_home(here: Scene, near: State) -> float:
    """Return how much another member belongs to a thread already, 0..1; what this burst said there does not count."""
    member = here.said.member or 0
    arrived = near.arrived.get(member)
    if arrived is None or (here.burst and arrived >= here.burst[0].at):
        return 0.0
    return math.exp(-here.minutes(near.speakers[member]) / 30)


def _alien(here: Scene, near: State) -> float:
    """Return how little a complaint has to do with a thread, 0..1: explanations share its words and own nothing."""
    if here.cues.mine or here.cues.seeks:
        return 1.0
    return max(0.0, 1 - overlap(here, near.words) / 2.5)


def complains(cues: Cues) -> bool:
    """Whether it tells of an own fault or wish, as askers do and helpers don't."""
    if cues.advice and not cues.seeks and not cues.mine:
        return False
    if cues.asks and cues.size <= 8 and not (cues.seeks or cues.mine or cues.howto):
        return False
    return cues.seeks or (cues.problem and (cues.mine or cues.tech >= 0.5)) or (cues.howto and cues.tech >= 0.5)


def stays_out(here: Scene) -> float:
    """Return how well a message fits outside all threads."""
    cues, aim = here.cues, here.pointing
    score = (
        0.8
        + 2.5 * cues.offtopic
        + 1.2 * (cues.greeting and cues.size > 0)
        + 1.0 * cues.poll
        + 3.0 * cues.notice
        - 0.9 * min(2.0, cues.tech)
    )
    if here.before and here.before[1] is None:
        score += 1.6 * math.exp(-here.minutes(here.before[0].at) / 3)
    if here.own and here.own[1] is None and here.minutes(here.own[0].at) < 10:
        score += 0.8
    score += _chat_overlap(here)
    if aim.outside:
        score += CERTAIN
    elif aim.members and any(_chats(here, member) for member in aim.members):
        score += 2.2
    elif here.own and here.own[1] is None and _replied(here):
        score += 1.5
    return score


def _chats(here: Scene, member: int) -> bool:
    """Whether a member's latest message within the hour is outside all threads."""
    for other, thread, _ in reversed(here.memory.recent):
        if other.member == member:
            return thread is None and here.minutes(other.at) < 60
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
        if thread is None and here.minutes(other.at) < 15:
            words |= content(other.text)
    return 1.2 * overlap(here, words) if words else 0.0


def begins(here: Scene, reader: Reader) -> tuple[float, tuple[Said, ...]]:
    """Return how well a message opens a new thread, together with which earlier messages of its burst."""
    if here.said.kind in ("link", "sticker", "forward") or here.cues.notice:
        return -9.0, ()
    waiting = bool(pending_openers(here, reader))
    alone = _beginning(here, here.cues, waiting)
    best: float = alone
    together: tuple[Said, ...] = ()
    usable = [
        said for said in here.burst if said.kind not in ("link", "sticker") and not reader.read(said.text).offtopic
    ]
    if usable and here.cues.start + here.cues.tech > 0:
        text = "\n".join([*(said.text for said in usable), here.said.text])
        joined = _beginning(here, reader.read(text), waiting)
        if joined > THRESHOLD or joined > alone:
            best, together = max(alone, joined), tuple(usable)
    return best, together


def _idle(cues: Cues) -> bool:
    return cues.greeting or (cues.tech < 0.5 and (cues.offtopic or cues.laugh) and not cues.seeks)


def _beginning(here: Scene, cues: Cues, waiting: bool) -> float:
    start = cues.start
    if cues.tech < 0.3:
        start = min(start, UNTOLD)
    if here.said.to_bot and not cues.hollow and (cues.asks or cues.seeks or cues.problem):
        start = max(start, 3.0) + 2.0
    if start < THRESHOLD:
        return -9.0
    return start + _against(here, cues) + (2.0 if waiting else 0.0)


def _against(here: Scene, cues: Cues) -> float:
    """Return what speaks against a new thread: a message aimed at another, or said in the middle of a thread."""
    cost, aim = 0.6 * _fresh(here), here.pointing
    others = {member for member in aim.members if member != here.said.member}
    if others or (aim.message is not None and aim.member != here.said.member):
        cost -= 3.5
    bold = cues.error or complains(cues)
    if not bold and here.before and here.before[1] is None:
        cost -= 1.0 * math.exp(-here.minutes(here.before[0].at) / 3)
    worst = max((_holds(here, cues, near, bold=bold) for near in here.states.values()), default=0.0)
    return max(-6.0, cost - worst) - (0.8 if cues.size < 8 and not cues.seeks else 0.0)


def _fresh(here: Scene) -> bool:
    """Whether the author has not been heard of late: who comes in with a question comes for an answer."""
    return here.own is None and not any(here.said.member in near.speakers for near in here.states.values())


def _holds(here: Scene, cues: Cues, near: State, *, bold: bool) -> float:
    """Return how strongly one thread keeps a message from opening its own."""
    if near.asker == here.said.member:
        return _own_thread(here, cues, near)
    member = here.said.member or 0
    at_home = math.exp(-here.minutes(near.speakers.get(member)) / 10)
    if bold and not (_states(cues) and _waits(here, near)):
        return 0.0 if cues.seeks else at_home
    return 1.3 * math.exp(-here.minutes(near.last_at) / 6) + 1.2 * at_home


def _own_thread(here: Scene, cues: Cues, near: State) -> float:
    """Return what an own thread costs a new one: much while it is being talked about, nothing when it is over."""
    if near.over:
        warm = math.exp(-here.minutes(near.asker_at) / 60)
        return 0.3 + (3.0 * warm if cues.follow else 0.0) + 0.8 * overlap(here, near.words) * (0.3 + warm)
    patience = 60 if near.answered else 360
    warm = math.exp(-here.minutes(near.last_at) / patience)
    return (1.5 if cues.seeks and near.answered else 4.0) * warm + (1.0 if cues.follow else 0.3)
