"""Whose turn it is to be sent: pure decisions of the outbox about waiting posts and their parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from storage.replies import Purpose


class Waiting(NamedTuple):
    """What decides whose turn a post is."""

    id: int
    key: str
    group_id: int
    part: int
    purpose: str


def turns(waiting: Iterable[Waiting], sent: Collection[str]) -> list[int]:
    """Choose one post for each group, and in which order they go: `sent` are the keys of parts that arrived.

    A part follows the one before it, and does so before anything else is said in the group; then replies come before
    digests, and older posts before newer ones.
    """
    urgent = {Purpose.REPLY: 0, Purpose.NOTICE: 1, Purpose.REMINDER: 2, Purpose.DIGEST: 3}
    heads: dict[int, Waiting] = {}
    ready = [post for post in waiting if post.part == 1 or preceding(post.key, post.part) in sent]
    for post in sorted(ready, key=lambda post: (post.part == 1, urgent[Purpose(post.purpose)], post.id)):
        heads.setdefault(post.group_id, post)
    return [post.id for post in sorted(heads.values(), key=lambda post: (urgent[Purpose(post.purpose)], post.id))]


def whole(key: str, part: int) -> str:
    """Return the key of the first part, which stands for the whole post, from the key of any."""
    return key if part == 1 else key.removesuffix(f"#p{part}")


def preceding(key: str, part: int) -> str:
    """Return the key of the part before a part."""
    return whole(key, part) if part == 2 else f"{whole(key, part)}#p{part - 1}"
