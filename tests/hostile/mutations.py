"""Breaks frames in every way a seed can think of: types swapped, keys gone, nested deep, huge numbers, odd strings."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

PLACES = 300
FRAME_LIMIT = 900_000  # characters; larger ones only take longer

STRINGS = (
    "", " ", "\0", "a\0b", "\ud83d", "\udc00x", "\ud83d\ude00", "\u202eadmin", "\u200b", "a\u0338\u0315" * 99,
    "аdmin", "\ufdd0", "\uffff", "\U0010ffff", "\r\n\r\n", "\t", "\x1b[2J", "\x7f\x85\u2028", "a" * 5_000,
    "象" * 21_000, "-1", "0", "-0", "00012", "1e5", "1e400", "NaN", "Infinity", "9" * 19, "9" * 400, "0x10", "１２３",
    "²", "٣", "१२", "true", "null", "all", "80000000", "[CQ:at,qq=all]", "[CQ:at,qq=10001]", "[CQ:image,file=file:///etc/passwd]",
    "[CQ:reply,id=", "[CQ:" * 500, "&#91;&amp;#44;", "../../../../etc/passwd", "C:\\x\0.txt", "(a+)+$", "%s%n",
    "'; drop table messages; --", "{0.__class__}", "{{7*7}}", "${jndi:ldap://x}", "/digest now", "／ｓｅｔｔｉｎｇｓ",
    "解决了", "删掉我 确定", "seq:1", "m:1:seq:1", "message", "message_sent", "group", "private", "notice",
    "group_recall",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 2**70, 10**400, 0.5, -0.0, 1e308, -1e308, 1e-320,
    1_000_000_000, 1_795_395_600, 1_795_395_600_000, 253_402_300_800, 2**36, 80_000_000, 10_001,
)  # fmt: skip
LITERALS = ("1e400", "-1e999", "9" * 4_000, "-0", "1E5", '"\\ud800"', '"\\u0000"', "[]", "NaN", "nul")
MARK = "\ue000literal\ue000"  # stands for a text that no serializer would write


def mutants(base: list[dict[str, Any]], rng: Random) -> Iterator[str | bytes]:
    """Yield broken copies of recorded frames, for ever."""
    while True:
        frame = copy.deepcopy(rng.choice(base))
        try:
            for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 9))):
                frame = mutated(frame, rng)
            text = written(frame, rng)
        except RecursionError:  # deeper than Python itself can write
            continue
        if len(text.encode("utf-8", "surrogatepass")) <= FRAME_LIMIT and not goodbye(text):
            yield damaged(text, rng) if rng.random() < 0.1 else text


def mutated(frame: Any, rng: Random) -> Any:
    """Return a frame with one thing broken, somewhere in it."""
    places = _places(frame)
    if not places:
        return frame
    holder, key = rng.choice(places)
    rng.choice(_BREAKS)(holder, key, rng)
    return frame


def written(frame: Any, rng: Random) -> str:
    """Return a frame as JSON, in one of the ways in which implementations write it."""
    text = json.dumps(frame, ensure_ascii=rng.random() < 0.5, separators=rng.choice(((",", ":"), (", ", ": "))))
    while f'"{MARK}"' in text or json.dumps(MARK) in text:
        for form in (f'"{MARK}"', json.dumps(MARK)):
            text = text.replace(form, rng.choice(LITERALS), 1)
    return text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be on the wire as it is, only escaped


def damaged(text: str, rng: Random) -> str | bytes:
    """Return a text cut off, with a piece doubled, gone or overwritten, or as bytes."""
    start, end = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
    return rng.choice(
        (
            text[:end], text[start:], text[:start] + text[end:], text[:end] + text[start:], text[::-1], text * 2,
            text[:start] + "\x00" + text[start:], text[:start] + rng.choice(STRINGS[8:20]) + text[end:],
            text.encode(), bytes(rng.randrange(256) for _ in range(50)), f"[{text}]", json.dumps(text), "\ufeff" + text,
        )
    )  # fmt: skip


def goodbye(text: str) -> bool:
    """Say whether a frame rightly ends the connection: the account went offline, or the token is refused."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(raw, dict):
        return False
    status = raw.get("status")
    offline = isinstance(status, dict) and (status.get("online") is False or status.get("good") is False)
    return offline or raw.get("notice_type") == "bot_offline" or status == "failed"


def _places(frame: Any) -> list[tuple[Any, Any]]:
    """Return (holder, key) of what is in a frame, from the outside inwards, as far as it is worth breaking."""
    found: list[tuple[Any, Any]] = []
    holders = [frame]
    while holders and len(found) < PLACES:
        holder = holders.pop(0)
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            found += [(holder, key) for key in keys]
            holders += [holder[key] for key in keys]
    return found


def _swap(holder: Any, key: Any, rng: Random) -> None:
    holder[key] = rng.choice((None, True, False, [], {}, [[]], {"": None}, *[MARK] * 12, *NUMBERS))


def _string(holder: Any, key: Any, rng: Random) -> None:
    holder[key] = rng.choice(STRINGS)


def _number(holder: Any, key: Any, rng: Random) -> None:
    holder[key] = rng.choice(
        (*NUMBERS, rng.randint(-(2**64), 2**64), rng.uniform(-1e12, 1e12), str(rng.choice(NUMBERS)))
    )


def _drop(holder: Any, key: Any, _: Random) -> None:
    del holder[key]


def _rename(holder: Any, key: Any, rng: Random) -> None:
    if isinstance(holder, dict):
        holder[rng.choice((key.upper(), f"{key}\0", "", "post_type", "message", "user_id", "\ud83d"))] = holder.pop(key)


def _nest(holder: Any, key: Any, rng: Random) -> None:
    value = holder[key]
    for _ in range(rng.choice((1, 2, 63, 64, 65, 400))):
        value = rng.choice(([value], {"data": value}, {"type": "text", "data": value}))
    holder[key] = value


def _many(holder: Any, key: Any, rng: Random) -> None:
    holder[key] = [copy.deepcopy(holder[key]) for _ in range(rng.choice((2, 30, 150)))]


def _twist(holder: Any, key: Any, rng: Random) -> None:
    """Put a strange piece into a string, or a string around a number."""
    value = holder[key]
    if isinstance(value, str):
        at = rng.randint(0, len(value))
        holder[key] = value[:at] + rng.choice(STRINGS) + value[at:]
    else:
        holder[key] = json.dumps(value)


def _move(holder: Any, key: Any, rng: Random) -> None:
    """Put a value where another one was."""
    others = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    holder[rng.choice(others)] = holder[key]


_BREAKS: tuple[Callable[[Any, Any, Random], None], ...] = (
    _swap, _swap, _string, _string, _number, _number, _drop, _rename, _nest, _many, _twist, _twist, _move,
)  # fmt: skip
