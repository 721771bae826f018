"""Words that tell what a question is about: names first, and none that people say in any question."""

from __future__ import annotations

from storage import search

MAX_WORDS = 24  # of a question; an error text brings its best ones first

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


def words(text: str) -> list[str]:
    """Return the words of a question that may tell what it is about: names first, each once, at most `MAX_WORDS`."""
    found = dict.fromkeys(word for word in search.terms(text) if len(word) > 1 and _tells(word))
    return sorted(found, key=lambda word: not _is_name(word))[:MAX_WORDS]


def _tells(word: str) -> bool:
    return word not in _STOP and not word.isdigit()


def _is_name(word: str) -> bool:
    return word[0].isascii() and len(word) > 3
