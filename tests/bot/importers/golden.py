"""The fixtures of the formats: where each lies, what an import of it is told, and its messages as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.importers import Found, Noted, Options, Skipped
from bot.importers._inputs import Input, inputs
from storage.frames import Message, Place

FOLDER = Path(__file__).parent / "fixtures"
GROUP = "4455@chatroom"
OWN = {"own_names": frozenset({"小象"}), "own_ids": frozenset({"99999"})}
# Of each fixture: the format that it is, and what must be told beside it.
FIXTURES: Mapping[str, tuple[str, Options]] = {
    "chatlog.csv": ("chatlog", Options(**OWN)),
    "chatlog.json": ("chatlog", Options(**OWN)),
    "discord.json": ("discord", Options(**OWN)),
    "echotrace.json": ("weflow", Options(**OWN)),
    "group_PG_900800700_20261102_120000.json": ("qq_chat_exporter", Options(**OWN)),
    "mapped.tsv": (
        "table",
        Options(
            platform="qq",
            columns={"time": "1", "group": "2", "group_name": "3", "member": "4", "name": "5", "text": "6", "id": "7"}
            | {"reply_to": "8"},
            **OWN,
        ),
    ),
    "memotrace": ("memotrace", Options(**OWN)),
    "memotrace_new.csv": ("memotrace", Options(group=GROUP, **OWN)),
    "pasted.txt": ("pasted", Options(group=GROUP, **OWN)),
    "pasted_day.txt": ("pasted", Options(group=GROUP, **OWN)),
    "qq.mht": ("qq_mht", Options(**OWN)),
    "qq.txt": ("qq_txt", Options(**OWN)),
    "qq_all.txt": ("qq_txt", Options(**OWN)),
    "qq_chunks": ("qq_chat_exporter", Options(**OWN)),
    "qq_v5.json": ("qq_chat_exporter", Options(**OWN)),
    "slack": ("slack", Options(**OWN)),
    "table.csv": ("table", Options(group=GROUP, platform="wechat", **OWN)),
    "telegram_one.json": ("telegram", Options(**OWN)),
    "telegram_whole.json": ("telegram", Options(**OWN)),
    "weflow.json": ("weflow", Options(**OWN)),
    "weflow_compact.json": ("weflow", Options(**OWN)),
}
NEED_A_FORMAT = {"mapped.tsv"}


def read(path: Path, options: Options, wanted: str = "") -> tuple[str, list[Found]]:
    """Return the format of a fixture and all that it holds."""
    (read,) = [(one.format, list(one.found)) for one in inputs(path, options, wanted) if isinstance(one, Input)]
    return read


def written(found: Iterable[Found]) -> str:
    """Return what was found, one thing a line; what is as usual is left out."""
    return "".join(f"{_line(one)}\n" for one in found)


def _line(one: Found) -> str:
    if isinstance(one, Place):
        return f"PLACE {one.platform} {one.key or '-'} {one.name}"
    if isinstance(one, Skipped):
        return f"SKIPPED {one.file or '-'}:{one.line} {one.why}"
    if isinstance(one, Noted):
        return f"NOTE {one.text}"
    return _message(one)


def _message(one: Message) -> str:
    more = {
        "kind": one.kind.value if one.kind.value != "text" else "",
        "reply_to": one.reply_to or "",
        "quote": one.quote or "",
        "mentions": ",".join(one.mentions),
        "to_bot": "yes" if one.to_bot else "",
        "seq": "" if one.seq is None else str(one.seq),
        "flags": ",".join(one.flags),
        "alias": one.alias,
    }
    tail = " ".join(f"{name}={value}" for name, value in more.items() if value)
    who = f"{one.member or '-'}|{one.name}"
    return f"{one.at:%Y-%m-%d %H:%M:%S.%f} {one.key} {who} {one.text!r} {tail}".rstrip()
