"""The role of a message in the thread that it belongs to."""

from __future__ import annotations

import re

from classifiers import Role
from classifiers._closing import closing
from classifiers._cues import Cues
from classifiers._scene import Scene, role_of
from classifiers._thread import State

_SPECIFIC = re.compile(r"[a-z0-9\\%]")
_ORDERS = re.compile(r"(?:先|再|你)?(?:查|看|试|检查|确认|改|把|用|建|加|换|关|开)")
_SUGGESTS = re.compile(r"(?:一下|试试)\?$")
_PICTURES = ("image", "file", "video", "voice")


def role(here: Scene, near: State) -> Role:
    """Return the role of a message in a thread, as it stood just before."""
    if here.said.member == near.asker:
        return _askers(here, near)
    return _others(here, near)


def _askers(here: Scene, near: State) -> Role:
    cues = here.cues
    if here.said.kind == "sticker":
        return Role.THANKS if near.over else Role.ASIDE
    if here.said.kind in _PICTURES and not cues.size:
        return Role.DETAIL
    mended = cues.found or cues.works
    if not near.answered and not near.closed and ((cues.withdrawn and not mended) or (cues.private and cues.size < 14)):
        return Role.WITHDRAWN
    end = closing(cues, answered=near.answered, closed=near.closed)
    if end is not None:
        return end
    if cues.asks or cues.seeks:
        return Role.CLARIFY if near.responded else Role.QUESTION
    if near.over or (cues.laugh and cues.tech < 0.3 and near.responded):
        return Role.ASIDE
    if cues.problem and not near.responded and not cues.error and not cues.code:
        return Role.QUESTION
    return Role.DETAIL


def _others(here: Scene, near: State) -> Role:
    cues = here.cues
    if here.said.kind == "sticker" or not cues.size:
        return Role.ASIDE
    if cues.metoo and not cues.code and cues.size < 40:
        return Role.METOO
    if cues.thanks and not (cues.advice and cues.tech > 0.6):
        return Role.THANKS
    if cues.probe and not cues.concludes:
        return Role.CLARIFY
    if cues.code and cues.advice:
        return Role.ANSWER
    if (cues.nudge or cues.private) and cues.tech < 1:
        return Role.ASIDE
    if _is_joke(cues):
        return Role.ASIDE
    if cues.asks and not _tells(cues):
        return Role.CLARIFY
    return Role.ANSWER if _answers(here, near, cues) and not _remarks(here, near, cues) else Role.ASIDE


def _is_joke(cues: Cues) -> bool:
    if cues.laugh and not cues.advice and not cues.code and cues.tech < 1.6:
        return True
    return (cues.laugh or cues.joke or cues.offtopic) and (cues.tech < 0.8 or (cues.joke and not cues.advice))


def _tells(cues: Cues) -> bool:
    """Whether a question gives advice all the same (是不是没 reload？改完要 reload; analyze 一下？)."""
    if cues.tech > 0 and _SUGGESTS.search(cues.text):
        return True
    told = cues.size >= 12 or _ORDERS.match(cues.text) is not None
    return cues.advice and cues.tech >= 0.5 and told and "?" not in cues.text[-2:]


def _remarks(here: Scene, near: State, cues: Cues) -> bool:
    """Whether a bystander comments on what was answered (时区害人): short, and nothing that one could do."""
    if not near.answered or here.pointing.message is not None or cues.code or cues.advice or cues.affirm:
        return False
    return cues.learnt or (cues.size <= 10 and here.said.member not in near.speakers and not cues.explains)


def _answers(here: Scene, near: State, cues: Cues) -> bool:
    aim = here.pointing
    told = cues.advice or cues.code or (cues.tells and cues.tech >= 1)
    if near.over and not (told or (aim.thread is not None and not near.withdrawn)):
        return False
    if cues.tech >= 0.6 or cues.code or (cues.advice and (cues.tech > 0 or cues.size >= 5)):
        return True
    last = near.last_role if aim.message is None else role_of(here, aim.message)
    by_asker = (near.last_member if aim.message is None else aim.member) == near.asker
    asked = last in (Role.QUESTION, Role.CLARIFY, Role.STILL_BROKEN)
    if asked and by_asker and aim.message is not None and cues.size >= 4 and not cues.laugh:
        return True
    return by_asker and asked and (cues.affirm or cues.advice or _SPECIFIC.search(cues.text) is not None)
