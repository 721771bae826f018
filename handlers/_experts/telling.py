"""How an expert is asked: the question in brief, why they, how often this week, and the ways out."""

from __future__ import annotations

import re
from typing import Any

from handlers import Body, Context, Text
from handlers._experts.knowing import Known, named
from handlers._threads.described import head
from handlers._wording import durations
from handlers._wording.masking import quoted
from handlers._wording.names import call_name, spaced
from storage import members, metoo, threads, topics
from storage.experts import Expert
from storage.replies import Button
from storage.threads import Placed, Thread

TRIED_LIMIT = 60
_VERSION = re.compile(
    r"(?:postgresql|postgres|pg|mysql|oracle|patroni|pgbouncer|postgis|pgvector|timescaledb|citus)"
    r"[\s:：v-]{0,3}\d{1,2}(?:\.\d{1,2}){0,2}",
    re.IGNORECASE,
)
VERSIONS = 3
_ENDS = "？?。.！!，,： "


class Texts:
    """What an expert reads; no is as easy as yes."""

    GREETING = Text(zh="{name}，有一题想请你看一眼，不急。", en="{name}, would you look at a question? No hurry.")
    GREETING_UNNAMED = Text(zh="有一题想请你看一眼，不急。", en="Would you look at a question? No hurry.")
    QUESTION = Text(zh="{head}：{facts}", en="{head}: {facts}")
    WAITED = Text(zh="等了 {span}", en="waiting for {span}")
    METOO = Text(zh="同问 {count} 人", en="{count} have it as well")
    TRIED = Text(zh="提问者补过：「{words}」", en="The asker added: “{words}”")
    STILL = Text(zh="群里试过还是不行：「{words}」", en="Tried, and still broken: “{words}”")
    SAID = Text(zh="群里说过：「{words}」", en="Said so far: “{words}”")
    SOLVED = Text(zh="找你，是因为 {threads} 是你答好的。", en="Why you: you solved {threads}.")
    DECLARED = Text(zh="找你，是因为你说过擅长「{topics}」。", en="Why you: you said that you know {topics}.")
    ONCE = Text(zh="这周只找你这一次。", en="This is the only time this week.")
    TURN = Text(zh="这周第 {turn} 次，最多 {cap} 次。", en="No. {turn} this week, of {cap} at most.")
    HOW = Text(
        zh="直接回这条，我{signed}转到群里；回「换人」我找别人，回「歇一周」就不打扰。不回也没事。",
        en="Reply to this and I post it in the group, {signed}; /pass and I ask somebody else; /rest for a week "
        "without me. Silence is fine, too.",
    )
    SIGNED = Text(zh="署你的名", en="with your name")
    UNSIGNED = Text(zh="不署名", en="without your name")
    PASS = Text(zh="换人", en="Somebody else")
    REST = Text(zh="歇一周", en="Rest a week")


async def request(ctx: Context[Any], thread: Thread, expert: Expert, found: Known, *, turn: int, cap: int) -> Body:
    """Return what an expert is asked about a thread; `turn` of `cap` in these seven days."""
    member = await members.get(ctx.store, expert.member)
    name = call_name(member.name)
    placed = await threads.content(ctx.store, thread.id)
    lines = [ctx.say(Texts.GREETING, name=name) if name else ctx.say(Texts.GREETING_UNNAMED)]
    asked = head(thread, ctx.language).rstrip(_ENDS)
    lines.append(ctx.say(Texts.QUESTION, head=asked, facts=await _facts(ctx, thread, placed)))
    lines += tried(ctx, thread, placed)
    limit = ctx.say(Texts.ONCE) if cap == 1 else ctx.say(Texts.TURN, turn=turn, cap=cap)
    between = " " if ctx.language == "en" else ""
    lines.append(f"{await _why(ctx, thread, expert, found)}{between}{limit}")
    lines.append(ctx.say(Texts.HOW, signed=ctx.say(Texts.SIGNED if member.signed and name else Texts.UNSIGNED)))
    buttons = (
        Button(ctx.say(Texts.PASS), f"/pass {thread.id}"),
        Button(ctx.say(Texts.REST), "/rest"),
    )
    return Body(Body.of(*(spaced(line) for line in lines)).blocks, buttons)


async def _facts(ctx: Context[Any], thread: Thread, placed: list[Placed]) -> str:
    english = ctx.language == "en"
    said = " ".join(p.message.text for p in placed if p.message.member_id == thread.asker)
    versions = list(dict.fromkeys(" ".join(found[0].split()) for found in _VERSION.finditer(said)))[:VERSIONS]
    versions = [version for version in versions if version not in thread.title]
    facts = [*versions, ctx.say(Texts.WAITED, span=durations.rough(ctx.now() - thread.facts.asked_at, ctx.language))]
    if count := (await metoo.counts(ctx.store, [thread.id])).get(thread.id, 0):
        facts.append(ctx.say(Texts.METOO, count=count))
    return (", " if english else "，").join(facts)


def tried(ctx: Context[Any], thread: Thread, placed: list[Placed]) -> list[str]:
    """Return what was tried or said so far: that it still does not work, else the last answer, else a detail."""
    for role, text, own in (
        ("still_broken", Texts.STILL, True),
        ("answer", Texts.SAID, False),
        ("detail", Texts.TRIED, True),
    ):
        said = [p.message.text for p in placed if p.role == role and (p.message.member_id == thread.asker) is own]
        if said and (words := quoted(said[-1], TRIED_LIMIT)):
            return [ctx.say(text, words=words)]
    return []


async def _why(ctx: Context[Any], thread: Thread, expert: Expert, found: Known) -> str:
    solved = found.solved(expert.person, thread.topic)[:2]
    if solved:
        between = ", " if ctx.language == "en" else "、"
        return ctx.say(Texts.SOLVED, threads=between.join(f"#{number}" for number in reversed(solved)))
    tree = await topics.every(ctx.store)
    line = found.lines[thread.topic]
    said = sorted((key for key in expert.declared if key in line), key=lambda key: -line[key])
    return ctx.say(Texts.DECLARED, topics=named(tree, said[:1], ctx.language))
