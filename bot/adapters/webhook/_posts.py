"""What a custom robot is sent: bodies as DingTalk and WeCom take them, the signature, and what an answer means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import httpx

from bot.adapters import DeliveryError, Outcome
from bot.adapters._http import code, told
from bot.adapters._markdown import (
    Draft,
    draft,
    escaped,
    look_alikes,
    markdown,
    named,
    needs_markup,
    parts,
    plain,
    title,
    width,
)
from bot.adapters._parse import Odd, Raw, parse, words
from storage.replies import Body

Kind = Literal["dingtalk", "wecom"]
Form = Literal["text", "markdown"]

FALLBACK_TITLE = "消息"
WHOLE = 100_000  # a post that is exactly full, whatever its limit
BAN, MINUTE, SOON = timedelta(minutes=10), timedelta(minutes=1), timedelta(seconds=5)

# Bytes. DingTalk takes 20,000 with everything around the text, and its clients fold what is much longer than this.
LIMITS: dict[tuple[Kind, Form], int] = {
    ("dingtalk", "text"): 13_500,
    ("dingtalk", "markdown"): 13_500,
    ("wecom", "text"): 2_048,
    ("wecom", "markdown"): 4_096,
}
# Codes by which a robot is known to be too fast, or the platform to be busy: nothing was posted.
_WAITS: dict[Kind, dict[str, timedelta]] = {
    "dingtalk": {"130101": BAN, "130102": BAN, "410100": BAN, "-1": SOON},
    "wecom": {"45009": MINUTE, "45033": SOON, "-1": SOON},
}
_REMEDIES: dict[Kind, dict[str, str]] = {
    "dingtalk": {
        "310000": "compare the robot's security settings: a keyword has to stand in every post (better: let it sign,"
        " and give the secret here), the secret has to be the one here, a list of addresses has to hold this machine's",
        "300001": "the robot is gone: add it again, and copy the new address",
        "300005": "the robot is gone: add it again, and copy the new address",
        "40035": "the address was not copied whole",
    },
    "wecom": {
        "93000": "the robot is gone: add it again, and copy the new address",
        "93008": "the robot is no longer in the group: add it again, and copy the new address",
        "40058": "the address was not copied whole",
    },
}


@dataclass(frozen=True, slots=True)
class Post:
    """One post, read from its payload; which form it takes, the robot decides."""

    said: Draft
    has_markup: bool
    title: str


def render(body: Body, forms: Iterable[tuple[Kind, Form]]) -> list[str]:
    """Return the posts of a body, cut so that the strictest of the robots takes each; files stand by their labels."""
    whole, has_markup, known = draft(body), needs_markup(body), sorted(set(forms))
    called = title(whole, FALLBACK_TITLE)

    def size(text: str) -> int:
        return max((_share(text, whole, kind, form if has_markup else "text") for kind, form in known), default=0)

    return [
        json.dumps({**part.dump(), "markdown": has_markup, "title": called}, ensure_ascii=False)
        for part in parts(whole, WHOLE, lambda text: max(size(text), len(text)))
    ]


def post_of(payload: str) -> Post:
    """Return the post that `render` wrote."""
    found: Raw = json.loads(payload)
    return Post(Draft.load(found), bool(found.get("markdown")), words(found.get("title")))


def message(post: Post, kind: Kind, form: Form) -> Raw:
    """Return what a robot of a kind takes. Nobody is ever mentioned: these robots do not know who is in the group."""
    if form == "text" or not post.has_markup:
        return {"msgtype": "text", "text": {"content": plain(post.said, named)}}
    if kind == "dingtalk":
        shown = markdown(post.said, lambda one: escaped(named(one)))
        return {"msgtype": "markdown", "markdown": {"title": post.title, "text": shown}}
    shown = markdown(post.said, lambda one: look_alikes(named(one)), look_alikes)
    return {"msgtype": "markdown", "markdown": {"content": shown}}


def signed(url: str, secret: str, now: datetime) -> httpx.URL:
    """Return the address of a post: with the time and its signature, where the robot has a secret.

    HMAC-SHA256 of the time in milliseconds, a line break and the secret, by the secret; DingTalk takes it for an hour.
    """
    if not secret:
        return httpx.URL(url)
    moment = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    return httpx.URL(url).copy_merge_params({"timestamp": moment, "sign": base64.b64encode(digest).decode()})


def accepted(response: httpx.Response, kind: Kind) -> None:
    """Say nothing where a robot took a post.

    Raises:
        DeliveryError: It did not, or nobody knows.
    """
    found = parse(response.text)
    if not response.is_error and not isinstance(found, Odd) and str(found.get("errcode")) == "0":
        return
    said = "" if isinstance(found, Odd) else str(code(response) if code(response) is not None else "")
    words_of_it = f"{kind} answers {response.status_code}: {told(response)}" + (f" ({said})" if said else "")
    if said in _WAITS[kind]:
        raise DeliveryError(Outcome.NOT_SENT, words_of_it, retry_after=_WAITS[kind][said], here_only=True)
    if not said and not response.is_error:
        raise DeliveryError(Outcome.UNKNOWN, words_of_it)
    remedy = _REMEDIES[kind].get(said)
    raise DeliveryError(Outcome.REFUSED, f"{words_of_it}; {remedy}" if remedy else words_of_it)


def _share(text: str, whole: Draft, kind: Kind, form: Form) -> int:
    """Return how much of a post's room a text takes, in parts of `WHOLE`."""
    shown = text
    if form == "markdown":
        harmless = escaped if kind == "dingtalk" else look_alikes
        shown = "\n".join(harmless(line) + "  " for line in text.split("\n"))
    cost = len(json.dumps(shown, ensure_ascii=False).encode()) if kind == "dingtalk" else len(shown.encode())
    return -(-(cost + width(text, whole.inline)) * WHOLE // LIMITS[kind, form])
