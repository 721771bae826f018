from __future__ import annotations

import pytest

from handlers._threads.asking import Fault, Missing, Objection, Wants, missing, objection, wants


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Wants.NOTHING),
        ("在吗", Wants.NOTHING),
        ("有人吗，在吗", Wants.NOTHING),
        ("你好", Wants.NOTHING),
        ("Hello!", Wants.NOTHING),
        ("早", Wants.NOTHING),
        ("?", Wants.NOTHING),
        ("[图片]", Wants.NOTHING),
        ("🐘", Wants.NOTHING),
        ("谢谢", Wants.THANKS),
        ("好的，谢谢！", Wants.THANKS),
        ("谢谢老师", Wants.THANKS),
        ("thanks a lot", Wants.THANKS),
        ("👍", Wants.THANKS),
        ("ok", Wants.THANKS),
        ("在吗？求助", Wants.ANSWER),
        ("早，pg_wal 满了怎么办", Wants.ANSWER),
        ("谢谢，不过还有个问题：怎么建索引", Wants.ANSWER),
        ("测试环境挂了", Wants.ANSWER),
        ("好了，谢谢", Wants.ANSWER),
    ],
)
def test_what_a_message_wants(text: str, wanted: Wants) -> None:
    assert wants(text) is wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#2926 不对，这是新问题", Objection(2926, Fault.NEW)),
        ("#2926不对，这是新问题。", Objection(2926, Fault.NEW)),
        ("不对，这是新问题", Objection(None, Fault.NEW)),
        ("这是新问题", Objection(None, Fault.NEW)),
        ("#2926 这是新问题", Objection(2926, Fault.NEW)),
        ("不对，另一个问题", Objection(None, Fault.NEW)),
        ("wrong, this is a new question", Objection(None, Fault.NEW)),
        ("#12 wrong", Objection(12, Fault.UNTOLD)),
        ("不对", Objection(None, Fault.UNTOLD)),
        ("不对啊", Objection(None, Fault.UNTOLD)),
        ("2926 不对", Objection(2926, Fault.UNTOLD)),
        ("#2926 不对，不是问题", Objection(2926, Fault.NO_QUESTION)),
        ("不对，不是我的", Objection(None, Fault.NOT_PART)),
        ("#3 wrong, not mine", Objection(3, Fault.NOT_PART)),
        ("不对，和 #2919 是同一题", Objection(None, Fault.SAME, 2919)),
        ("和 #2902 一样", Objection(None, Fault.SAME, 2902)),
        ("#2926 和 2902 是同一题。", Objection(2926, Fault.SAME, 2902)),
        ("我这个跟 #2902 是一个问题", Objection(None, Fault.SAME, 2902)),
        ("same as #2902", Objection(None, Fault.SAME, 2902)),
        ("和 #2902 一样，但是我已经加过索引了", None),
        ("和 14 的报错一样", None),
        ("和 #2902", None),
        ("不对，你看我这个报错还是一样的", None),
        ("结果不对", None),
        ("对", None),
        ("", None),
    ],
)
def test_what_an_objection_says(text: str, said: Objection | None) -> None:
    assert objection(text) == said


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        (
            "PostGIS 升到 3.5 以后 ST_AsMVT 切出来的瓦片整体偏了一点，有人遇到过吗",
            [Missing.SQL, Missing.BEFORE],
        ),
        ("pg_wal 涨到 200 多 G 了，磁盘快满，能直接删里面的文件吗", [Missing.VERSION]),
        ("pg16 报错了起不来", [Missing.ERROR]),
        ("查询很慢", [Missing.SQL, Missing.VERSION]),
        ("查询很慢 PG 16: select * from t where a=1", []),
        ("ERROR: relation does not exist, version 15.3", []),
        ("upgrade from 14.2 to 17.1 failed: could not open file", []),
    ],
)
def test_only_what_is_missing_is_asked_for(text: str, lacks: list[Missing]) -> None:
    assert missing([text]) == lacks
