"""The words: identifiers come from the glossary, and the bot never talks like a call centre."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests import parsed

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "handlers", "classifiers", "storage")

# Glossary: what we do not say, and what we say instead.
INSTEAD = {
    "room": "group",
    "channel": "group",
    "chat": "group",
    "dm": "direct",
    "user": "member",
    "username": "name",
    "contact": "member",
    "ticket": "thread",
    "helper": "answerer",
    "agent": "answerer",
    "newsletter": "digest",
    "wizard": "dialog",
    "conversation": "dialog",
    "job": "schedule, errand or opening",
    "cron": "schedule",
    "connector": "adapter",
    "provider": "platform",
    "backend": "platform",
    "capability": "ability",
    "outgoing": "reply",
    "kpi": "figure",
}
# Their fields and calls are named by others: adapters and importers speak the words of platforms.
FOREIGN = ("bot/adapters/", "bot/importers/")
# The error of whoever uses the bot, member or not.
HOUSE_NAMES = {"UserError"}
# Path and identifier, to the reason why it stands there.
ALLOWED = {
    ("handlers/_wording/masking.py", "_ROOM"): "the room of a postal address, which is masked",
    ("bot/split.py", "room"): "the space left in a post",
    ("classifiers/_outside.py", "_chats"): "to chat, the verb: talk outside of threads",
    ("classifiers/_outside.py", "_chat_overlap"): "likewise",
    ("handlers/digest/_layout.py", "room"): "the space left in a post",
}

UNSAID = (
    "您",
    "亲，",
    "亲~",
    "宝子",
    "小助手",
    "工单",
    "已成功",
    "检测到",
    "系统提示",
    "请知悉",
    "操作失败",
    "!!",
    "！！",
)
NO_ONE_IS_ALL = ("@所有人", "@全体")


def sources() -> Iterator[tuple[str, list[ast.AST]]]:
    """Yield path and all that stands in every file of the packages."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), parsed.nodes(path)


@cache
def words(identifier: str) -> set[str]:
    """Return the words of an identifier in the singular: `openUserRooms` -> open, user, room."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)
    return {part.lower() for part in parts} | {part.lower().removesuffix("s") for part in parts}


def named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield every name that is given: definitions, arguments, variables, attributes, tables and columns."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Call(
                func=ast.Name(id="Table" | "Column" | "mapped_column"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name


def spoken(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what the bot can say: every string inside a class `Texts` or a call `Text(...)`."""
    for node in nodes:
        match node:
            case ast.ClassDef(name="Texts") | ast.Call(func=ast.Name(id="Text")):
                yield from (
                    inner.value
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
                )


@cache
def identifiers() -> set[tuple[str, str]]:
    """Return every name that is given, with the path of its file."""
    return {(path, identifier) for path, nodes in sources() for identifier in named(nodes)}


def test_identifiers_come_from_the_glossary() -> None:
    found = {
        (path, identifier): INSTEAD[word]
        for path, identifier in sorted(identifiers())
        if not path.startswith(FOREIGN) and identifier not in HOUSE_NAMES
        for word in words(identifier) & INSTEAD.keys()
        if (path, identifier) not in ALLOWED
    }
    assert found == {}, "\n".join(f"{path}: {name} (say {say})" for (path, name), say in found.items())


def test_every_allowance_is_needed() -> None:
    assert set(ALLOWED) <= identifiers()
    assert all(ALLOWED.values())


def test_the_bot_does_not_talk_like_a_call_centre() -> None:
    found = {
        (path, text): word
        for path, nodes in sources()
        for text in spoken(nodes)
        for word in (*UNSAID, *NO_ONE_IS_ALL)
        if word in text
    }
    assert found == {}


@pytest.mark.parametrize(
    ("code", "want"),
    [
        ("def open_room(users): pass", {"open_room": "room", "users": "user"}),
        ("class ChatJob: channel: int = 0", {"ChatJob": "chat", "channel": "channel"}),
        ("def f():\n    self.ticket = Table('user_rows', Column('room_id'))", {"ticket": "ticket", "room_id": "room"}),
        ("from x import room\nroom.user(job=1)", {}),
        ("def chatter(broom, username_free): pass", {"username_free": "username"}),
    ],
)
def test_the_rule_sees_what_we_name_and_not_what_we_call(code: str, want: dict[str, str]) -> None:
    seen = {identifier: words(identifier) & INSTEAD.keys() for identifier in named(ast.walk(ast.parse(code)))}
    for identifier, word in want.items():
        assert word in seen[identifier]
    assert bool(want) == any(seen.values())


def test_the_rule_sees_what_is_said() -> None:
    code = "class Texts:\n    A = Text(zh='您好', en='x')\nWORDS = ['工单']\nB = Text(zh='已成功', en='y')"
    assert {"您好", "已成功"} <= set(spoken(ast.walk(ast.parse(code))))
    assert "工单" not in set(spoken(ast.walk(ast.parse(code))))
