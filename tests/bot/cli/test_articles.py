"""Reviewed articles as Markdown: what members wrote is no markup, and what is not shared stays inside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import _articles
from bot.cli._opening import RefusalError
from storage import articles, settings, topics
from storage.articles import State, Words
from storage.database import Database
from storage.topics import Topic
from tests.bot.report.stage import desk
from tests.conftest import T0
from tests.storage.rows import a_group

HOSTILE = Words(
    '<b>标题</b> "x"\n---\ndoubted: false', "# 一级\n- 列表", "[点我](http://x) `rm`\n1. 先\n<script>", 1400, 1600
)


@pytest.fixture
async def shelf(sqlite_database: Database) -> Database:
    """Return a database with two reviewed articles, a draft, a retired one, and one of a group that keeps to itself."""
    async with sqlite_database.write() as store:
        await topics.seed(store, [Topic("ha", "复制与高可用", "Replication")])
        group, closed = await a_group(store, "1"), await a_group(store, "2")
        await settings.put(store, closed.id, "questions.sharing", "group", T0, None)
        for where, words, topic in (
            (group, Words("槽撑满磁盘", "槽撑满磁盘", "删掉没人用的槽", 906, 906), "ha"),
            (group, HOSTILE, ""),
            (group, Words("草稿", "", "还没审"), ""),
            (group, Words("旧的", "", "不对了"), ""),
            (closed, Words("自家的", "", "不外传"), ""),
        ):
            await articles.draft(store, where.id, words, [7], T0, topic=topic)
        for number in (1, 2, 4, 5):
            await articles.publish(store, number, T0)
        await articles.end(store, 4, State.RETIRED)
    return sqlite_database


async def test_articles_are_written_with_an_index(
    shelf: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "4.md").write_text("of an earlier export")
    (folder / "notes.md").write_text("somebody's own")
    assert await _articles.export(desk(shelf), folder) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["1.md", "2.md", "index.md", "notes.md"]
    assert capsys.readouterr().out == f"{folder}: 2\n"
    assert (folder / "index.md").read_text("utf-8") == (
        "# 整理好的问答\n\n"
        "## 复制与高可用\n\n- [槽撑满磁盘](1.md)（PG 9.6）\n\n"
        "## 没分类\n\n- [\\<b\\>标题\\</b\\> \"x\" --- doubted: false](2.md)（PG 14 到 16）\n"
    )  # fmt: skip
    assert (folder / "1.md").read_text("utf-8") == (
        '---\narticle: 1\ntitle: "槽撑满磁盘"\ntopic: "复制与高可用"\nversions: ["9.6", "9.6"]\nsources: [7]\n'
        'reviewed: "2026-11-23"\nversion: 1\ndoubted: false\n---\n\n'
        "# 槽撑满磁盘\n\n删掉没人用的槽\n\n依据 #7，2026-11-23 审过。\n"
    )


async def test_what_members_wrote_is_no_markup(shelf: Database, tmp_path: Path) -> None:
    await _articles.export(desk(shelf), tmp_path / "kb")
    page = (tmp_path / "kb" / "2.md").read_text("utf-8")
    front = dict(line.split(": ", 1) for line in page.split("---\n")[1].splitlines())
    assert json.loads(front["title"]) == HOSTILE.title
    assert front["doubted"] == "false"
    body = page.split("---\n", 2)[2]
    assert "\\# 一级  \n\\- 列表" in body
    assert "\\[点我\\](http:\u2060//x) \\`rm\\`  \n1\\. 先  \n\\<script\\>" in body


async def test_standard_output_and_a_wrong_folder(
    shelf: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _articles.export(desk(shelf), Path("-")) == 0
    said = capsys.readouterr().out
    assert said.count("\narticle: ") == 2
    assert "自家的" not in said
    (tmp_path / "kb").write_text("x")
    with pytest.raises(RefusalError):
        await _articles.export(desk(shelf), tmp_path / "kb")
