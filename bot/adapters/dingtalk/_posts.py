"""What the bot posts on DingTalk: bodies as posts, posts as what the two roads carry, and what an answer means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import httpx

from bot.adapters import DeliveryError, Outcome
from bot.adapters._http import code, told
from bot.adapters._markdown import Draft, draft, escaped, markdown, named, needs_markup, parts, plain, title, width
from bot.adapters._parse import Odd, Raw, parse, words
from bot.adapters.dingtalk._frames import staff_id
from bot.split import MOST
from storage.replies import At, Body, File, Picture

LIMIT = 13_500  # bytes of JSON; the API takes 15,000 with everything around the text, and clients fold 5,000 characters
SOON, LATER = timedelta(seconds=2), timedelta(minutes=10)
FALLBACK_TITLE = "消息"

# By which words in an answer's code it is known what the answer means; the first that fits counts.
_MEANINGS: tuple[tuple[str, Outcome, timedelta | None, str], ...] = (
    ("qpslimit", Outcome.NOT_SENT, SOON, ""),
    ("throttling", Outcome.NOT_SENT, SOON, ""),
    ("ratelimit", Outcome.NOT_SENT, SOON, ""),
    ("flowcontrol", Outcome.NOT_SENT, LATER, ""),
    ("quota", Outcome.NOT_SENT, timedelta(hours=1), "; the organisation's calls of this month are used up"),
    ("serviceunavailable", Outcome.NOT_SENT, SOON, ""),
    ("unknown.send.result", Outcome.UNKNOWN, None, ""),
    ("accesstokenpermissiondenied", Outcome.REFUSED, None, "; give the app the permission to send robot messages"),
    ("robotcode", Outcome.REFUSED, None, "; is the robot in the group, and the app published?"),
)
_BAD_TOKEN = frozenset({"InvalidAuthentication", "invalidParameter.token.invalid", "token.notExisted"})
_NAME = re.compile(r"[\w-][\w.-]{0,200}")
_STAFF = re.compile(r"[A-Za-z0-9._@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Post:
    """One post, read from its payload.

    Attributes:
        said: Its text; empty where it is a file.
        has_markup: Whether it goes out as Markdown.
        title: What the list of talks shows of it, where it is Markdown.
        picture: Name of a picture of ours, in the data folder's `files/`.
        file: Likewise of a file.
    """

    said: Draft
    has_markup: bool = False
    title: str = ""
    picture: str = ""
    file: str = ""

    @property
    def text(self) -> str:
        """The post where nobody can be mentioned and no file be shown, as plain text."""
        return plain(self.said, named)


def render(body: Body) -> list[str]:
    """Return the posts of a body: its text, cut where needed, and then its files and pictures.

    A file or picture stands in the text by its label where its name is none, or there is no room for its own post.
    """
    named_well = (block for block in body.blocks if isinstance(block, File | Picture) and is_name(block.name))
    media = list(named_well)[: MOST - 1]
    rest = Body(tuple(block for block in body.blocks if block not in media))
    whole, has_markup = draft(rest), needs_markup(rest)
    found = []
    if rest.blocks or not media:
        for part in parts(whole, LIMIT, lambda text: _size(text, whole, has_markup=has_markup), MOST - len(media)):
            found.append({**part.dump(), "markdown": has_markup, "title": title(whole, FALLBACK_TITLE)})
    found += [_medium(block) for block in media]
    return [json.dumps(post, ensure_ascii=False) for post in found]


def post_of(payload: str) -> Post:
    """Return the post that `render` wrote."""
    found: Raw = json.loads(payload)
    picture, file = words(found.get("picture")), words(found.get("file"))
    return Post(Draft.load(found), bool(found.get("markdown")), words(found.get("title")), picture, file)


def for_webhook(post: Post) -> Raw:
    """Return what a session's webhook takes: the only road by which members can be mentioned."""
    ids = [staff_id(one.member) for one in post.said.inline if isinstance(one, At) and can_mention(one)]
    at = {"atUserIds": list(dict.fromkeys(ids)), "isAtAll": False}
    if not post.has_markup:
        return {"msgtype": "text", "text": {"content": plain(post.said, _mention)}, "at": at}
    shown = {"title": post.title, "text": markdown(post.said, _mention_marked)}
    return {"msgtype": "markdown", "markdown": shown, "at": at}


def for_api(post: Post, media_id: str = "") -> Raw:
    """Return the template and its parameters that the API takes; `media_id` is that of an uploaded file."""
    if post.picture and media_id:
        return _template("sampleImageMsg", photoURL=media_id)
    if post.file and media_id:
        kind = post.file.rpartition(".")[2] or "file"
        return _template("sampleFile", mediaId=media_id, fileName=post.file, fileType=kind)
    if not post.has_markup:
        return _template("sampleText", content=post.text)
    return _template("sampleMarkdown", title=post.title, text=markdown(post.said, lambda one: escaped(named(one))))


def can_mention(at: At) -> bool:
    """Say whether DingTalk can mention a member: those of the organisation, by their staff id."""
    return bool(_STAFF.fullmatch(staff_id(at.member)))


def posted(response: httpx.Response) -> str | None:
    """Return the key of a post that the API took.

    Raises:
        DeliveryError: It did not, or nobody knows.
    """
    found = parse(response.text)
    if response.is_error or isinstance(found, Odd):
        raise failure(response)
    for listed, outcome, wait in (
        ("invalidStaffIdList", Outcome.REFUSED, None),
        ("flowControlledStaffIdList", Outcome.NOT_SENT, LATER),
    ):
        if found.get(listed):
            raise DeliveryError(outcome, f"DingTalk put the member into its {listed}", retry_after=wait)
    return words(found.get("processQueryKey")) or None


def failure(response: httpx.Response) -> DeliveryError:
    """Say what an answer means that is not the one we hoped for."""
    said, words_of_it = str(code(response) or ""), f"DingTalk answers {response.status_code}: {told(response)}"
    if not response.is_error:
        return DeliveryError(Outcome.UNKNOWN, words_of_it)
    if is_bad_token(response):
        return DeliveryError(Outcome.NOT_SENT, words_of_it, retry_after=SOON)
    for sign, outcome, wait, remedy in _MEANINGS:
        if sign in said.lower().replace("_", ""):
            return DeliveryError(outcome, f"{words_of_it} ({said}){remedy}", retry_after=wait)
    return DeliveryError(Outcome.REFUSED, f"{words_of_it} ({said})" if said else words_of_it)


def is_bad_token(response: httpx.Response) -> bool:
    """Say whether an answer means that the access token is no longer good."""
    return code(response) in _BAD_TOKEN


def refused_by_webhook(response: httpx.Response) -> bool:
    """Say whether a webhook surely did not post: it is over (300001), or wants none of it.

    Raises:
        DeliveryError: Nobody knows.
    """
    found = parse(response.text)
    if response.is_error:
        return True
    if isinstance(found, Odd) or "errcode" not in found:
        raise DeliveryError(Outcome.UNKNOWN, f"the session's webhook answers {told(response)}")
    return found.get("errcode") not in {0, "0"}


def _size(text: str, whole: Draft, *, has_markup: bool) -> int:
    """Measure a text as it goes over the wire, and three bytes for each character at least."""
    shown = "\n".join(escaped(line) + "  " for line in text.split("\n")) if has_markup else text
    as_json = len(json.dumps(shown, ensure_ascii=False).encode()) - 2
    return max(as_json, 3 * len(shown)) + width(text, whole.inline)


def is_name(name: str) -> bool:
    """Say whether a name is that of a file, and no path to one."""
    return bool(_NAME.fullmatch(name)) and name not in {".", ".."}


def _medium(block: File | Picture) -> dict[str, object]:
    key = "picture" if isinstance(block, Picture) else "file"
    return {**draft(Body((block,))).dump(), key: block.name}


def _mention(at: At) -> str:
    return f"@{staff_id(at.member)} " if can_mention(at) else named(at)


def _mention_marked(at: At) -> str:
    return _mention(at) if can_mention(at) else escaped(named(at))


def _template(key: str, **params: str) -> Raw:
    return {"msgKey": key, "msgParam": json.dumps(params, ensure_ascii=False)}
