from __future__ import annotations

import pytest

from classifiers import Role
from classifiers._closing import closing
from classifiers._cues import Reader, split_quote
from classifiers._tree import load

READER = Reader(load())


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("搞定了，谢谢", Role.RESOLVED),
        ("可以了，感谢大佬", Role.RESOLVED),
        ("重启之后连上了", Role.RESOLVED),
        ("改完不报错了，多谢", Role.RESOLVED),
        ("懂了懂了，谢谢老师", Role.RESOLVED),
        ("完美", Role.RESOLVED),
        ("改成联合索引了，5ms，感谢", Role.RESOLVED),
        ("重启之后没再误报，谢谢各位", Role.RESOLVED),
        ("建不了啊，说不支持", Role.STILL_BROKEN),
        ("好的谢谢，我评估一下", None),
        ("that worked, thanks!", Role.RESOLVED),
        ("fixed now, thank you", Role.RESOLVED),
        ("还是不行", Role.STILL_BROKEN),
        ("改了还是报一样的错", Role.STILL_BROKEN),
        ("又报了", Role.STILL_BROKEN),
        ("没用啊", Role.STILL_BROKEN),
        ("still the same error", Role.STILL_BROKEN),
        ("谢谢", Role.THANKS),
        ("thx", Role.THANKS),
        ("好的 我试试，谢谢", None),
        ("收到，晚上窗口改，多谢", None),
        ("我跟领导汇报一下，非常感谢", None),
        ("有点懂了，我再消化消化，谢谢", None),
        ("thanks, i'll try that", None),
        ("版本是 16.2", None),
        ("那这个参数要重启吗？", None),
        ("业务恢复了，我继续跑剩下的", None),
    ],
)
def test_after_an_answer(text: str, role: Role | None) -> None:
    assert closing(READER.read(text), answered=True, closed=False) is role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("先谢谢大家", None),
        ("谢谢", None),
        ("analyze 也做过了", None),
        ("有的行正常，有的行不正常", None),
        ("找到了，是磁盘满了", Role.RESOLVED),
        ("自己搞定了", Role.RESOLVED),
        ("不用了，自己看到了，是路径写错", Role.RESOLVED),
        ("还是不行", None),
    ],
)
def test_before_any_answer(text: str, role: Role | None) -> None:
    assert closing(READER.read(text), answered=False, closed=False) is role


def test_after_the_close_it_can_break_again() -> None:
    assert closing(READER.read("又出现了，和昨天一样"), answered=False, closed=True) is Role.STILL_BROKEN


@pytest.mark.parametrize(
    ("text", "hollow"),
    [
        ("在吗", True),
        ("请教个问题", True),
        ("请问一下各位大佬", True),
        ("hi all, i have a question", True),
        ("请教一个 patroni 的问题", False),
        ("请问 vacuum 能停吗", False),
        ("早", False),
    ],
)
def test_openers_without_content(text: str, hollow: bool) -> None:
    assert READER.read(text).hollow is hollow


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("扣库存老是死锁 咋搞", True),
        ("主库的 wal 一直涨，磁盘快满了", True),
        ("jsonb 里面的数组怎么建索引", True),
        ("how do i restore a single table from pg_dump?", True),
        ("中午吃什么？", False),
        ("周末有人打球吗？", False),
        ("有人去过那个大会吗？", False),
        ("哈哈哈哈？", False),
        ("vacuum 跑完了，舒服", False),
        ("插件装好了，一查视图就报错", True),
        ("各位老师早，监控报备库延迟，夜里涨到 20 分钟，白天又归零", True),
        ("这是假死。连接没还回池里，新的请求排队，自然就超时", False),
        ("早，昨晚谁家告警了？我这边挺安静", False),
        ("大家好，刚从 mysql 转过来，请多关照", False),
    ],
)
def test_beginnings(text: str, opens: bool) -> None:
    assert (READER.read(text).start >= 1.9) is opens


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("「老樊：先停写\n再说」\n- - - - - - - - -\n停了", ("老樊：先停写\n再说", "停了")),
        ("「这是书名」很好看", (None, "「这是书名」很好看")),
        ("没有引用", (None, "没有引用")),
    ],
)
def test_split_quote(text: str, parts: tuple[str | None, str]) -> None:
    assert split_quote(text) == parts
