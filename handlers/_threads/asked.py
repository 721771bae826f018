"""Asked before: finds the threads with an answer that are most like a question, by the rare words they share."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import search, threads
from storage.database import Store
from storage.outcome import Outcome
from storage.threads import Placed, Thread

MAX_WORDS = 24  # of a question; an error text brings its best ones first
MAX_HITS = 300  # of a word; one that is said more often tells little
CANDIDATES = 12
_REFERENCE = 5000  # messages; against them a word's rareness is measured, so that thresholds fit any community
_NAME_BONUS = 1.5  # pg_wal and max_connections say more than two Chinese characters
_ENOUGH = 4.0  # shared weight from which a likeness counts in full: two short texts are alike by accident
_SAME_TOPIC, _OTHER_TOPIC = 1.25, 0.75
# Measured on chat of two groups: the three known repetitions lie at 0.23 and above, 4 of 54 other questions above LIKE.
LIKE = 0.2
ALSO = 0.13

# What people say in any question: words, and pairs of characters from across words.
_STOP_WORDS = """
an and are as at be been but by can cannot could did do does for from get got had has have help how if in into is
it its me my no not of on only or our please so than that the then there this to was we were what when where which
while who why will with would you your any anyone ok hi hello thanks error errors fatal hint detail warning
statement context exception caused org com java util line code exit exited failed failure use used using see set
null id name type text server postgresql postgres pg sql db database query create replace function returns return
begin end language pgsql plpgsql values insert update delete order group limit varying varchar character integer
int bigint boolean execute raise else loop declare exists true false 请问 请教 教一 问题 个问 一个 这个 那个 怎么
什么 么办 咋办 为啥 为什 有没 没有 有人 人知 遇到 碰到 到过 大佬 大神 老师 各位 求助 帮忙 帮看 看看 看下 一下 下去
现在 昨天 今天 刚才 我们 你们 他们 可以 不能 能不 能直 还是 就是 不是 报错 报这 这样 如何 知道 时候 情况 出现 里面
一直 一条 我的 我这 这边 那边 这种 一样 直接 然后 但是 因为 所以 如果 已经 应该 需要 不了 不行 了吗 的吗 的话 自己
还有 写了 了个 过不 不去 来的 特别 也有 多少 多个 几个 是不 不到 不知 道怎 都是 全是 好几 好像 之前 以后 之后 以前
急急 在线 线等 谢谢 大家 家好 同事 公司 客户 环境 生产 测试 版本 数据 据库 用户 使用 方法 办法 解决 图片 片求 么写
道为 怎样 么回 回事 是怎 了怎 是什 有什 么原 原因 面的 的时 候会 会报 了一 到一 是一 就报 一报
"""
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Match:
    """A thread that is like the question, 0..1."""

    thread: Thread
    likeness: float


def words(text: str) -> list[str]:
    """Return the words of a question that may tell what it is about: names first, each once, at most `MAX_WORDS`."""
    found = dict.fromkeys(word for word in search.terms(text) if len(word) > 1 and _tells(word))
    return sorted(found, key=lambda word: not _is_name(word))[:MAX_WORDS]


def _tells(word: str) -> bool:
    return word not in _STOP and not word.isdigit()


def _is_name(word: str) -> bool:
    return word[0].isascii() and len(word) > 3


def weight(word: str, said: int) -> float:
    """Return what a word tells, from how many messages say it: 0 for none, about 1 for one (names: 1.5)."""
    if said == 0:
        return 0.0
    rareness = math.log(1 + _REFERENCE / min(said, MAX_HITS)) / math.log(1 + _REFERENCE)
    return rareness * (_NAME_BONUS if _is_name(word) else 1.0)


def likeness(shared: float, asked: float, held: float) -> float:
    """Return how alike two questions are, 0..1, from the weight of the words that both, one, and the other say."""
    if shared <= 0 or asked <= 0 or held <= 0:
        return 0.0
    return min(1.0, shared / math.sqrt(asked * held)) * min(1.0, shared / _ENOUGH)


async def similar(
    store: Store,
    text: str,
    groups: Collection[int],
    now: datetime,
    *,
    topic: str = "",
    leave_out: Collection[int] = (),
    limit: int = 2,
) -> list[Match]:
    """Return the resolved or answered threads of groups that are most like a question, likest first.

    The first one is at least `LIKE`, the others at least `ALSO`; none at all is a good answer, too. What repeats
    another thread stands for that.
    """
    said = {word: await search.find(store, word, groups=groups, limit=MAX_HITS) for word in words(text)}
    places = await threads.places(store, {message for found in said.values() for message in found})
    weights, shared = _shared(said, places, leave_out)
    best = sorted(shared, key=lambda thread: (-shared[thread], -thread))[:CANDIDATES]
    found = await _candidates(store, best, set(leave_out), now)
    held = _held(await threads.placed_in(store, [thread.id for thread in found]), weights)
    total = sum(weights.values())
    matches = [
        Match(thread, _by_topic(likeness(shared[thread.id], total, held.get(thread.id, 0.0)), thread.topic, topic))
        for thread in found
    ]
    chosen = await _chosen(store, matches)
    return [match for match in chosen if match.thread.group_id in groups][:limit]


def _shared(
    said: Mapping[str, Iterable[int]], places: Mapping[int, tuple[int, str]], leave_out: Collection[int]
) -> tuple[dict[str, float], dict[int, float]]:
    """Return the weight of each word, and by thread the weight of the words it shares; in answers they count half."""
    weights: dict[str, float] = {}
    shared: dict[int, float] = defaultdict(float)
    for word, messages in said.items():
        elsewhere = [message for message in messages if places.get(message, (0, ""))[0] not in leave_out]
        weights[word] = weight(word, len(elsewhere))
        counts: dict[int, float] = {}
        for message in elsewhere:
            thread, role = places.get(message, (0, ""))
            if thread:
                counts[thread] = max(counts.get(thread, 0.0), 1.0 if role in {"question", "detail"} else 0.5)
        for thread, share in counts.items():
            shared[thread] += share * weights[word]
    return weights, shared


async def _candidates(store: Store, best: Iterable[int], leave_out: set[int], now: datetime) -> list[Thread]:
    every = [await threads.find(store, number) for number in best if number not in leave_out]
    wanted = {Outcome.RESOLVED, Outcome.ANSWERED}
    return [thread for thread in every if thread is not None and thread.verdict(now).outcome in wanted]


def _held(placed: Iterable[Placed], weights: Mapping[str, float]) -> dict[int, float]:
    """Return by thread the weight of its question's words; what the question does not share counts as rather rare."""
    spoken: dict[int, set[str]] = defaultdict(set)
    for message in placed:
        if message.role in {"question", "detail"}:
            spoken[message.thread] |= set(words(message.message.text))
    rather_rare = 20
    return {
        thread: sum(weights.get(word) or weight(word, rather_rare) for word in found)
        for thread, found in spoken.items()
    }


def _by_topic(like: float, one: str, other: str) -> float:
    if not one or not other:
        return like
    return like * (_SAME_TOPIC if one == other else _OTHER_TOPIC)


async def _chosen(store: Store, matches: list[Match]) -> list[Match]:
    chosen: dict[int, Match] = {}
    for match in sorted(matches, key=lambda match: (-match.likeness, -match.thread.id)):
        if match.likeness < (ALSO if chosen else LIKE):
            break
        thread = await _origin(store, match.thread)
        chosen.setdefault(thread.id, Match(thread, match.likeness))
    return list(chosen.values())


async def _origin(store: Store, thread: Thread) -> Thread:
    """Return the thread that one repeats: it was said to be its duplicate, or an old answer closed it."""
    facts = thread.facts
    repeats = thread.duplicate_of or (thread.linked_to if facts.first_answer_at is None else None)
    origin = await threads.find(store, repeats or 0)
    return origin if origin is not None and origin.facts.first_answer_at is not None else thread
