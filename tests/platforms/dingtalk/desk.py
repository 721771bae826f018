"""The fake's HTTP interfaces: tokens, posts by the API and by webhook, uploads. What is not right is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.platforms.dingtalk.world import World

SECRET = "dingtalk-secret"
TEMPLATES = {
    "sampleText": {"content"},
    "sampleMarkdown": {"title", "text"},
    "sampleImageMsg": {"photoURL"},
    "sampleFile": {"mediaId", "fileName", "fileType"},
}
PARAM_LIMIT = 15_000  # bytes
TEXT_LIMIT = 5_000  # characters
PER_MINUTE = 20


@dataclass(frozen=True)
class Post:
    """Something that was posted."""

    where: str  # a group's id, or direct:STAFF
    text: str
    form: str  # text, markdown, picture or file
    road: str  # api or webhook
    key: str
    mentions: tuple[str, ...] = ()


@dataclass
class Desk:
    """Answers as DingTalk does."""

    world: World
    robot: str
    secret: str
    noted: Callable[[Post], None]
    limited: bool = False  # whether the next post is asked to wait
    tokens: set[str] = field(default_factory=set)
    old_tokens: set[str] = field(default_factory=set)
    media: dict[str, bytes] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # codes of what was refused, in order
    throttled: bool = False  # whether webhooks were used too often
    stale: int = 0  # so many of the next posts find their token dead
    unknown: int = 0  # so many of the next posts are made, and answered with a fault of the server

    def routes(self) -> list[web.RouteDef]:
        """Return what is asked where."""
        return [
            web.post("/v1.0/oauth2/accessToken", self.access_token),
            web.post("/v1.0/robot/groupMessages/send", self.to_group),
            web.post("/v1.0/robot/oToMessages/batchSend", self.to_members),
            web.post("/robot/sendBySession", self.by_session),
            web.get("/gettoken", self.old_token),
            web.post("/media/upload", self.upload),
        ]

    # --- tokens ---

    async def access_token(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        if (asked.get("appKey"), asked.get("appSecret")) != (self.robot, self.secret):
            return self.refused(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        token = self.world.key("token")
        self.tokens.add(token)
        return web.json_response({"accessToken": token, "expireIn": 7200})

    async def old_token(self, request: web.Request) -> web.Response:
        if (request.query.get("appkey"), request.query.get("appsecret")) != (self.robot, self.secret):
            return self.errcode(40096, "不合法的appKey或appSecret")
        token = self.world.key("old")
        self.old_tokens.add(token)
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200})

    # --- posts ---

    async def to_group(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        if (wrong := self._wrong(request, asked, "openConversationId")) is not None:
            return wrong
        if asked["openConversationId"] not in self.world.groups:
            return self.refused(400, "invalid.openConversationId", "群不存在")
        return self._posted(asked["openConversationId"], asked, {})

    async def to_members(self, request: web.Request) -> web.Response:
        asked = await _json(request)
        if (wrong := self._wrong(request, asked, "userIds")) is not None:
            return wrong
        members = asked["userIds"]
        if not isinstance(members, list) or not members or len(members) > 20:
            return self.refused(400, "invalidParameter.userIds.empty", "用户列表不对")
        strangers = [member for member in members if member not in self.world.staff]
        if strangers:
            return web.json_response({"invalidStaffIdList": strangers, "flowControlledStaffIdList": []})
        return self._posted(f"direct:{members[0]}", asked, {"invalidStaffIdList": [], "flowControlledStaffIdList": []})

    def _posted(self, where: str, asked: dict[str, Any], more: dict[str, Any]) -> web.Response:
        param = json.loads(asked["msgParam"])
        form = {"sampleText": "text", "sampleMarkdown": "markdown", "sampleFile": "file"}.get(
            asked["msgKey"], "picture"
        )
        text = param.get("content") or param.get("text") or param.get("photoURL") or param.get("fileName")
        key = self.world.key("pqk")
        self.world.posted.add(key)
        self._note(Post(where, text, form, "api", key))
        if self.unknown:
            self.unknown -= 1
            return web.Response(status=502, text="Bad Gateway")
        return web.json_response({"processQueryKey": key, **more})

    def _wrong(self, request: web.Request, asked: dict[str, Any], target: str) -> web.Response | None:
        """Return what is wrong with a post, as DingTalk words it."""
        token = request.headers.get("x-acs-dingtalk-access-token", "")
        if self.stale:
            self.stale -= 1
            self.tokens.discard(token)
        if token not in self.tokens:
            return self.refused(401, "InvalidAuthentication", "不合法的access_token")
        if self.limited:
            self.limited = False
            return self.refused(403, "Forbidden.AccessDenied.QpsLimitForApi", "触发接口QPS限流，请稍后重试")
        if set(asked) != {"robotCode", "msgKey", "msgParam", target}:
            return self.refused(400, "invalidParameter.param.invalid", f"参数不对: {sorted(asked)}")
        if asked["robotCode"] != self.robot:
            return self.refused(400, "invalidParameter.robotCode.notExsit", "机器人不存在")
        return self._wrong_template(asked["msgKey"], asked["msgParam"])

    def _wrong_template(self, key: object, param: object) -> web.Response | None:
        if key not in TEMPLATES:
            return self.refused(400, "invalidParameter.msgKey.invalid", "msgKey不对")
        if not isinstance(param, str):
            return self.refused(400, "invalidParameter.msgParam.invalid", "msgParam必须是JSON文本")
        if len(param.encode()) > PARAM_LIMIT:
            return self.refused(400, "invalidParameter.msgParam.tooLong", "msgParam过长")
        told = json.loads(param)
        known = all(isinstance(value, str) and value for value in told.values())
        if set(told) != TEMPLATES[str(key)] or not known or len(told.get("text", "")) > TEXT_LIMIT:
            return self.refused(400, "invalidParameter.msgParam.invalid", "msgParam不对")
        if key in {"sampleImageMsg", "sampleFile"} and (told.get("photoURL") or told["mediaId"]) not in self.media:
            return self.refused(400, "invalidParameter.msgParam.invalid", "没有这个media")
        return None

    async def by_session(self, request: web.Request) -> web.Response:
        """Post through a session's webhook: the address alone says where, and is enough to post."""
        where, until = self.world.sessions.get(request.query.get("session", ""), ("", 0.0))
        if until < time.time():
            return self.errcode(300001, "session 不存在")
        if self.limited or self.throttled:
            return self.errcode(130101, "send too fast, exceed 20 times per minute")
        asked = await _json(request)
        what, at = asked.get("msgtype"), asked.get("at", {})
        body = asked.get(str(what))
        shape = {"text": {"content"}, "markdown": {"title", "text"}}.get(str(what))
        if set(asked) - {"msgtype", "at", what} or not isinstance(body, dict) or set(body) != shape:
            return self.errcode(400, "消息格式不对")
        text = body.get("content") or body.get("text") or ""
        if set(at) - {"atUserIds", "atMobiles", "isAtAll"} or at.get("isAtAll"):
            return self.errcode(400, "at 不对")
        if not text or any(f"@{member}" not in text for member in at.get("atUserIds", [])):
            return self.errcode(400, "text 里没有被 @ 的人")
        key = self.world.key("sent")
        self._note(Post(where, text, str(what), "webhook", key, tuple(at.get("atUserIds", []))))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    # --- files ---

    async def upload(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") not in self.old_tokens:
            return self.errcode(40014, "不合法的access_token")
        if request.query.get("type") not in {"image", "voice", "video", "file"}:
            return self.errcode(40004, "不合法的媒体文件类型")
        part = (await request.post()).get("media")
        if not isinstance(part, web.FileField):
            return self.errcode(41005, "缺少多媒体文件数据")
        media = f"@{self.world.key('media')}"
        self.media[media] = part.file.read()
        return web.json_response({"errcode": 0, "errmsg": "ok", "type": "image", "media_id": media})

    # --- what is told ---

    def _note(self, post: Post) -> None:
        self.world.texts[post.key] = post.text
        self.posts.append(post)
        self.noted(post)

    def refused(self, status: int, code: str, message: str) -> web.Response:
        """Return a refusal of the newer interfaces."""
        self.refusals.append(code)
        return web.json_response({"code": code, "requestid": "R-1", "message": message}, status=status)

    def errcode(self, code: int, message: str) -> web.Response:
        """Return a refusal of the older interfaces, which is a good answer to HTTP."""
        self.refusals.append(str(code))
        return web.json_response({"errcode": code, "errmsg": message})


async def _json(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        found = json.loads(await request.text())
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found
