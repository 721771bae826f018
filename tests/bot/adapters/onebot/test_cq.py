"""CQ codes: read as NapCat writes them, and back; hostile text costs no time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.onebot import _cq
from tests.platforms.onebot.world import cq_code

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy

ANY = st.text(st.characters(codec=None, categories=None), max_size=30)
NAMES = st.text(st.sampled_from("abcdefgh_-.ABC019"), min_size=1, max_size=8)
TEXT = st.builds(lambda text: {"type": "text", "data": {"text": text}}, ANY.filter(bool))
CODE = st.builds(
    lambda what, data: {"type": what, "data": data},
    NAMES.filter(lambda name: name != "text"),
    st.dictionaries(NAMES, ANY, max_size=4),
)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", []),
        ("在吗", [("text", {"text": "在吗"})]),
        ("[CQ:at,qq=1] 看 &#91;1&#93; &amp;&#44;", [("at", {"qq": "1"}), ("text", {"text": " 看 [1] &,"})]),
        ("[CQ:reply,id=-5]a[CQ:face,id=1]", [("reply", {"id": "-5"}), ("text", {"text": "a"}), ("face", {"id": "1"})]),
        ("[CQ:x,a=b=c&#44;d]", [("x", {"a": "b=c,d"})]),
        ("[CQ:shake]", [("shake", {})]),
        ("[CQ:at,qq]", [("text", {"text": "[CQ:at,qq]"})]),
        ("[CQ:at,qq=1", [("text", {"text": "[CQ:at,qq=1"})]),
        ("[CQ:a[CQ:face,id=1]", [("text", {"text": "[CQ:a"}), ("face", {"id": "1"})]),
        ("&amp;#91;", [("text", {"text": "&#91;"})]),
    ],
)
def test_decode(text: str, segments: list[tuple[str, dict[str, str]]]) -> None:
    assert [(segment["type"], segment["data"]) for segment in _cq.decode(text)] == segments


@calmly
@given(st.lists(TEXT | CODE, max_size=8))
def test_decode_takes_back_what_encode_wrote(segments: list[_cq.Segment]) -> None:
    joined: list[_cq.Segment] = []
    for segment in segments:  # two texts in a row are one text afterwards
        if joined and segment["type"] == joined[-1]["type"] == "text":
            text = joined.pop()["data"]["text"] + segment["data"]["text"]  # type: ignore[index]
            segment = {"type": "text", "data": {"text": text}}
        joined.append(segment)
    assert _cq.decode(_cq.encode(segments)) == joined
    assert _cq.encode(segments) == "".join(map(cq_code, segments))


@calmly
@given(st.text(st.sampled_from("[]CQ:at,=& amp;#9123x"), max_size=200))
def test_decode_never_raises(text: str) -> None:
    _cq.decode(text)


@pytest.mark.parametrize("part", ["[CQ:a", "[CQ:a,b=", "[CQ:a,b=c", ",b=c", "[CQ:", "[CQ:a,b", "&amp;"])
def test_decode_is_linear(part: str) -> None:
    began = time.process_time()
    _cq.decode("[CQ:a" + part * (300_000 // len(part)))
    assert time.process_time() - began < 1
