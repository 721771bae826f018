"""The commands as processes: what they print, how they end, and that nothing needs a configuration."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo import _fortnight as fortnight
from tests.bot.cli.process import bot, environment
from tests.bot.importers import story

pytestmark = pytest.mark.middle  # many dialogs or processes: the fast tier keeps to a minute

GROUP = "PG 交流一群"
WEEK = ["--since", "2026-11-09", "--until", "2026-11-17"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return story.written(story.told(), tmp_path / "g1.jsonl")


@pytest.fixture
def imported(tmp_path: Path, export: Path) -> Iterator[Path]:
    """A folder into whose database a group's history was imported."""
    packed = tmp_path / "g1.jsonl.gz"
    packed.write_bytes(gzip.compress(export.read_bytes()))
    ended = bot(tmp_path, "import", str(packed))
    assert (ended.code, ended.err) == (0, "")
    assert "read 150, new 150, known already 0, skipped 0" in ended.out
    assert re.search(
        r"2026-11-09 07:41 .. 2026-11-1\d \d\d:\d\d \(Asia/Shanghai\), 2\d members, 1\d threads", ended.out
    )
    return tmp_path


def told(text: str) -> Any:
    return json.loads(text)


@pytest.mark.middle
def test_history_becomes_figures_lists_digest_and_exports(imported: Path, export: Path) -> None:
    again = bot(imported, "import", str(export))
    assert "new 0, known already 150" in again.out

    stats = bot(imported, "stats", *WEEK)
    assert stats.code == 0
    assert re.search(r"首次响应 +\d+ 分钟 .*\d+/\d+", stats.out)
    figures = told(bot(imported, "stats", *WEEK, "--format", "json").out)
    named = {figure["figure"]: figure for figure in figures["figures"]}
    assert named["questions"]["coverage"] == {"full": 0, "mentions": 0, "imported": 1, "none": 0}
    assert all({"n", "of", "coverage", "definition_version"} <= set(figure) for figure in named.values())

    for word in ("questions", "首次响应", "close_time", "resolution_rate"):
        why = told(bot(imported, "why", word, *WEEK, "--format", "json").out)
        counted = [row for row in why["rows"] if row["counted"]]
        assert why["value"] == named[why["figure"]]["value"]
        assert len(counted) == (why["n"] if why["of"] is None else why["of"])
    assert "#1 " in bot(imported, "why", "提问", *WEEK).out
    assert bot(imported, "why", "快乐").code == 2

    exported = bot(imported, "export", "threads", "-o", "threads.jsonl")
    rows = [told(line) for line in (imported / "threads.jsonl").read_text("utf-8").splitlines()]
    assert exported.code == 0
    assert len(rows) == named["questions"]["n"] + len([r for r in rows if r["outcome"] in ("withdrawn", "invalid")])
    whole = told(bot(imported, "export", "--group", GROUP).out)
    assert len(whole["messages"]) == 150
    lines = bot(imported, "export", "--format", "chatlab-jsonl", "--group", "1").out.splitlines()
    assert len(lines) == 1 + len(whole["members"]) + 150

    digest = bot(imported, "digest", "--group", "1", "--dry-run")
    assert digest.code == 0
    assert "周报" in digest.out


@pytest.mark.middle
def test_a_digest_is_written_in_each_form(imported: Path) -> None:
    written = bot(imported, "digest", "--week", "2026-W47", "--format", "all", "--out", "forms", "--dark")
    assert (written.code, written.err) == (0, "")
    assert written.out.split() == [f"forms/digest-2026-W47.{end}" for end in ("txt", "md", "html", "png")]
    assert all((imported / name).stat().st_mode & 0o077 == 0 for name in written.out.split())
    assert (imported / "forms" / "digest-2026-W47.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.middle
def test_a_bad_file_is_named_and_the_others_come_in(tmp_path: Path, export: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(export.read_text("utf-8") + '{"_type": "message"\n', "utf-8")
    nothing = tmp_path / "nothing.txt"
    nothing.write_text("hello")
    ended = bot(tmp_path, "import", str(nothing), str(broken))
    assert ended.code == 1
    assert "nothing.txt: This is none of the formats" in ended.err
    lines = len(broken.read_text("utf-8").splitlines())
    assert f"skipped 1: is not JSON (line {lines})" in ended.out
    assert "new 150" in ended.out


@pytest.mark.middle
def test_each_command_works_without_a_configuration(tmp_path: Path) -> None:
    assert bot(tmp_path, "migrate", "--check").code == 1
    assert "applied 0001_first" in bot(tmp_path, "migrate").out
    assert bot(tmp_path, "migrate", "--check").code == 0
    assert re.search(r"/owner [0-9a-f]{32}\n", bot(tmp_path, "owner").out)
    assert bot(tmp_path, "stats").code == 0
    assert bot(tmp_path, "export", "threads").code == 0
    assert bot(tmp_path, "doctor").code == 0
    assert "no group yet" in bot(tmp_path, "digest").err
    assert bot(tmp_path, "backup", "copy.db").code == 0
    assert (tmp_path / "copy.db").stat().st_size > 10_000
    assert bot(tmp_path, "backup", str(tmp_path / "data" / "xiangqun.db")).code == 1


@pytest.mark.middle
def test_a_wrong_configuration_ends_with_2_and_shows_no_value(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[web]\nport = "hunter2hunter2"\n[communty]\nname = "x"\n')
    for arguments in (
        ["--config", str(file), "stats"],
        ["stats", "--config", str(file)],
        ["run", "--config", str(file)],
    ):
        ended = bot(tmp_path, *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert "communty" in ended.err
        assert "hunter2" not in ended.err
        assert "Traceback" not in ended.err
    doctor = bot(tmp_path, "doctor", "--offline", "--config", str(file))
    assert doctor.code == 2
    assert doctor.out.startswith("fail ")
    missing = bot(tmp_path, "stats", "--config", "nowhere.toml")
    assert (missing.code, missing.err.count("\n")) == (2, 1)


@pytest.mark.middle
def test_a_database_that_cannot_be_used_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "xiangqun.db").write_bytes(b"this is no database, but long enough to look at" * 40)
    ended = bot(tmp_path, "stats")
    assert ended.code == 2
    assert "is not a database" in ended.err
    assert "Traceback" not in ended.err
    away = {"XIANGQUN__DATABASE__URL": "postgresql://nobody:hunter2@127.0.0.1:9/none"}
    ended = bot(tmp_path, "stats", env=away)
    assert ended.code in {1, 2}
    assert "Traceback" not in ended.err
    assert "hunter2" not in ended.err
    assert "fail " in bot(tmp_path, "doctor", env=away).out


@pytest.mark.middle
def test_init_writes_what_doctor_accepts(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    answers = "en\nPG Club\n\nMars/X\nAsia/Tokyo\n\nonebot\nreverse\n0\n8099\n\nn\n"
    ended = bot(tmp_path, "init", "--config", str(file), typed=answers)
    assert ended.code == 0, ended
    assert file.stat().st_mode & 0o077 == 0
    assert 'name = "PG Club"' in file.read_text("utf-8")
    assert bot(tmp_path, "doctor", "--offline", "--config", str(file)).code == 0
    assert bot(tmp_path, "init", "--config", str(file)).code == 2
    assert bot(tmp_path, "init", "--yes", "--config", "plain.toml").code == 0


@pytest.mark.middle
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_stops_in_good_order(number: signal.Signals, tmp_path: Path) -> None:
    env = environment(tmp_path, XIANGQUN__WEB__PORT="0", XIANGQUN__LOG__FORMAT="json")
    command = [sys.executable, "-P", "-m", "bot", "run"]
    said = []
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, encoding="utf-8") as process:
        for line in process.stderr or ():
            said.append(json.loads(line))
            if "running with" in said[-1]["event"]:
                assert bot(tmp_path, "import", str(tmp_path)).code == 1  # the file is in use
                assert bot(tmp_path, "stats").code == 0  # who only reads is welcome
                process.send_signal(number)
        assert process.wait(60) == 0
    assert said[-1]["event"] == "stopped"


def test_the_demo_ends_by_itself_where_nobody_sits(tmp_path: Path) -> None:
    ended = bot(tmp_path, "demo")
    assert (ended.code, ended.err) == (0, "")
    threads = re.findall(r"^\d\d-\d\d 周. \d\d:\d\d +(PG 交流一群|PG 运维与高可用) +#\d+ +.*", ended.out, re.MULTILINE)
    assert len(threads) > 35
    assert re.search(r"#\d+ .* 复制与高可用 +11 分 +解决 +4 时 52 分", ended.out)
    sunday = re.search(r"周报 · 第 (\d+) 周（", ended.out)
    assert sunday is not None
    for words in (r"提问 \d+ 个（上周 \d+）", r"首次响应 中位 .+，平均 ", r"解决率 \d+%，\d+/\d+", r"解决用时 中位 "):
        assert re.search(words, ended.out), words
    assert str(tmp_path / "data" / "demo.db") in ended.out
    page, drawn = tmp_path / "data" / "demo-report.html", tmp_path / "data" / "demo-digest.png"
    assert str(page) in ended.out
    assert str(drawn) in ended.out
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert page.stat().st_mode & 0o077 == 0
    assert f"sqlite:///{tmp_path}/data/demo.db python3 run.py correct 28 not-a-question" in page.read_text("utf-8")
    env = {"XIANGQUN__DATABASE__URL": f"sqlite:///{tmp_path}/data/demo.db"}
    assert re.search(r"提问 +\d+", bot(tmp_path, "stats", "--week", env=env).out)


@pytest.mark.middle
def test_the_demo_speaks_english_too_and_starts_afresh(tmp_path: Path) -> None:
    for _ in range(2):
        ended = bot(tmp_path, "demo", env={"XIANGQUN__COMMUNITY__LANGUAGE": "en"})
        assert ended.code == 0
        assert "weekly" in ended.out
        assert "You may try next" in ended.out
        assert "#1 " in ended.out
    assert fortnight.FILE.exists()


@pytest.mark.middle
def test_a_report_is_written_and_a_thread_put_right(tmp_path: Path) -> None:
    assert bot(tmp_path, "report").code == 2
    assert "no group yet" in bot(tmp_path, "report").err
    assert bot(tmp_path, "demo").code == 0
    env = {"XIANGQUN__DATABASE__URL": f"sqlite:///{tmp_path}/data/demo.db"}
    ended = bot(tmp_path, "report", "--format", "md", "--out", "-", env=env)
    assert (ended.code, ended.err) == (0, "")
    asked = re.search(r"^- \*\*提问\*\* (\d+)", ended.out, re.MULTILINE)
    assert asked is not None
    assert bot(tmp_path, "correct", "28", "not-a-question", env=env).out.startswith("#28 不算问题了")
    assert bot(tmp_path, "report", "--out", f"{tmp_path}/after.md", env=env).out.strip() == f"{tmp_path}/after.md"
    after = (tmp_path / "after.md").read_text("utf-8")
    assert f"- **提问** {int(asked[1]) - 1}\n" in after
    for options, words in (
        (["--edition", "public"], "公开版只出过完了的月份和年份"),
        (["--month", "2026-13"], "--month 2026-13"),
        (["--group", "nowhere"], "There is no group nowhere"),
    ):
        ended = bot(tmp_path, "report", *options, env=env)
        assert ended.code == 2
        assert words in ended.err
