"""Runs the fake as a process of its own, from a script, for tests that kill the bot.

`python -m tests.platforms.onebot.fake --port 3001 --token secret --groups 3 --script lines.jsonl --ledger ledger.jsonl`
(`--url ws://...` instead of `--port` lets it connect to the bot; `--script -` reads lines from standard input.)

A line of the script is one object:

    {"do": "say", "group": 1, "user": 20001, "text": "第 {n} 条", "times": 100, "every": 0.01}
    {"do": "whisper", "user": 20001, "text": "/help"}
    {"do": "wait", "for": "clients", "least": 1}      (or "posts"; "within" seconds, 60 unless told)
    {"do": "sleep", "seconds": 1}
    {"do": "cut"}
    {"do": "faults", "duplicate": 0.3, "silent_acts": true}
    {"do": "quit"}

What was said and posted goes to the ledger (or standard output), one object a line: {"said": ...}, {"post": ...}.
The first line is {"ready": address}. At the end of the script it stays until it is told to quit or killed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from tests.platforms.onebot.actions import Post
from tests.platforms.onebot.fake import NapCat
from tests.platforms.onebot.world import Member, Said


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.platforms.onebot.fake", description="A fake OneBot implementation."
    )
    parser.add_argument("--port", type=int, default=0, help="listen here (0: any)")
    parser.add_argument("--url", help="connect to this address instead")
    parser.add_argument("--token", default="")
    parser.add_argument("--self-id", type=int, default=10001)
    parser.add_argument("--groups", type=int, default=1, help="groups 1..N, with members 20001..20009")
    parser.add_argument("--heartbeat", type=float, default=30)
    parser.add_argument("--report-self", action="store_true")
    parser.add_argument("--script", default="-")
    parser.add_argument("--ledger", help="a file to append to")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        ledger = stack.enter_context(Path(options.ledger).open("a")) if options.ledger else sys.stdout
        stack.enter_context(contextlib.suppress(KeyboardInterrupt))
        asyncio.run(_run(options, ledger))


async def _run(options: argparse.Namespace, ledger: TextIO) -> None:
    fake = NapCat(options.self_id, token=options.token, heartbeat=options.heartbeat, report_self=options.report_self)
    for number in range(1, options.groups + 1):
        fake.world.add_group(number, f"PG {number} 群", tuple(Member(20000 + n, f"群友{n}") for n in range(1, 10)))
    road = fake.reverse(options.url) if options.url else fake.forward(port=options.port)
    async with road as address:
        _write(ledger, ready=address or options.url)
        teller = asyncio.create_task(_tell_posts(fake, ledger))
        await _play(fake, options.script, ledger)
        teller.cancel()


async def _play(fake: NapCat, script: str, ledger: TextIO) -> None:
    async for line in _lines(script):
        order = json.loads(line)
        what = order.pop("do")
        if what == "quit":
            return
        await _obey(fake, what, order, ledger)
    await asyncio.Event().wait()


async def _lines(script: str) -> AsyncIterator[str]:
    file = sys.stdin if script == "-" else await asyncio.to_thread(open, script)
    with file:
        while line := await asyncio.to_thread(file.readline):
            if line.strip():
                yield line


async def _obey(fake: NapCat, what: str, order: dict[str, Any], ledger: TextIO) -> None:
    if what == "say":
        for n in range(1, order.get("times", 1) + 1):
            _write_said(
                ledger, fake, await fake.say(order["group"], order["user"], order["text"].replace("{n}", str(n)))
            )
            await asyncio.sleep(order.get("every", 0))
    elif what == "whisper":
        _write_said(ledger, fake, await fake.whisper(order["user"], order["text"]))
    elif what == "wait":
        listed = fake.clients if order["for"] == "clients" else fake.posts
        await fake.until(lambda: len(listed) >= order.get("least", 1), timeout=order.get("within", 60))
    elif what == "sleep":
        await asyncio.sleep(order["seconds"])
    elif what == "cut":
        await fake.cut()
    elif what == "faults":
        fake.faults = replace(fake.faults, **order)
    else:
        raise SystemExit(f"unknown order {what!r}")


async def _tell_posts(fake: NapCat, ledger: TextIO) -> None:
    told = 0
    while True:
        await fake.until(partial(_more_than, fake.posts, told), timeout=86_400)
        for post in fake.posts[told:]:
            _write(ledger, post=asdict(post) | {"text": post.text})
            told += 1


def _more_than(listed: list[Post], count: int) -> bool:
    return len(listed) > count


def _write_said(ledger: TextIO, fake: NapCat, said: Said) -> None:
    _write(ledger, said=asdict(said), clients=len(fake.clients))


def _write(ledger: TextIO, **line: object) -> None:
    print(json.dumps(line, ensure_ascii=False), file=ledger, flush=True)
