"""Quotations and mentions within a text: what WeChat's programs and the gateways make of them, and what people type."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.wechat._texts import Quotation, quotation, without_mention

BAR = "- - - - - - - - - - - - - - -"
SURE, UNSURE = True, False


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (f"「老樊：先看槽」\n{BAR}\n好的", Quotation("老樊", "先看槽", "好的", SURE)),
        ("「老樊:先看槽」\n------\n好的", Quotation("老樊", "先看槽", "好的", SURE)),
        ("「老樊： 先看槽」\n——————————\n好的", Quotation("老樊", "先看槽", "好的", SURE)),
        ("「老樊：先看槽」\n─────────\n好的", Quotation("老樊", "先看槽", "好的", SURE)),
        ("「老樊：先看槽」 \n  – – – – \n\n好的\n谢谢", Quotation("老樊", "先看槽", "好的\n谢谢", SURE)),
        (
            f"「成都-老樊-DBA：第一行\n第二行：x」\n{BAR}\n好",
            Quotation("成都-老樊-DBA", "第一行\n第二行：x", "好", SURE),
        ),
        (
            f"「A：「B：旧的」\n{BAR}\n中间」\n{BAR}\n最新",
            Quotation("A", f"「B：旧的」\n{BAR}\n中间", "最新", SURE),
        ),
        (f"「A：只开一个「括号」\n{BAR}\n答", Quotation("A", "只开一个「括号", "答", SURE)),
        (f"「A：多一个」括号」\n{BAR}\n答", Quotation("A", "多一个」括号", "答", SURE)),
        (f"「A：x」\n{BAR}\n答\n{BAR}\n还有", Quotation("A", "x", f"答\n{BAR}\n还有", SURE)),
        ("「老樊：先看槽」\n好的", Quotation("老樊", "先看槽", "好的", UNSURE)),
        ("「PG：数据库」\n是什么", Quotation("PG", "数据库", "是什么", UNSURE)),
        ("「老樊：先看槽」好的", None),
        (f"「老樊：先看槽」\n{BAR}\n", None),
        (f"「老樊：」\n{BAR}\n好的", None),
        (f"「没有名字」\n{BAR}\n好的", None),
        (f"看这个「老樊：先看槽」\n{BAR}\n好的", None),
        (f"「{'名' * 61}：先看槽」\n{BAR}\n好的", None),
        (f"老樊：先看槽\n{BAR}\n好的", None),
        ("「老樊：先看槽\n--\n好的", None),
        ("", None),
        ("「", None),
    ],
)
def test_quotations(text: str, want: Quotation | None) -> None:
    assert quotation(text) == want


@pytest.mark.parametrize(
    "text", ["「A：" + "-\n" * 10_000, "「A：x」\n" * 5000, "「A：" + "- " * 20_000 + "x", "「" * 40_000]
)
def test_long_texts_take_no_time(text: str) -> None:
    quotation(text)
    without_mention(text, ["小象"])


@pytest.mark.parametrize(
    ("text", "names", "want"),
    [
        ("@小象\u2005能删吗", ["小象"], "能删吗"),
        ("@小象 能删吗", ["小象"], "能删吗"),
        ("＠小象\u2005能删吗", ["小象"], "能删吗"),
        ("请教 @小象\u2005 能删吗", ["小象"], "请教  能删吗"),
        ("@小象", ["小象"], ""),
        ("@小象\n能删吗", ["小象"], "\n能删吗"),
        ("@小象，能删吗", ["小象"], "，能删吗"),
        ("@小象\u2005@小象\u2005能删吗", ["小象"], "能删吗"),
        ("@小象 PG\u2005能删吗", ["小象", "小象 PG"], "能删吗"),
        ("@C++ (a\u2005能删吗", ["C++ (a"], "能删吗"),
        ("@[.*\u2005能删吗", ["[.*", ""], "能删吗"),
        ("@小象牙\u2005能删吗", ["小象"], "能删吗"),  # named otherwise than is known, but marked as a mention
        ("@小象牙 能删吗", ["小象"], "@小象牙 能删吗"),
        ("@谁呀\u2005能删吗", [], "能删吗"),
        ("@谁呀 能删吗", [], "@谁呀 能删吗"),
        ("问 @谁呀\u2005能删吗", [], "问 @谁呀\u2005能删吗"),
        ("能删吗", ["小象"], "能删吗"),
    ],
)
def test_the_mention_leaves_the_text(text: str, names: list[str], want: str) -> None:
    assert without_mention(text, names) == want


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="「」：:-—\n @\u2005小象x", max_size=80), st.lists(st.text(max_size=5), max_size=3))
def test_no_text_raises_or_is_lost(text: str, names: list[str]) -> None:
    found = quotation(text)
    if found is not None:
        assert found.words in text
        assert found.answer in text
    assert len(without_mention(text, names)) <= len(text)
