"""The knowledge base: what was solved becomes articles that people reviewed, listed, found, and kept true."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from handlers import (
    Command,
    Context,
    Errand,
    Feature,
    Outside,
    Replies,
    Reply,
    Right,
    Router,
    Scope,
    Section,
    Text,
    UserError,
)
from handlers._articles.finding import shelf_of
from handlers._rules import RuleText
from handlers._settings import effective
from handlers.articles import _asking as asking
from handlers.articles import _drafting as drafting
from handlers.articles import _reviewing as reviewing
from handlers.articles import _rewording as rewording
from handlers.articles import _showing as showing
from handlers.articles._learnt import learnt
from storage import schedules, settings
from storage.messages import Stored
from storage.schedules import Occurrence, Schedule

FEATURE, DAILY = "articles", "draft"
_BEFORE = ("experts", "ask", "questions")  # they take any private word for theirs
_WORDS = {
    "edit": "edit", "改": "edit", "retire": "retire", "下架": "retire", "history": "history", "历史": "history",
    "ok": "ok", "行": "ok", "drop": "drop", "扔": "drop",
}  # fmt: skip
_ORDER = re.compile(rf"(?i:(?P<word>{'|'.join(_WORDS)})\s*)?(?P<number>\d{{1,9}})(?P<rest>\b(?s:.*))?")


class Settings(BaseModel):
    """`[handlers.articles]`.

    Attributes:
        when: When drafts are made and put before reviewers, in the community's zone; one time for all groups.
        a_day: Drafts that are made each time at most, the best first; 0: by command only, also of one group.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    when: RuleText = "daily 17:30"
    a_day: int = Field(default=1, ge=0, le=10)


class Texts:
    """What the commands are for."""

    HELP_FAQ = Text(zh="整理好的文章，按主题", en="reviewed articles by topic")
    HELP = Text(zh="看一篇文章；审的人还能改、下架", en="read an article; reviewers edit and retire it")
    USAGE = Text(
        zh="「文 12」看全文，「文 历史 12」看版本；审的人：「文 改 12：新的答案」「文 下架 12」。",
        en="/article 12 in full; /article history 12; reviewers: /article edit 12 TEXT, /article retire 12.",
    )
    USAGE_FAQ = Text(
        zh="「常见问题」看有哪些主题，「常见问题 复制」看一类。", en="/faq for the topics, /faq replication for one."
    )


router = Router(Settings)


@router.configured
def in_order(_settings: Settings, features: Sequence[Feature]) -> None:
    """Refuse a configuration in which other features would take a reviewer's 行 for a question or an answer.

    Raises:
        ValueError: The table stands behind one of those.
    """
    names = [feature.name for feature in features]
    before = [name for name in _BEFORE if name in names and names.index(name) < names.index(FEATURE)]
    if before:
        raise ValueError(f"stands behind [handlers.{before[0]}]; put it in front, it has to hear private words first")


# -- reading ----------------------------------------------------------------------------------------------------------


@router.command("faq", "常见问题", needs=Right.READ, fits=r"[^\n]{0,60}", help=Texts.HELP_FAQ, usage=Texts.USAGE_FAQ)
async def faq(command: Command, ctx: Context[Settings]) -> Reply:
    """Show which topics have articles, or the titles on one."""
    return await showing.faq(command, ctx)


@router.command("article", "文", needs=Right.READ, fits=_ORDER.pattern, help=Texts.HELP, usage=Texts.USAGE)
async def article(command: Command, ctx: Context[Settings]) -> Reply:
    """Show an article or how it came to be; reviewers edit and retire it."""
    found = _ORDER.fullmatch(command.args)
    if found is None:
        raise UserError(ctx.say(Texts.USAGE))
    word, number = _WORDS.get((found["word"] or "").lower(), ""), int(found["number"])
    if word == "edit" or not found["rest"]:
        match word:
            case "":
                return await showing.whole(ctx, await showing.article_of(ctx, number))
            case "history":
                return await showing.history(ctx, await showing.article_of(ctx, number))
            case _ if word != "edit" or (found["rest"] or "").strip(" :："):
                return await reviewing.ordered(command, ctx, word, number)
    raise UserError(ctx.say(Texts.USAGE))


# -- drafting and reviewing -------------------------------------------------------------------------------------------


@router.command(
    "draft", "起草", needs=Right.SELF, fits=r"(#?\d{1,18})?", help=drafting.Texts.HELP, usage=drafting.Texts.USAGE
)
async def draft(command: Command, ctx: Context[Settings]) -> Replies:
    """Draft an article from a thread."""
    return await drafting.draft(command, ctx)


@router.mention
async def reviewed(message: Stored, ctx: Context[Settings]) -> Replies:
    """Take a reviewer's private word: 行, 改：…, 扔."""
    return await reviewing.heard(message, ctx)


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down when drafts are made, one schedule for the community; and have the shelf ready for the first asker."""
    await shelf_of(ctx)
    zone, chosen = ctx.community.zone.key, await _for_all(ctx)
    await schedules.put(ctx.store, Schedule(FEATURE, DAILY, 0, chosen.when, zone, ctx.now()))


async def _for_all(ctx: Context[Settings]) -> Settings:
    """Return what holds for the community: a single group's `when` does not count, its `a_day` for itself alone."""
    feature = next(one for one in ctx.features if one.name == FEATURE)
    found: Settings = effective(feature, await settings.overrides(ctx.store, settings.COMMUNITY))
    return found


@router.schedule(DAILY)
async def daily(_occurrence: Occurrence, ctx: Context[Settings]) -> Replies:
    """Ask again what nobody answered for a week, put one doubted article before a reviewer, and draft what is best."""
    again = await asking.ask_again(ctx)
    return [*again, *await drafting.doubted(ctx), *await drafting.daily(ctx, (await _for_all(ctx)).a_day)]


@router.errand(rewording.REWORD, drafts=True)
async def reword(errand: Errand, outside: Outside) -> list[Reply]:
    """Reword a draft where a language model is there, and put it before its reviewer."""
    return await rewording.reword(errand, outside)


@router.section("learnt")
async def learnt_section(scope: Scope, ctx: Context[Settings]) -> Section | None:
    """Return the articles that are new."""
    return await learnt(ctx, scope)
