"""Reads the tables that MemoTrace (WeChatMsg, 留痕) exports of WeChat.

Seen in its source and in tables of its users: the older one has `CreateTime` in seconds and `Sender`, the member's
id; a local id and `TalkerId` number the rows and talks of one database file, of which a computer has several, so they
identify nothing; what stands inside a card (a reply, a link) was not written out. The newer one has the names of
senders alone and times without a zone. None names its group: the folder of an export may, as NAME(ID@chatroom).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from bot.importers import FormatError, Found, Noted, Options, Skipped
from bot.importers import _wechat as wechat
from bot.importers._fields import RowError, ident, moment, number, seconds
from bot.importers._rows import RAGGED, Row, Rows, nameless, place, zoneless
from bot.importers._table import records
from storage.frames import Kind, Message

OLD = "localId,TalkerId,Type,SubType,IsSender,CreateTime"
NEW = "消息ID,类型,发送人,时间,内容"
NEEDED = ({"Type", "CreateTime", "StrContent"}, {"类型", "发送人", "时间", "内容"})
_FOLDER = re.compile(r"(?P<name>[^/\\]*)\((?P<key>[\w-]+@chatroom)\)")


def sniff(head: bytes) -> bool:
    """Say whether a file that begins so is of this format."""
    return head.startswith((OLD.encode(), NEW.encode()))


def read(file: TextIO, options: Options) -> Iterator[Found]:
    """Yield what a file holds, in its order.

    Raises:
        FormatError: Neither the file nor the options tell which group it is of, or it mixes several talks.
    """
    found = _FOLDER.search(str(options.path))
    if not found and not options.group:
        raise FormatError("This file does not tell which group it is of: give its id with --group KEY.")
    names = next((cells for _, cells in records(file, ",") if not isinstance(cells, str)), [])
    file.seek(0)
    if not any(needed <= set(names) for needed in NEEDED):
        raise FormatError("The first line of this table is not the head that MemoTrace writes.")
    if "TalkerId" in names:
        _one_talk(file, names.index("TalkerId"))
    yield place(options, wechat.PLATFORM, found["key"] if found else "", found["name"] if found else "")
    yield from _notes(names, options)
    rows = Rows(options)
    for line, cells in records(file, ","):
        if cells != names:
            yield _row(line, cells, names, rows)


def _notes(names: list[str], options: Options) -> Iterator[Noted]:
    if "Sender" not in names:
        yield nameless(options)
    if "CreateTime" not in names:
        yield zoneless(options)
    if "StrContent" in names:
        yield Noted("its replies and links carry no words: MemoTrace does not write them into this table")


def _row(line: int, cells: list[str] | str, names: list[str], rows: Rows) -> Message | Skipped:
    if isinstance(cells, str):
        return Skipped(line, cells)
    if len(cells) != len(names):
        return Skipped(line, RAGGED)
    try:
        return _message(dict(zip(names, cells, strict=True)), rows)
    except RowError as error:
        return Skipped(line, str(error))


def _one_talk(file: TextIO, column: int) -> None:
    """Refuse a table of all talks: their rows come by turns, while those of one talk stand together, file by file."""
    last, over = "", set[str]()
    for line, cells in records(file, ","):
        talk = "" if isinstance(cells, str) or len(cells) <= column or not cells[column].isdigit() else cells[column]
        if not talk or talk == last:
            continue
        if talk in over:
            raise FormatError(f"This table mixes several talks (line {line}). Export one group at a time.")
        over.add(last)
        last = talk
    file.seek(0)


def _message(row: dict[str, str], rows: Rows) -> Message:
    if "StrContent" in row:
        kind, stand_in = wechat.of_number(number(row["Type"], 0), number(row.get("SubType"), 0))
        at = seconds(row["CreateTime"], rows.options.until)
        member, text = ident(row.get("Sender")), row["StrContent"]
    else:
        kind, stand_in = wechat.of_word(row["类型"])
        at = moment(row["时间"], rows.options)
        member, text = "", row["内容"]
    name = next((row[column] for column in ("Remark", "NickName", "发送人", "备注", "昵称") if row.get(column)), "")
    if member.endswith(wechat.ROOM) or name in wechat.SYSTEM_MEMBERS:
        kind = Kind.SYSTEM
    text = wechat.readable(text) if kind is not Kind.SYSTEM else text
    return rows.message(Row(at, member, name, text, kind=kind, stand_in=stand_in))
