"""Which topics a person says to know, and which their answers tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from handlers import Context, Reply, UserError, answer
from handlers._experts.knowing import known, named
from handlers._experts.settings import Settings
from handlers._topic_names import listed, look_up
from handlers._wording.masking import quoted
from handlers.experts._agreeing import example
from handlers.experts._texts import Skills as Texts
from handlers.experts._texts import Texts as Agreeing
from storage import experts, members, topics
from storage.experts import Expert
from storage.topics import Topic

MOST = 20
_DROP = re.compile(r"(?:drop|去掉|不会)(?: |$)")
_BETWEEN = re.compile(r"\s*[,，、;；]\s*")


async def said(ctx: Context[Settings], words: str) -> Reply:
    """Keep, or take back, what the speaker says to know; without words, show it."""
    own = await members.siblings(ctx.store, ctx.speaker.id)
    tree = await topics.every(ctx.store)
    if not words:
        return answer(*await _shown(ctx, own, tree))
    drop = _DROP.match(words)
    found = _read(ctx, words if drop is None else words[drop.end() :], list(tree.values()))
    keys = [topic.key for topic in found]
    if drop is not None:
        held = await experts.declared_by(ctx.store, own)
        gone = [key for key in keys if key in held]
        await experts.drop(ctx.store, own, gone)
        text = Texts.DROPPED if gone else Texts.NOTHING
        return answer(ctx.say(text, topics=named(tree, gone, ctx.language)))
    await experts.declare(ctx.store, ctx.speaker.id, keys, ctx.now())
    held = await experts.declared_by(ctx.store, own)
    if len(held) > MOST:
        raise UserError(ctx.say(Texts.MOST, most=MOST))
    lines = [ctx.say(Texts.NOTED, topics=named(tree, held, ctx.language))]
    agreed = ctx.speaker.person_id in await experts.every(ctx.store)
    return answer(*lines, *([] if agreed else [ctx.say(Agreeing.NOT_YET)]))


def _read(ctx: Context[Any], words: str, tree: list[Topic]) -> list[Topic]:
    """Return the topics that are named; where several words are none, each stands for itself.

    Raises:
        UserError: There is no such topic; names the near ones.
    """
    found: list[Topic] = []
    for part in _BETWEEN.split(words):
        each = part.split()
        whole, near = look_up(part, tree)
        if whole is not None or len(each) < 2:
            found.append(_found(ctx, part, whole, near, tree))
        else:
            found += [_found(ctx, word, *look_up(word, tree), tree) for word in each]
    return list(dict.fromkeys(found))


def _found(ctx: Context[Any], word: str, topic: Topic | None, near: Sequence[Topic], tree: list[Topic]) -> Topic:
    if topic is None:
        held = [one for one in near if word.casefold() in one.en.casefold()]
        if len(held) == 1:
            return held[0]
        names = listed(near, ctx.language) or listed(tree, ctx.language)
        raise UserError(ctx.say(Texts.UNKNOWN, words=quoted(word, 20), near=names))
    return topic


async def _shown(ctx: Context[Settings], own: Sequence[int], tree: dict[str, Topic]) -> list[str]:
    declared = [key for key in await experts.declared_by(ctx.store, own) if key in tree]
    me = ctx.speaker
    nothing_said = Expert(me.person_id, me.id, frozenset(own), ctx.now())
    found = await known(ctx, tree, {me.person_id: nothing_said})
    learnt = [key for key, each in found.skills.items() if each.get(me.person_id) and each[me.person_id].known]
    learnt = [key for key in learnt if key not in declared]
    lines = [ctx.say(Texts.MINE, topics=named(tree, declared, ctx.language))] if declared else []
    lines += [ctx.say(Texts.LEARNT, topics=named(tree, learnt, ctx.language))] if learnt else []
    if declared:
        lines.append(ctx.say(Texts.HOW, topic=tree[declared[0]].name(ctx.language)))
    none = ctx.say(Texts.NONE, example=await example(ctx), topics=listed(tree.values(), ctx.language))
    return lines if lines else [none]
