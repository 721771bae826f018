"""What the platform's answers mean: to a post, by their codes, and to a connection, by how it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.adapters._parse import Odd, Raw, integer, parse


class Verdict(Enum):
    """What became of a post."""

    SENT = auto()
    STALE = auto()  # what it answers is too old, or was answered too often: not posted
    REPEATED = auto()  # its number was used before: not posted
    TOKEN = auto()  # the access token is no longer taken: not posted
    WAIT = auto()  # too fast: not posted
    REFUSED = auto()


_UNDER_AUDIT = frozenset({304023, 304024})
_STALE = frozenset({304027, 304103, 40034005, 40034024, 40034025, 40034026, 40034027, 40034128})
_REPEATED = 40054005
_TOKEN = frozenset({11243, 11244})
_WAIT = frozenset({20028, 22009, 100001, 304018, 40034100})
ONE_GROUP = frozenset({20028, 40034100})  # of those: a limit of the group, not of the bot

# Codes of refusals that an operator can do something about.
_REMEDIES = {
    11253: "the bot lacks this permission: apply for it on q.qq.com",
    11254: "the platform has blocked this call for the bot: see q.qq.com",
    11265: "the bot is banned: see q.qq.com",
    304036: "it may not post Markdown: set markdown = false, or apply for it on q.qq.com",
    304064: "the member takes no posts of its own accord: they can switch them on in the bot's profile",
    40034006: "the platform's audit refused the words",
    40034101: "the bot is no longer in this group",
    40034102: "the group takes no posts of the bot's own accord: its owner can switch 「主动在群聊内发言」 on",
    40034105: "the group takes no posts of the bot's own accord: its owner can switch 「主动在群聊内发言」 on",
    40034127: "it may not post Markdown: set markdown = false, or apply for it on q.qq.com",
    40054002: "the bot is muted in this group",
    40054003: "the bot is no longer in this group",
    40054004: "the member is no friend of the bot: they can add it",
    40054007: "the post is too long",
    40054010: "it holds an address: register the domain on q.qq.com, or set links = false",
    40054013: "the member takes no posts of the bot",
    40054016: "the bot is offline on the platform: see q.qq.com",
    40054018: "the post is too long",
}

# A token call is answered with these where the credentials, and not the moment, are wrong.
WRONG_CREDENTIALS = frozenset({10004, 11251, 11262, 11265, 100007, 100016})


def verdict(text: str, *, accepted: bool) -> tuple[Verdict, int, Raw]:
    """Return what an answer says of a post, its code (0: none) and its body; `accepted` is what its status says.

    Under audit is not refused: the post appears a little later, so it counts as sent.
    """
    found = parse(text)
    raw = {} if isinstance(found, Odd) else found
    code = integer(raw.get("err_code")) or integer(raw.get("code")) or 0
    if code in _UNDER_AUDIT or (accepted and code == 0):
        return Verdict.SENT, code, raw
    if code == _REPEATED:
        return Verdict.REPEATED, code, raw
    for group, meaning in ((_STALE, Verdict.STALE), (_TOKEN, Verdict.TOKEN), (_WAIT, Verdict.WAIT)):
        if code in group:
            return meaning, code, raw
    return Verdict.REFUSED, code, raw


def remedy(code: int) -> str:
    """Return what an operator can do about a refusal; empty where nothing is known."""
    return _REMEDIES.get(code, "")


@dataclass(frozen=True, slots=True)
class Closed:
    """What the end of a connection asks for.

    Attributes:
        resumable: The session lives on: the next connection may go on where this one ended.
        token: The access token was not taken.
        final: Words for the operator, where trying again helps nobody.
    """

    resumable: bool = True
    token: bool = False
    final: str = ""


_FINAL = {
    4010: "the gateway refused the shard",
    4011: "the bot is in too many places for one connection",
    4012: "the gateway no longer speaks this version",
    4013: "the gateway does not know the intents: correct them, 33554432 is what groups and private talk need",
    4014: "the bot may not have these intents: apply for them on q.qq.com, or take them out of intents",
    4914: "the bot is offline on the platform, and only its sandbox may connect: see q.qq.com",
    4915: "the bot is banned: see q.qq.com",
}
_TOKEN_REFUSED = 4004
_ENDED = frozenset({4001, 4002, 4006, 4007, *range(4900, 4914), 9001, 9005})  # the session ended with the connection


def closed(code: int | None) -> Closed:
    """Return what a close code asks for; a connection that broke off (None) can be resumed, as 4008 and 4009 can."""
    if code in _FINAL:
        return Closed(resumable=False, final=f"{_FINAL[code]} ({code})")
    if code == _TOKEN_REFUSED:
        return Closed(resumable=False, token=True)
    return Closed(resumable=code not in _ENDED)
