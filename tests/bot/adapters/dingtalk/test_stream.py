"""Frames of the gateway: which the SDK's classes take, and how they are acknowledged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dingtalk_stream import CallbackMessage, EventMessage, SystemMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters._parse import Odd
from bot.adapters.dingtalk._stream import acknowledgement, farewell, sort

HEADERS = {"messageId": "m1", "topic": "/v1.0/im/bot/messages/get", "contentType": "application/json", "time": "17"}


def frame(**changes: Any) -> str:
    whole = {"specVersion": "1.0", "type": "CALLBACK", "headers": HEADERS, "data": '{"msgId": "1"}', **changes}
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        (frame(), CallbackMessage, {"msgId": "1"}),
        (frame(type="SYSTEM", data='{"opaque": "x"}'), SystemMessage, {"opaque": "x"}),
        (frame(type="EVENT"), EventMessage, {"msgId": "1"}),
        (frame(data=""), CallbackMessage, {}),
        (frame(data=None), CallbackMessage, {}),
        (frame(data={"msgId": "1"}), CallbackMessage, {}),
        (frame(headers=None), CallbackMessage, {"msgId": "1"}),
        (frame(headers=[1]), CallbackMessage, {"msgId": "1"}),
        (frame(headers={"time": "x", "messageId": 7}), CallbackMessage, {"msgId": "1"}),
    ],
)
def test_frames(text: str, kind: type, data: object) -> None:
    found = sort(text)
    assert isinstance(found, kind)
    assert found.data == data


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("null", "no object"),
        ("42", "no object"),
        ("[]", "no object"),
        ('{"type": "CALL', "no JSON"),
        ("NaN", "no JSON"),
        (b"\x00\x01", "binary"),
        ("[" * 9999, "nested too deep"),
        ("{}", "unknown type"),
        (frame(type="NEWS"), "unknown type"),
        (frame(type=None), "unknown type"),
        (frame(data="{"), "data of a frame: no JSON"),
        (frame(data="[]"), "data of a frame: JSON, but no object"),
        (frame(data='{"a":' * 400 + "1" + "}" * 400), "data of a frame: nested too deep"),
        (frame(data="1" * 5000), "data of a frame: no JSON"),
    ],
)
def test_what_cannot_be_read(text: str | bytes, why: str) -> None:
    found = sort(text)
    assert isinstance(found, Odd)
    assert why in found.why


def test_acknowledgements() -> None:
    want = {"code": 200, "headers": {"contentType": "application/json", "messageId": "m1"}, "message": "OK"}
    assert json.loads(acknowledgement(sort(frame()))) == {**want, "data": '{"response": "OK"}'}
    ping = sort(frame(type="SYSTEM", data='{"opaque": "x"}'))
    assert json.loads(acknowledgement(ping)) == {**want, "data": '{"opaque": "x"}'}
    assert json.loads(farewell(frame(data="{"))) == {**want, "data": '{"response": "OK"}'}
    assert [farewell(text) for text in ("{", b"x", "{}", frame(headers=7))] == [""] * 4


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.sampled_from(["type", "headers", "data", "specVersion"]), st.recursive(
    st.none() | st.integers() | st.text(max_size=9) | st.sampled_from(["CALLBACK", "SYSTEM", "EVENT", "{}", "[]"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(list(HEADERS)), inner, max_size=3),
)))  # fmt: skip
def test_nothing_raises(changes: dict[str, Any]) -> None:
    found = sort(frame(**changes))
    if not isinstance(found, Odd):
        json.loads(acknowledgement(found))
    farewell(frame(**changes))
