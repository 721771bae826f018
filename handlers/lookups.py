"""Look-ups: who still waits, your own questions, search, and one thread as a whole."""

from __future__ import annotations

from datetime import timedelta

from classifiers import Role
from handlers import (
    ANY,
    NOTHING,
    NUMBER,
    Command,
    Context,
    NoSettings,
    Reply,
    Right,
    Router,
    Text,
    UserError,
    answer,
)
from handlers._articles.finding import shelf_of
from handlers._articles.told import head as pointed_at
from handlers._threads.described import head, is_asker, meant, own, state, waiting
from handlers._threads.sharing import quotable
from handlers._wording import durations, names
from handlers._wording.masking import flat, quoted
from storage import articles, members, memberships, metoo, search, threads, topics
from storage.messages import UNSIGNED
from storage.outcome import Outcome
from storage.threads import Placed, Thread

MOST, MOST_ARTICLES = 5, 2
LOOKED_BACK = timedelta(days=60)  # a thread with chatter in it may wait that long
HITS = 200
SHOWN_ANSWERS = 7
QUESTION_LIMIT, ANSWER_LIMIT, WORDS_LIMIT = 160, 100, 24


class Texts:
    """Problems, not people: nobody is exposed for waiting."""

    OPEN = Text(zh="本群还有 {count} 题在等：", en="Still waiting here, {count} in all:")
    OPEN_MOST = Text(zh="本群还有 {count} 题在等，等得最久的 {most} 题：", en="{count} wait here; the {most} longest:")
    OPEN_IN_DIRECT = Text(
        zh="你在的群里还有 {count} 题在等，等得最久的：", en="{count} wait in your groups; the longest:"
    )
    OPEN_NONE = Text(zh="本群没有在等的题。", en="Nothing is waiting here.")
    OPEN_NONE_IN_DIRECT = Text(zh="你在的群里没有在等的题。", en="Nothing is waiting in your groups.")
    OPEN_HOW = Text(
        zh="会哪题直接在群里说，带上编号。看前情：发「看 {number}」。",
        en="If you know one, say it in the group with its number. What was said so far: /show {number}.",
    )
    MINE = Text(zh="你最近的题：", en="Your latest questions:")
    MINE_NONE = Text(
        zh="还没见你问过。有问题直接在群里问，我会记着。",
        en="I have not seen a question of yours. Just ask in the group, I keep track.",
    )
    MINE_HOW = Text(
        zh="好了回「解决了 编号」，没好回「没解决 编号」。", en="Reply “/solved number” or “/reopen number”."
    )
    FOUND = Text(zh="提到「{words}」的题：", en="Questions with “{words}”:")
    FOUND_MOST = Text(
        zh="提到「{words}」的有 {count} 题，最像的 {most} 题：", en="{count} have “{words}”; the best {most}:"
    )
    FOUND_HOW = Text(zh="看全文：发「看 {number}」。", en="The whole thread: /show {number}.")
    ARTICLES = Text(zh="整理好的：", en="Reviewed:")
    ARTICLES_HOW = Text(zh="看全文：发「文 {number}」。", en="In full: /article {number}.")
    FOUND_NONE = Text(
        zh="没找到提到「{words}」的题。换个词试试，或者 @我 把问题说完整。",
        en="No question has “{words}”. Try another word, or mention me with the whole question.",
    )
    FIND_USAGE = Text(zh="要找什么？这样写：「找 复制槽」。", en="Find what? Like this: /find replication slot.")
    SHOW_USAGE = Text(zh="看哪一题？这样写：「看 2941」。", en="Which one? Like this: /show 2941.")
    ASKED = Text(zh="{name} {when} 问：{words}", en="{name}, {when}: {words}")
    ASKED_UNSIGNED = Text(zh="{when} 问：{words}", en="Asked {when}: {words}")
    GONE = Text(zh="（原文看不到了）", en="(its text is gone)")
    SAID = Text(zh="{name}：{words}", en="{name}: {words}")
    ACCEPTED = Text(zh="{name}：{words}（就是它管用）", en="{name}: {words} (this one worked)")
    SOMEBODY = Text(zh="有人", en="Somebody")
    ASKER = Text(zh="提问者", en="The asker")
    MORE = Text(zh="另有 {count} 条没列。", en="{count} more are not shown.")
    STATE = Text(zh="结果：{state}", en="Outcome: {state}")
    STATE_METOO = Text(zh="结果：{state}，同问 {count}", en="Outcome: {state}; {count} said the same")
    NOT_QUOTED = Text(
        zh="这一题所在的群设了不转述，原话不给看。",
        en="Its group does not want to be quoted, so this is all I show.",
    )
    OPEN_HELP = Text(zh="哪些题还没人答", en="what nobody answered yet")
    MINE_HELP = Text(zh="你问过的题", en="your own questions")
    FIND_HELP = Text(zh="按词找问过的题", en="find questions by words")
    SHOW_HELP = Text(zh="看一题的来龙去脉", en="show one question as a whole")


router = Router(NoSettings)


@router.command("open", "还有谁在等", "还有谁没解决", needs=Right.READ, fits=NOTHING, help=Texts.OPEN_HELP)
async def still_open(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show what still waits, longest wait first."""
    where = [ctx.group.id]
    if ctx.group.is_direct:
        seen = await memberships.groups_of(ctx.store, await members.siblings(ctx.store, ctx.speaker.id))
        where = [group for group in await quotable(ctx) if group in seen]
    found = await threads.unresolved(ctx.store, where, ctx.now() - LOOKED_BACK, ctx.now())
    if not found:
        return answer(ctx.say(Texts.OPEN_NONE_IN_DIRECT if ctx.group.is_direct else Texts.OPEN_NONE))
    shown = found[:MOST]
    told = await metoo.counts(ctx.store, [thread.id for thread in shown])
    lines = [waiting(thread, told.get(thread.id, 0), ctx.now(), ctx.language) for thread in shown]
    heading = Texts.OPEN if len(found) <= MOST else Texts.OPEN_MOST
    if ctx.group.is_direct:
        heading = Texts.OPEN_IN_DIRECT
    first = ctx.say(heading, count=len(found), most=MOST)
    return answer(first, *lines, ctx.say(Texts.OPEN_HOW, number=shown[0].id))


@router.command("mine", "我的", "我的问题", needs=Right.SELF, fits=NOTHING, help=Texts.MINE_HELP)
async def mine(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show your own questions and how they stand; in a group only those asked there."""
    here = (await own(ctx, limit=50))[:MOST]
    if not here:
        return answer(ctx.say(Texts.MINE_NONE))
    return answer(ctx.say(Texts.MINE), *_with_state(here, ctx), ctx.say(Texts.MINE_HOW))


@router.command("find", "找", needs=Right.READ, fits=ANY, help=Texts.FIND_HELP, usage=Texts.FIND_USAGE)
async def find(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Find questions by words; all of them must be there, taken as they stand."""
    if not search.phrases(command.args):
        raise UserError(ctx.say(Texts.FIND_USAGE))
    words = quoted(command.args, WORDS_LIMIT)
    inside = await quotable(ctx)
    told = await _articles(command.args, inside, ctx)
    hits = await search.find(ctx.store, command.args, groups=inside, limit=HITS)
    held = await threads.holding(ctx.store, hits)
    unique = {held[hit].id: held[hit] for hit in hits if hit in held}
    counted = [t for t in unique.values() if t.verdict(ctx.now()).outcome not in {Outcome.INVALID, Outcome.WITHDRAWN}]
    if not counted:
        return answer(*told) if told else answer(ctx.say(Texts.FOUND_NONE, words=words))
    most = MOST - len(told)
    shown = counted[:most]
    heading = Texts.FOUND if len(counted) <= most else Texts.FOUND_MOST
    first = ctx.say(heading, words=words, count=len(counted), most=most)
    return answer(*told, first, *_with_state(shown, ctx), ctx.say(Texts.FOUND_HOW, number=shown[0].id))


async def _articles(words: str, inside: list[int], ctx: Context[NoSettings]) -> list[str]:
    """Return the lines of the reviewed articles that hold the words, the latest ones, and how to read on."""
    found = (await shelf_of(ctx)).holding(words, inside)[:MOST_ARTICLES]
    every = await articles.several(ctx.store, found)
    lines = [await pointed_at(ctx, every[number]) for number in found]
    return [ctx.say(Texts.ARTICLES), *lines, ctx.say(Texts.ARTICLES_HOW, number=found[0])] if found else []


def _with_state(found: list[Thread], ctx: Context[NoSettings]) -> list[str]:
    return [f"{head(thread, ctx.language)} · {state(thread, ctx.now(), ctx.language)}" for thread in found]


@router.command("show", "看", needs=Right.READ, fits=NUMBER, help=Texts.SHOW_HELP, usage=Texts.SHOW_USAGE)
async def show(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show a question, its answers and how it ended."""
    thread = await meant(command, ctx)
    if thread is None:
        raise UserError(ctx.say(Texts.SHOW_USAGE))
    topic = (await topics.every(ctx.store)).get(thread.topic)
    first = head(thread, ctx.language) + (f" · {topic.name(ctx.language)}" if topic is not None else "")
    count = (await metoo.counts(ctx.store, [thread.id])).get(thread.id, 0)
    told = state(thread, ctx.now(), ctx.language)
    last = ctx.say(Texts.STATE_METOO if count else Texts.STATE, state=told, count=count)
    if thread.group_id not in await quotable(ctx) and not await is_asker(ctx, thread):
        return answer(f"#{thread.id}", ctx.say(Texts.NOT_QUOTED), last, about=f"thread:{thread.id}")
    return answer(first, *await _story(thread, ctx), last, about=f"thread:{thread.id}")


async def _story(thread: Thread, ctx: Context[NoSettings]) -> list[str]:
    """Return the question and what others said to it, by call name; who asked is told in the own group only."""
    placed = await threads.content(ctx.store, thread.id)
    others = [p for p in placed if p.role in {Role.ANSWER, Role.CLARIFY} and p.message.text.strip()]
    shown = chosen(others, thread.facts.accepted, SHOWN_ANSWERS)
    authors = {p.message.member_id for p in shown if p.message.member_id is not None} | {thread.asker}
    called = await names.called(ctx.store, thread.group_id, authors)
    unsigned = any(p.message.id == thread.first_message and UNSIGNED in p.message.flags for p in placed)
    lines = [_question(placed, thread, "" if unsigned else called.get(thread.asker, ""), ctx)]
    for p in shown:
        text = Texts.ACCEPTED if _worked(p, thread, ctx) else Texts.SAID
        asker = p.message.member_id == thread.asker and unsigned == (UNSIGNED in p.message.flags)
        known = ctx.say(Texts.ASKER if asker else Texts.SOMEBODY)
        name = known if UNSIGNED in p.message.flags else called.get(p.message.member_id or 0, known)
        lines.append(ctx.say(text, name=name, words=quoted(p.message.text, ANSWER_LIMIT)))
    if len(others) > len(shown):
        lines.append(ctx.say(Texts.MORE, count=len(others) - len(shown)))
    return lines


def _question(placed: list[Placed], thread: Thread, name: str, ctx: Context[NoSettings]) -> str:
    asked = [p.message.text for p in placed if p.message.member_id == thread.asker and p.role in {"question", "detail"}]
    words = quoted(flat(" ".join(asked)), QUESTION_LIMIT) or ctx.say(Texts.GONE)
    when = durations.when(thread.facts.asked_at, ctx.now(), ctx.community.zone, ctx.language)
    if thread.group_id != ctx.group.id or not name:
        return ctx.say(Texts.ASKED_UNSIGNED, when=when, words=words)
    return ctx.say(Texts.ASKED, name=name, when=when, words=words)


def _worked(placed: Placed, thread: Thread, ctx: Context[NoSettings]) -> bool:
    return placed.message.id == thread.facts.accepted and thread.verdict(ctx.now()).outcome is Outcome.RESOLVED


def chosen(others: list[Placed], accepted: int | None, most: int) -> list[Placed]:
    """Return at most `most` messages, in order: the accepted answer goes before answers, and those before the rest."""
    ranked = sorted(others, key=lambda p: (p.message.id != accepted, p.role != Role.ANSWER))
    kept = {p.message.id for p in ranked[:most]}
    return [p for p in others if p.message.id in kept]
