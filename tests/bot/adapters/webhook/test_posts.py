"""Posts for custom robots: forms, limits in bytes, signatures, and what answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import DeliveryError, Outcome
from bot.adapters.webhook._posts import LIMITS, Form, Kind, accepted, message, post_of, render, signed
from storage.replies import At, Block, Body, Heading, Link, Paragraph, Picture, Plain, Quote
from tests.platforms.webhook.fake import signature

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DIGEST = Body(
    (
        Paragraph((Plain("象群周报 · 第 48 周"),)),
        Heading("谢谢"),
        Paragraph((At("m1", "老_樊"), Plain(" <@all> **x** [a](b)"))),
        Paragraph((Link("https://pg.example.org/r/55", "回放"),)),
        Picture("w48.png", "数字"),
    )
)


def said(body: Body, kind: Kind, form: Form) -> list[dict[str, Any]]:
    return [dict(message(post_of(payload), kind, form)) for payload in render(body, [(kind, form)])]


def test_dingtalk_takes_markdown() -> None:
    text = "象群周报 · 第 48 周\n\n#### 谢谢\n  \n@老\\_樊 &lt;@all> \\*\\*x\\*\\* \\[a\\](b)  \n"
    text += "[回放](https://pg.example.org/r/55)  \n\\[数字\\]"
    assert said(DIGEST, "dingtalk", "markdown") == [
        {"msgtype": "markdown", "markdown": {"title": "谢谢", "text": text}}
    ]


def test_wecom_takes_markdown_without_escapes() -> None:
    text = "象群周报 · 第 48 周\n\n#### 谢谢\n  \n@老＿樊 ＜@all＞ ＊＊x＊＊ ［a］(b)  \n"
    text += "[回放](https://pg.example.org/r/55)  \n［数字］"
    assert said(DIGEST, "wecom", "markdown") == [{"msgtype": "markdown", "markdown": {"content": text}}]


@pytest.mark.parametrize("kind", ["dingtalk", "wecom"])
def test_text_is_what_was_meant_word_for_word(kind: Kind) -> None:
    text = "象群周报 · 第 48 周\n\n【谢谢】\n@老_樊 <@all> **x** [a](b)\n回放 https://pg.example.org/r/55\n[数字]"
    assert said(DIGEST, kind, "text") == [{"msgtype": "text", "text": {"content": text}}]
    assert said(Body.of("*x*"), kind, "markdown") == [{"msgtype": "text", "text": {"content": "*x*"}}]


FORMS: list[tuple[Kind, Form]] = list(LIMITS)
TEXTS = st.text(max_size=300) | st.sampled_from(['"' * 999, "\\" * 999, "*_" * 999, "长" * 900, "\n" * 50, "𠮷" * 500])
SPANS = st.builds(Plain, TEXTS) | st.builds(At, st.just("m1"), TEXTS)
SPANS |= st.builds(Link, st.just("https://x.example/y"), st.text(max_size=40))
BLOCKS: st.SearchStrategy[Block] = st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=5))
BLOCKS |= st.builds(Quote, TEXTS) | st.builds(Heading, st.text(max_size=60))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=12)
@given(st.lists(BLOCKS, max_size=6), st.sets(st.sampled_from(FORMS), min_size=1))
def test_every_robot_can_take_every_post(blocks: list[Block], forms: set[tuple[Kind, Form]]) -> None:
    payloads = render(Body(tuple(blocks)), forms)
    assert 1 <= len(payloads) <= 5
    for payload in payloads:
        for kind, form in forms:
            sent = message(post_of(payload), kind, form)
            body = sent[str(sent["msgtype"])]
            assert isinstance(body, dict)
            text = body.get("content", body.get("text"))
            assert len(text.encode()) <= LIMITS[kind, "markdown" if sent["msgtype"] == "markdown" else "text"]
            if kind == "dingtalk":
                assert len(json.dumps(sent, ensure_ascii=False).encode()) <= 20_000


def test_a_long_digest_is_cut_for_the_strictest() -> None:
    body = Body((Heading("周报"), *Body.of(*[f"{n} " + "长" * 60 for n in range(30)]).blocks))
    assert len(render(body, [("dingtalk", "markdown")])) == 1
    both = render(body, [("dingtalk", "markdown"), ("wecom", "text")])
    assert len(both) == 3
    assert message(post_of(both[0]), "wecom", "text")["text"]["content"].endswith("(1/3)")  # type: ignore[index]


def test_a_signature() -> None:
    url = signed("https://oapi.dingtalk.com/robot/send?access_token=t", "SECsecret", NOW)
    assert url.params["access_token"] == "t"
    assert url.params["timestamp"] == "1795395600000"
    told = b"1795395600000\nSECsecret"
    assert url.params["sign"] == base64.b64encode(hmac.new(b"SECsecret", told, hashlib.sha256).digest()).decode()
    assert url.params["sign"] == signature("1795395600000", "SECsecret")
    assert "+" not in str(url).partition("sign=")[2]
    plain = "https://oapi.dingtalk.com/robot/send?access_token=t"
    assert str(signed(plain, "", NOW)) == plain


def response(**body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("kind", "answer", "outcome", "wait", "remedy"),
    [
        ("dingtalk", response(errcode=130101, errmsg="send too fast"), Outcome.NOT_SENT, 600, ""),
        ("dingtalk", response(errcode=410100, errmsg="发送速度太快"), Outcome.NOT_SENT, 600, ""),
        ("dingtalk", response(errcode=-1, errmsg="系统繁忙"), Outcome.NOT_SENT, 5, ""),
        ("dingtalk", response(errcode=310000, errmsg="keywords not in content"), Outcome.REFUSED, None, "keyword"),
        ("dingtalk", response(errcode=310000, errmsg="sign not match"), Outcome.REFUSED, None, "secret"),
        ("dingtalk", response(errcode=300005, errmsg="token is not exist"), Outcome.REFUSED, None, "add it again"),
        ("dingtalk", response(errcode=1, errmsg="new"), Outcome.REFUSED, None, ""),
        ("dingtalk", httpx.Response(404, text="gone"), Outcome.REFUSED, None, ""),
        ("dingtalk", httpx.Response(200, text="<html>"), Outcome.UNKNOWN, None, ""),
        ("dingtalk", response(), Outcome.UNKNOWN, None, ""),
        ("wecom", response(errcode=45009, errmsg="api freq out of limit"), Outcome.NOT_SENT, 60, ""),
        ("wecom", response(errcode=45033, errmsg="concurrency"), Outcome.NOT_SENT, 5, ""),
        ("wecom", response(errcode=93000, errmsg="invalid webhook url"), Outcome.REFUSED, None, "add it again"),
        ("wecom", response(errcode=40058, errmsg="invalid"), Outcome.REFUSED, None, ""),
        ("wecom", response(errcode=130101), Outcome.REFUSED, None, ""),
    ],
)
def test_what_an_answer_means(
    kind: Kind, answer: httpx.Response, outcome: Outcome, wait: int | None, remedy: str
) -> None:
    with pytest.raises(DeliveryError) as raised:
        accepted(answer, kind)
    assert raised.value.outcome is outcome
    assert raised.value.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert remedy in str(raised.value)


@pytest.mark.parametrize("errcode", [0, "0"])
def test_a_post_that_was_taken(errcode: object) -> None:
    accepted(response(errcode=errcode, errmsg="ok"), "wecom")
