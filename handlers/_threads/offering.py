"""Offering: how an old answer that may fit is shown: whose words, when they were said, and whether they helped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers import Context, Text
from handlers._articles import finding, told
from handlers._articles.finding import Fit
from handlers._threads.answers import Answer, answer_of
from handlers._threads.asked import Match
from handlers._threads.choosing import Choice
from handlers._threads.described import head
from handlers._wording import durations, names
from handlers._wording.masking import quoted
from storage.outcome import Evidence, Outcome
from storage.replies import Block, Paragraph, Plain, Quote
from storage.threads import Thread

LINES = 6  # of what is offered; one is left for what can be done with it


class Texts:
    """An old answer in its author's own words."""

    ARTICLE = Text(zh="这一题有整理好的：", en="This was written down:")

    FOUND = Text(zh="以前解决过一个很像的：", en="Something very similar was solved before:")
    FOUND_ANSWERED = Text(
        zh="以前有个很像的，有人答过，结果不明：", en="Something very similar was answered before, outcome not told:"
    )
    GIVEN = Text(zh="{name} {day}答，{proof}。", en="{name}, {day}; {proof}.")
    GIVEN_UNSIGNED = Text(zh="{day}有人答，{proof}。", en="Answered {day}; {proof}.")
    CONFIRMED = Text(zh="提问者试过可行", en="the asker tried it and it worked")
    ENDORSED = Text(zh="管理员认可过", en="an admin accepted it")
    INFERRED = Text(zh="提问者道过谢", en="the asker said thanks")
    UNTOLD = Text(zh="提问者没说结果", en="the asker did not say how it went")
    ALSO = Text(zh="也可能是 {head}", en="Or maybe {head}")


async def shown(ctx: Context[Any], choice: Choice) -> list[Block]:
    """Return what is offered, and by a line each what else it may be: `LINES` at most."""
    if choice.article is not None:
        article = await finding.blocks(ctx, choice.article.article)
        blocks, others = [line(ctx.say(Texts.ARTICLE)), *article], choice.matches
    else:
        blocks, others = await _answered(ctx, choice), choice.matches[1:]
    return (blocks + await _also(ctx, others, choice.standing))[:LINES]


async def _answered(ctx: Context[Any], choice: Choice) -> list[Block]:
    """Return the likest thread with its answer, quoted where it was given in one of the groups that share."""
    best = choice.matches[0].thread
    solved = best.verdict(ctx.now()).outcome is Outcome.RESOLVED
    blocks: list[Block] = [
        line(ctx.say(Texts.FOUND if solved else Texts.FOUND_ANSWERED)),
        line(head(best, ctx.language)),
    ]
    given = await answer_of(ctx.store, best, choice.groups)
    words = "" if given is None else quoted(given.text)
    if given is not None and words:
        blocks += [Quote(words), line(await _given(ctx, best, given))]
    return blocks


async def _also(ctx: Context[Any], matches: Iterable[Match], standing: Mapping[int, Fit]) -> list[Block]:
    """Return a line for each thread, for the article where one is made from it."""
    heads = [
        await told.head(ctx, standing[match.thread.id].article)
        if match.thread.id in standing
        else head(match.thread, ctx.language)
        for match in matches
    ]
    return [line(ctx.say(Texts.ALSO, head=one)) for one in dict.fromkeys(heads)]


async def _given(ctx: Context[Any], thread: Thread, given: Answer) -> str:
    """Return who answered, when, and whether it worked."""
    proofs = {
        Evidence.CONFIRMED: Texts.CONFIRMED,
        Evidence.ENDORSED: Texts.ENDORSED,
        Evidence.INFERRED: Texts.INFERRED,
    }
    evidence = thread.verdict(ctx.now()).evidence
    proof = ctx.say(proofs.get(evidence, Texts.UNTOLD) if evidence else Texts.UNTOLD)
    day = durations.day(given.at, ctx.now(), ctx.community.zone, ctx.language)
    name = await names.author(ctx.store, thread.group_id, given.member, given.message)
    if not name:
        return ctx.say(Texts.GIVEN_UNSIGNED, day=day, proof=proof)
    return ctx.say(Texts.GIVEN, name=name, day=day, proof=proof)


def line(text: str) -> Paragraph:
    """Return a line of plain text."""
    return Paragraph((Plain(text),))
