"""Drafting: on request, a language model tells what solved threads say about a question, marked as nobody's word."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handlers import (
    ANSWER_AGE,
    OPTIONAL_NUMBER,
    Command,
    Context,
    Errand,
    Outside,
    Reply,
    Right,
    Router,
    Text,
    UserError,
    answer,
)
from handlers._articles.told import number
from handlers._drafting import Prompt, checking, prompt, switch
from handlers._drafting.gathering import Ready, cleared, gather
from handlers._drafting.switch import sent_from
from handlers._threads.choosing import choose
from handlers._threads.described import is_asker, meant
from handlers._threads.sharing import configured, quotable, quotable_in
from handlers._threads.suggesting import question_of
from storage import drafts, errands, groups, members, memberships, suggestions, threads
from storage.replies import Body, Button
from storage.suggestions import Offered, Verdict
from storage.threads import Thread

FEATURE, EXPLAIN = "drafting", "explain"
SENTENCES = 5
_NO = Verdict.REJECTED
_CITED_ARTICLE = re.compile(r"(?<=\[)文\d{1,18}(?=\])")


class Settings(BaseModel):
    """`[handlers.drafting]`; nothing of it matters while `[llm]` is off.

    Attributes:
        explain: Whether members may ask for a draft.
        words: Whether a group's words may be sent to the model, for its own drafts or for others'.
        minutes: How long one member waits between two of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    explain: bool = True
    words: bool = True
    minutes: int = Field(10, ge=1, le=1440)


class Texts:
    """A draft is never more than that, and what is not known is said as calmly."""

    HEAD = Text(zh="机器草稿，依据 {sources}，没人核过", en="Drafted by a machine from {sources}, checked by nobody")
    FITS = Text(zh="对上了回「解决了」，不对回「没解决」。", en="If it fits, reply /solved; if not, /reopen.")
    ORIGINAL = Text(zh="原话：发「看 {number}」。", en="What people said themselves: /show {number}.")
    UNKNOWN = Text(
        zh="翻过 {sources}，里面没说到，我不知道。",
        en="I looked into {sources}; they do not tell, so I do not know.",
    )
    WEAK = Text(
        zh="没有够像的旧题可依据，我不知道，不乱写。#{thread} 在等人答。",
        en="Nothing that was solved is like it, so I do not know, and I make nothing up. #{thread} waits for people.",
    )
    FAILED = Text(
        zh="这会儿写不出草稿。看原话：发「看 {number}」。",
        en="No draft can be written just now. What people said: /show {number}.",
    )
    OFF = Text(
        zh="这里没开机器草稿。看原话：发「看 编号」。", en="No drafts are written here. /show NUMBER has the words."
    )
    WAIT = Text(
        zh="草稿 {minutes} 分钟写一份，晚点再叫我。看原话：发「看 {thread}」。",
        en="One draft in {minutes} minutes. Until then: /show {thread}.",
    )
    ELSEWHERE = Text(
        zh="#{thread} 不是这个群的题，到它的群里说「展开讲讲」。",
        en="#{thread} belongs to another group; ask for it there.",
    )
    NOT_QUOTED = Text(
        zh="#{thread} 所在的群设了原话不外传，不拿去写草稿。",
        en="The group of #{thread} keeps its words to itself, so they are not used for a draft.",
    )
    USAGE = Text(zh="讲哪一题？这样写：「展开讲讲 2941」。", en="Which one? Like this: /explain 2941.")
    HELP = Text(zh="请机器按旧题写个草稿", en="have a machine draft an answer from what was solved before")


_LABELS = {"solved": Text(zh="解决了", en="Solved"), "reopen": Text(zh="没解决", en="Not solved")}

router = Router(Settings)


# -- asking for it ----------------------------------------------------------------------------------------------------


@router.command(
    EXPLAIN, "展开讲讲", "展开说说", needs=Right.SELF, fits=OPTIONAL_NUMBER, help=Texts.HELP, usage=Texts.USAGE
)
async def explain(command: Command, ctx: Context[Settings]) -> Reply | Errand:
    """Have a draft written about a thread of this group, if something that was solved is like it."""
    if not (ctx.community.drafts and ctx.settings.explain and ctx.settings.words):
        return answer(ctx.say(Texts.OFF))
    thread = await meant(command, ctx)
    if thread is None:
        raise UserError(ctx.say(Texts.USAGE))
    about = f"thread:{thread.id}"
    if not await _may_ask(ctx, thread):
        return answer(ctx.say(Texts.ELSEWHERE, thread=thread.id))
    if thread.group_id not in await sent_from(ctx.store, await quotable(ctx), switch.configured(ctx)):
        return answer(ctx.say(Texts.NOT_QUOTED, thread=thread.id), about=about)
    key = await _turn(ctx)
    if key is None:
        return answer(ctx.say(Texts.WAIT, thread=thread.id, minutes=ctx.settings.minutes), about=about)
    found = await _sources(ctx, thread)
    if not any(found.values()):
        return answer(ctx.say(Texts.WEAK, thread=thread.id), about=about)
    return await _errand(command, ctx, thread, key, found)


async def _may_ask(ctx: Context[Any], thread: Thread) -> bool:
    """Say whether a thread is the speaker's, or of this group; in a direct, of a group that they are in."""
    if thread.group_id == ctx.group.id or await is_asker(ctx, thread):
        return True
    own = await members.siblings(ctx.store, ctx.speaker.id)
    return ctx.group.is_direct and thread.group_id in await memberships.groups_of(ctx.store, own)


async def _turn(ctx: Context[Settings]) -> str | None:
    """Return the key of the speaker's turn; None where the last one is not long enough ago."""
    span = timedelta(minutes=ctx.settings.minutes)
    own = await members.siblings(ctx.store, ctx.speaker.id)
    key = _key(ctx, span)
    if await drafts.asked_since(ctx.store, own, ctx.now() - span) or await errands.is_known(ctx.store, key):
        return None
    return key


def _key(ctx: Context[Any], span: timedelta) -> str:
    """Return a key that the speaker's requests of one span share: what waits in the queue counts as well."""
    return f"{EXPLAIN}:{ctx.speaker.person_id}:{int(ctx.now().timestamp() // span.total_seconds())}"


async def _sources(ctx: Context[Any], thread: Thread) -> dict[str, list[int]]:
    """Return what a draft may rest on here: what would be suggested, and the thread itself where it was answered."""
    said = "\n".join(await question_of(ctx, thread))
    offers = await suggestions.of_thread(ctx.store, thread.id)
    rejected = {kind: {one.target for one in offers if (one.kind, one.verdict) == (kind, _NO)} for kind in Offered}
    left_out = {thread.id, *rejected[Offered.THREAD]}
    found = await choose(ctx, said, topic=thread.topic, threads=left_out, articles=rejected[Offered.ARTICLE])
    own = [thread.id] if thread.facts.first_answer_at is not None else []
    return {
        "threads": [*own, *(match.thread.id for match in found.matches)],
        "articles": [] if found.article is None else [found.article.article.id],
    }


async def _errand(command: Command, ctx: Context[Any], thread: Thread, key: str, found: dict[str, list[int]]) -> Errand:
    """Return what is done outside of the turn; its payload has numbers and no words."""
    payload = {
        **found,
        "thread": thread.id,
        "language": ctx.language,
        "sharing": configured(ctx),
        "words": switch.configured(ctx),
        "asked_at": ctx.now().isoformat(),
        "reply_to": None if command.message is None else command.message.key,
        "own": await is_asker(ctx, thread),
        "commands": sorted({name for one in ctx.features for entry in one.router.commands for name in entry.names}),
    }
    return Errand(FEATURE, EXPLAIN, key, payload, group=ctx.group.id, member=ctx.speaker.id)


# -- writing it -------------------------------------------------------------------------------------------------------


@router.errand(EXPLAIN, drafts=True)
async def write(errand: Errand, outside: Outside) -> list[Reply]:
    """Ask the model about what may still be quoted, and return what is left of its words; else say so in one line."""
    asked_at = datetime.fromisoformat(errand.payload["asked_at"])
    if outside.now() >= asked_at + ANSWER_AGE or outside.draft is None:
        return []
    found = await _ready(errand, outside)
    drafted = None if found is None or not found.sources else await outside.draft(_prompt(errand, found))
    if found is None or drafted is None:
        return [_reply(errand, asked_at, _say(errand, Texts.FAILED, number=_first(errand, found)))]
    words = {source.label: source.words for source in found.sources}
    commands = errand.payload["commands"]
    kept = checking.checked(drafted.text, words, asked=found.question, commands=commands, most=SENTENCES)
    if not kept.sentences:
        return [_reply(errand, asked_at, _sourced(errand, Texts.UNKNOWN, tuple(words)))]
    return [_reply(errand, asked_at, *_lines(errand, kept), drafted=True)]


async def _ready(errand: Errand, outside: Outside) -> Ready | None:
    """Return question and sources as they may leave; None where the question may not be quoted any more."""
    payload = errand.payload
    async with outside.read() as store:
        where = await groups.get(store, errand.group or 0)
        quoted = await quotable_in(store, where, errand.member or 0, payload["sharing"])
        allowed = await sent_from(store, quoted, payload["words"])
        thread = await threads.find(store, payload["thread"])
        if thread is None or thread.group_id not in allowed:
            return None
        found = await gather(store, thread, payload["threads"], payload["articles"], allowed)
    return await cleared(found)


def _prompt(errand: Errand, found: Ready) -> Prompt:
    rules = prompt.rules(prompt.EXPLAIN, found.sources, errand.payload["language"], SENTENCES)
    data = prompt.data(found.question, found.sources)
    return Prompt(EXPLAIN, f"thread:{errand.payload['thread']}", rules, data, errand.group, errand.member)


def _lines(errand: Errand, kept: checking.Checked) -> list[str]:
    """Return the draft as it is posted: what it is, at most five sentences, and both exits; seven lines."""
    own, thread = errand.payload["own"], errand.payload["thread"]
    last = _say(errand, Texts.FITS) if own else _say(errand, Texts.ORIGINAL, number=thread)
    language = errand.payload["language"]
    said = [checking.in_words(sentence, language) for sentence in kept.sentences]
    said = [_CITED_ARTICLE.sub(lambda hit: _shown(errand, hit[0]), sentence) for sentence in said]
    return [_sourced(errand, Texts.HEAD, kept.cited), *said, last]


def _sourced(errand: Errand, text: Text, labels: tuple[str, ...]) -> str:
    """Return a line that names sources as people see them: #2902、文 12."""
    between = ", " if errand.payload["language"] == "en" else "、"
    sources = between.join(_shown(errand, label) for label in labels)
    return _say(errand, text, sources=sources).replace(" 文", "文")


def _shown(errand: Errand, label: str) -> str:
    return label if label[0] == "#" else number(int(label[1:]), errand.payload["language"])


def _first(errand: Errand, found: Ready | None) -> str:
    """Return the thread in which people's own words are to be read: the first source, else the one that was asked."""
    labels = [] if found is None else [one.label[1:] for one in found.sources if one.label[0] == "#"]
    return labels[0] if labels else str(errand.payload["thread"])


def _say(errand: Errand, text: Text, **values: object) -> str:
    return text.in_language(errand.payload["language"], **values)


def _reply(errand: Errand, asked_at: datetime, *lines: str, drafted: bool = False) -> Reply:
    payload = errand.payload
    thread = payload["thread"]
    buttons = tuple(
        Button(_say(errand, label), f"/{command} {thread}") for command, label in _LABELS.items() if drafted
    )
    body = Body(Body.of(*lines).blocks, buttons)
    return Reply(body, reply_to=payload["reply_to"], about=f"thread:{thread}", expires_at=asked_at + ANSWER_AGE)
