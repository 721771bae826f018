"""Rendering for DingTalk: both roads, cutting, files, and what answers mean."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters import DeliveryError, Outcome
from bot.adapters.dingtalk._posts import (
    failure,
    for_api,
    for_webhook,
    is_name,
    post_of,
    posted,
    refused_by_webhook,
    render,
)
from storage.replies import At, Block, Body, Button, File, Heading, Link, Paragraph, Picture, Plain, Quote

OUTSIDER = "sid:$:LWCP_v1:$other=="


def webhooks(body: Body) -> list[dict[str, Any]]:
    return [dict(for_webhook(post_of(payload))) for payload in render(body)]


def by_api(body: Body, media: str = "") -> list[tuple[Any, Any]]:
    found = [for_api(post_of(payload), media) for payload in render(body)]
    return [(one["msgKey"], json.loads(str(one["msgParam"]))) for one in found]


def test_plain_words_go_as_text_on_both_roads() -> None:
    body = Body(
        (Paragraph((At("m1", "阿棠"), Plain(" *#2941* [x](y) 好了吗"))), Quote("别删")), (Button("好", "/solved"),)
    )
    assert webhooks(body) == [
        {
            "msgtype": "text",
            "text": {"content": "@m1 *#2941* [x](y) 好了吗\n「别删」"},
            "at": {"atUserIds": ["m1"], "isAtAll": False},
        }
    ]
    assert by_api(body) == [("sampleText", {"content": "@阿棠 *#2941* [x](y) 好了吗\n「别删」"})]


def test_headings_and_links_go_as_markdown_on_both_roads() -> None:
    mentions = (At("m1", "阿棠"), Plain("、"), At(OUTSIDER, "路_人"), Plain("、"), At("m1", "阿棠"))
    link = Paragraph((Link("https://pg.example.org/r/55", "回放"),))
    body = Body((Paragraph((Plain("象群周报"),)), Heading("谢谢"), Paragraph(mentions), link))
    end = "  \n[回放](https://pg.example.org/r/55)"
    head = "象群周报\n\n#### 谢谢\n  \n"
    at = {"atUserIds": ["m1"], "isAtAll": False}
    shown = {"title": "谢谢", "text": f"{head}@m1 、@路\\_人、@m1 {end}"}
    assert webhooks(body) == [{"msgtype": "markdown", "markdown": shown, "at": at}]
    assert by_api(body) == [("sampleMarkdown", {"title": "谢谢", "text": f"{head}@阿棠、@路\\_人、@阿棠{end}"})]


@pytest.mark.parametrize("member", ["all", "", "sid:x", "a b", "a\n", "x" * 65, "成员", "a*b*"])
def test_only_staff_can_be_mentioned(member: str) -> None:
    ((only),) = webhooks(Body((Paragraph((At(member, "谁"), Plain(" 看"))),)))
    can = member == "all"  # an id like any other: everyone would be `isAtAll`
    assert only["at"] == {"atUserIds": [member] if can else [], "isAtAll": False}
    assert only["text"]["content"] == ("@all 看" if can else "@谁 看")


def test_pictures_and_files_follow_the_text() -> None:
    body = Body((Heading("周报"), Picture("w48.png", "数字"), Paragraph((Plain("完"),)), File("my.json", "我的数据")))
    posts = [post_of(payload) for payload in render(body)]
    assert [(post.picture, post.file) for post in posts] == [("", ""), ("w48.png", ""), ("", "my.json")]
    assert [key for key, _ in by_api(body, "@media1")] == ["sampleMarkdown", "sampleImageMsg", "sampleFile"]
    assert by_api(body, "@media1")[1:] == [
        ("sampleImageMsg", {"photoURL": "@media1"}),
        ("sampleFile", {"mediaId": "@media1", "fileName": "my.json", "fileType": "json"}),
    ]
    assert by_api(body)[1:] == [("sampleText", {"content": "[数字]"}), ("sampleText", {"content": "[我的数据]"})]


def test_what_has_no_room_or_no_name_stands_in_the_text() -> None:
    many = Body(tuple(Picture(f"{n}.png", f"图{n}") for n in range(7)))
    posts = [post_of(payload) for payload in render(many)]
    assert [post.picture for post in posts] == ["", "0.png", "1.png", "2.png", "3.png"]
    assert posts[0].text == "[图4]\n[图5]\n[图6]"
    ((_, shown),) = by_api(Body((Picture("../x.png", "图"), File("/etc/passwd", "名单"))))
    assert shown == {"content": "[图]\n[名单]"}


@pytest.mark.parametrize(
    ("name", "well"),
    [
        ("w48.png", True), ("周报-48.png", True), ("../x.png", False), ("a/b.png", False), ("..", False), (".", False),
        ("", False), (".hidden", False), ("C:\\x", False), ("a\0b", False), ("a\nb", False), ("x" * 300, False),
    ],
)  # fmt: skip
def test_names_of_files(name: str, well: bool) -> None:
    assert is_name(name) is well


def test_an_empty_body_is_one_post() -> None:
    assert len(render(Body(()))) == 1


def test_a_long_body_is_split_and_mentions_stay_in_place() -> None:
    lines = [Paragraph((Plain(f"{n} "), At(f"m{n}", "名"), Plain("长。_" * 60))) for n in range(60)]
    body = Body((Heading("长"), *lines))
    posts = webhooks(body)
    assert 1 < len(posts) <= 5
    assert [one for post in posts for one in post["at"]["atUserIds"]] == [f"m{n}" for n in range(60)]
    for number, post in enumerate(posts, 1):
        assert f"({number}/{len(posts)})" in post["markdown"]["text"].replace("\\", "")
        assert len(post["markdown"]["text"]) < 5_000
        assert all(f"@{member} " in post["markdown"]["text"] for member in post["at"]["atUserIds"])


TEXTS = st.text(max_size=300) | st.sampled_from(
    ['"' * 3000, "\\" * 3000, "*_" * 3000, "长" * 900, "\n" * 50, "\x01" * 99]
)
SPANS = st.builds(Plain, TEXTS) | st.builds(At, st.sampled_from(["m1", OUTSIDER, "all"]), TEXTS)
SPANS |= st.builds(Link, st.just("https://x.example/y"), st.text(max_size=40))
BLOCKS: st.SearchStrategy[Block] = st.builds(lambda spans: Paragraph(tuple(spans)), st.lists(SPANS, max_size=5))
BLOCKS |= st.builds(Quote, TEXTS) | st.builds(Heading, st.text(max_size=60))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=12)
@given(st.lists(BLOCKS, max_size=6))
def test_every_post_keeps_to_the_limits(blocks: list[Block]) -> None:
    payloads = render(Body(tuple(blocks)))
    assert 1 <= len(payloads) <= 5
    for payload in payloads:
        post = post_of(payload)
        asked = for_api(post)
        told = json.loads(str(asked["msgParam"]))
        assert len(str(asked["msgParam"]).encode()) <= 15_000
        assert len(told.get("text", told.get("content"))) <= 5_000
        answer = dict(for_webhook(post))
        assert answer["at"]["isAtAll"] is False
        assert set(answer["at"]["atUserIds"]) <= {"m1", "all"}


def response(status: int, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("answer", "outcome", "wait"),
    [
        (response(403, code="Forbidden.AccessDenied.QpsLimitForApi"), Outcome.NOT_SENT, 2),
        (response(403, code="Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"), Outcome.NOT_SENT, 2),
        (response(400, code="Throttling.Api"), Outcome.NOT_SENT, 2),
        (response(403, code="Forbidden.AccessDenied.QuotaExceeded"), Outcome.NOT_SENT, 3600),
        (response(401, code="InvalidAuthentication"), Outcome.NOT_SENT, 2),
        (response(400, code="unknown.send.result"), Outcome.UNKNOWN, None),
        (response(403, code="Forbidden.AccessDenied.AccessTokenPermissionDenied"), Outcome.REFUSED, None),
        (response(400, code="invalidParameter.robotCode.notExsit"), Outcome.REFUSED, None),
        (response(400, code="invalid.openConversationId"), Outcome.REFUSED, None),
        (response(400, code="group.disbanded"), Outcome.REFUSED, None),
        (response(400, code="bot.stopped"), Outcome.REFUSED, None),
        (response(404), Outcome.REFUSED, None),
        (httpx.Response(400, text="<html>"), Outcome.REFUSED, None),
        (httpx.Response(200, text="<html>"), Outcome.UNKNOWN, None),
        (response(200, invalidStaffIdList=["m9"]), Outcome.REFUSED, None),
        (response(200, flowControlledStaffIdList=["m1"]), Outcome.NOT_SENT, 600),
    ],
)
def test_what_an_answer_of_the_api_means(answer: httpx.Response, outcome: Outcome, wait: int | None) -> None:
    with pytest.raises(DeliveryError) as raised:
        posted(answer)
    assert raised.value.outcome is outcome
    assert raised.value.retry_after == (None if wait is None else timedelta(seconds=wait))


def test_good_answers_of_the_api() -> None:
    assert posted(response(200, processQueryKey="pqk==")) == "pqk=="
    assert (
        posted(response(200, processQueryKey="pqk==", invalidStaffIdList=[], flowControlledStaffIdList=[])) == "pqk=="
    )
    assert posted(response(200)) is None


def test_a_refusal_says_what_to_do() -> None:
    assert "permission" in str(failure(response(403, code="Forbidden.AccessDenied.AccessTokenPermissionDenied")))
    assert "published" in str(failure(response(400, code="invalidParameter.robotCode.auth", message="不匹配")))


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (response(200, errcode=0, errmsg="ok"), False),
        (response(200, errcode="0"), False),
        (response(200, errcode=300001, errmsg="session 不存在"), True),
        (response(200, errcode=130101, errmsg="send too fast"), True),
        (httpx.Response(404, text="gone"), True),
    ],
)
def test_what_an_answer_of_a_webhook_means(answer: httpx.Response, refused: bool) -> None:
    assert refused_by_webhook(answer) is refused


@pytest.mark.parametrize("text", ["", "<html>", "{}", "[]"])
def test_an_answer_of_a_webhook_that_says_nothing(text: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        refused_by_webhook(httpx.Response(200, text=text))
    assert raised.value.outcome is Outcome.UNKNOWN
