"""The spreadsheet of threads and figures that an admin asks for: what goes in, and how it reaches them."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from handlers import Context, Errand, Outside, Reply, Text, answer
from handlers._hours import options as options_in
from handlers._sheets import Table, as_csv, as_xlsx
from handlers._wording.masking import mask
from handlers._wording.spans import compared_with
from storage import groups, members, metrics, privacy, topics
from storage.database import Store
from storage.metrics import FIGURES, Period, Scope, Unit, Value
from storage.outcome import Outcome
from storage.replies import Body, File
from storage.threads import Thread

FEATURE, EXPORT = "stats", "export"
BOTH = ("figures", "threads")
_WHAT = {
    "threads": "threads", "题": "threads", "问答": "threads", "questions": "threads",
    "figures": "figures", "数字": "figures",
}  # fmt: skip
_FORMS = {"csv": "csv", "xlsx": "xlsx", "excel": "xlsx", "表格": "xlsx"}
WORDS = rf" ?(?:{'|'.join((*_WHAT, *_FORMS))})"
_WISHED = re.compile(rf"(?P<words>.*?)(?P<wished>(?:{WORDS})*)")


class Texts:
    """What is said about the spreadsheet."""

    WRITING = Text(zh="在写，好了私聊发你。", en="I am writing it and will send it in private.")
    WRITTEN = Text(
        zh="{first} 到 {last}，{groups} 个群，{threads} 题。",
        en="{first} to {last}: {groups} groups, {threads} threads.",
    )
    FILE = Text(
        zh="{name}，一周后删",
        en="{name}, deleted after a week",
    )
    NO_FILE = Text(
        zh="没收到文件是这个平台发不了。运行机器人的那台机器上，题这样取：\n"
        "python -m bot export threads --since {first} --until {last} --format xlsx -o threads.xlsx",
        en="If no file came, this platform cannot send any. On the machine where the bot runs, for the threads:\n"
        "python -m bot export threads --since {first} --until {last} --format xlsx -o threads.xlsx",
    )
    THREADS = Text(zh="题", en="threads")
    FIGURES = Text(zh="数字", en="figures")
    THREAD_HEAD = Text(
        zh="编号,群,主题,标题,提问,首次响应,首次回答,解决,结局,依据",
        en="thread,group,topic,title,asked,first response,first answer,resolved,outcome,evidence",
    )
    FIGURE_HEAD = Text(
        zh="数字,名称,单位,值,n,总数,p90,平均,连还在等的中位,前一段,看不到的原因,上下限,"
        "只见 @ 没算的,不明没算的,口径,定义",
        en="figure,called,unit,value,n,of,p90,mean,median with those that wait,period before,why there is none,bound,"
        "left out: mentions,left out: unknown,definition version,definition",
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What goes into the file, and which kind of file it is."""

    what: tuple[str, ...]
    form: str


def wish(args: str) -> tuple[str, Wish]:
    """Return the words about the period and the groups, and what is wished beside them."""
    found = _WISHED.fullmatch(args.casefold())
    if found is None:
        return args, Wish(BOTH, "xlsx")
    said = re.findall(WORDS.removeprefix(" ?"), found["wished"])
    what = tuple(dict.fromkeys(_WHAT[word] for word in said if word in _WHAT))
    form = next((_FORMS[word] for word in reversed(said) if word in _FORMS), "xlsx")
    return found["words"].strip(), Wish(what or BOTH, form)


def ask(ctx: Context[Any], wanted: Sequence[int], period: Period, wished: Wish) -> list[Reply | Errand]:
    """Return the errand that writes the file; the same one is written once a minute."""
    payload = {
        "groups": list(wanted),
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "what": list(wished.what),
        "form": wished.form,
        "language": ctx.language,
    }
    key = f"export:{ctx.speaker.id}:{ctx.group.id}:{ctx.now():%Y-%m-%dT%H:%M}"
    errand = Errand(FEATURE, EXPORT, key, payload, group=ctx.group.id, member=ctx.speaker.id)
    return [answer(ctx.say(Texts.WRITING)), errand]


async def write(outside: Outside, errand: Errand) -> Body:
    """Write the file or files of an errand; return what to send."""
    payload, zone = errand.payload, outside.community.zone
    period = Period(datetime.fromisoformat(payload["since"]), datetime.fromisoformat(payload["until"]))
    language, wanted = str(payload["language"]), tuple(int(group) for group in payload["groups"])
    tables: dict[str, Table] = {}
    async with outside.read() as store:
        scope = Scope("export", "", wanted)
        sample = await metrics.load(store, scope, period)
        if "figures" in payload["what"]:
            tables[Texts.FIGURES.in_language(language)] = await _figures(store, outside, scope, period, language)
        if "threads" in payload["what"]:
            table = await _threads(store, sample.threads, outside.now(), zone, language)
            tables[Texts.THREADS.in_language(language)] = table
    files = await _saved(outside, errand, tables, str(payload["form"]))
    first, last = metrics.days(period, zone)
    said = {"first": first, "last": last, "groups": len(wanted), "threads": len(sample.threads)}
    head = Body.of(Texts.WRITTEN.in_language(language, **said))
    blocks = tuple(File(name, Texts.FILE.in_language(language, name=name)) for name in files)
    return head.plus(Body(blocks)).plus(Body.of(*Texts.NO_FILE.in_language(language, **said).splitlines()))


async def _saved(outside: Outside, errand: Errand, tables: dict[str, Table], form: str) -> list[str]:
    if form == "xlsx":
        made = {"": await outside.in_worker(as_xlsx, tables)}
    else:
        made = {f"-{name}": await outside.in_worker(as_csv, table) for name, table in tables.items()}
    token, names = secrets.token_hex(8), []
    for name, data in made.items():
        names.append(f"export-{errand.member}-{token}{name}.{form}")
        await asyncio.to_thread(_save, outside.files / names[-1], data)
    return names


def _save(file: Path, data: bytes) -> None:
    """Write a file that only this user may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(data)


async def _figures(store: Store, outside: Outside, scope: Scope, period: Period, language: str) -> Table:
    """Return every figure with all that belongs to it, and what it was in the period before at the same age."""
    options, now = await options_in(store, outside.community), outside.now()
    found = await metrics.compute_all(store, FIGURES, scope, period, now, options)
    last = compared_with(period, options.zone)
    before = await metrics.compute_all(store, FIGURES, scope, last, now - (period.since - last.since), options)
    head = Texts.FIGURE_HEAD.in_language(language).split(",")
    return [head, *(_figure(name, value, before[name], language) for name, value in found.items())]


def _figure(name: str, value: Value, before: Value, language: str) -> list[str | int | float | None]:
    figure, extra = FIGURES[name], value.extra
    times = [extra.get(key) for key in ("p90", "mean", "survival_median")] if value.unit is Unit.SECONDS else [None] * 3
    return [
        name, figure.label(language), value.unit.value, value.value, value.n, value.of, *times, before.value,
        value.missing or "", value.bound or "", value.coverage.left_out, value.coverage.unknown,
        value.definition_version, figure.definition(language),
    ]  # fmt: skip


async def _threads(store: Store, found: Sequence[Thread], now: datetime, zone: ZoneInfo, language: str) -> Table:
    """Return the threads without who asked and who answered; secrets in titles are masked.

    Whoever is not recorded any more, or took the question back, has no words in it.
    """
    silent = await _silent(store, {thread.asker for thread in found})
    names = {group.id: group.name or group.key for group in await groups.every(store)}
    called = {key: topic.name(language) for key, topic in (await topics.every(store)).items()}
    head = Texts.THREAD_HEAD.in_language(language).split(",")
    rows = []
    for thread in found:
        facts, verdict = thread.facts, thread.verdict(now)
        moments = (facts.asked_at, facts.first_response_at, facts.first_answer_at, verdict.resolved_at)
        topic = called.get(thread.topic, thread.topic)
        hidden = thread.asker in silent or verdict.outcome is Outcome.WITHDRAWN
        rows.append([
            thread.id, names.get(thread.group_id, ""), topic, "" if hidden else mask(thread.title),
            *(_local(at, zone) for at in moments), verdict.outcome.value, verdict.evidence or "",
        ])  # fmt: skip
    return [head, *rows]


async def _silent(store: Store, askers: Iterable[int]) -> set[int]:
    """Return those members that do not want to be recorded."""
    found = await members.several(store, askers)
    gone: set[int] = set()
    for platform in {member.platform for member in found.values()}:
        keys = {member.key: number for number, member in found.items() if member.platform == platform}
        gone.update(keys[key] for key in await privacy.opted_out(store, platform, list(keys)))
    return gone


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(sep=" ", timespec="minutes")
