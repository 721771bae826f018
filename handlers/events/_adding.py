"""Plans an event: one line that tells all of it, or in private one question after the other; then it is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers import Command, Context, Errand, Reply, Text, UserError, answer
from handlers._events import planned, reading, timing
from handlers._events.meant import about
from handlers._events.refusing import UnreadableError
from handlers._events.words import KIND_NAMES, Field
from handlers.events import _changing as changing
from handlers.events import _publishing as publishing
from handlers.events import _rules as rules
from handlers.events._settings import FEATURE, usual
from handlers.events._written import with_members, written
from storage import dialogs, events
from storage.dialogs import Dialog
from storage.events import Kind, Plan
from storage.messages import Stored

STEP, PREVIEW = "step", "preview"
WAITED, DECIDED = timedelta(hours=2), timedelta(minutes=15)
LONGEST = 1000  # characters of a line
SKIP = frozenset({"跳过", "略过", "下一个", "skip", "-"})
_SEND = frozenset({"发", "发吧", "公布", "yes", "publish"})
_KEEP = frozenset({"不发", "先不发", "草稿", "留着", "no", "keep"})
VERDICTS = _SEND | _KEEP
_EDIT = re.compile(r"(?:改|edit)\s*(\S+?)[\s:：]+(.+)", re.DOTALL | re.IGNORECASE)


class Texts:
    """The questions, and what follows them."""

    HERE = Text(
        zh="私聊我发「发活动」，我一步步问。也可以一行说完：\n"
        "「发活动 线上分享《慢 SQL 三板斧》12 月 3 日 20:00 50 分钟 柏舟/苇间数据」",
        en="Tell me /event add in private and I ask step by step. Or say it in one line:\n"
        "/event add talk “Slow SQL” 2026-12-03 20:00 50 min Lena/Acme",
    )
    TITLE = Text(
        zh="活动叫什么？一共 {count} 个问题，可选的回「跳过」，不想发了回「取消」。",
        en="What is it called? {count} questions in all; “skip” where you can, “cancel” ends it.",
    )
    KIND = Text(zh="是哪一类？{kinds}", en="Which kind is it? {kinds}")
    WHEN = Text(
        zh="什么时候？如：12 月 5 日 14:00-17:00，本周四 20:00 50 分钟。别处的时间加上城市：20:00 纽约时间",
        en="When? Such as 2026-12-05 14:00-17:00 or thu 20:00 50 min",
    )
    CITY = Text(zh="在哪个城市？线上的回「跳过」。", en="In which city? Online: skip.")
    VENUE = Text(zh="具体在哪里？还没定回「跳过」。", en="Where exactly? Not known yet: skip.")
    LINK = Text(zh="线上入口的链接？还没有回「跳过」。", en="The link to watch it? None yet: skip.")
    SPEAKERS = Text(
        zh="谁来讲？带上公司，如：柏舟/苇间数据、Lena。没有回「跳过」。",
        en="Who speaks? Such as: Lena/Acme, Bo. Or skip.",
    )
    HOSTS = Text(zh="哪些公司主办？没有回「跳过」。", en="Which companies host it? Or skip.")
    CAPACITY = Text(zh="多少席？不限回「跳过」。", en="How many seats? Any number: skip.")
    LANGUAGES = Text(
        zh="用什么语言？如：中文、英文。就是中文回「跳过」。", en="In which languages? Such as: zh, en. Or skip."
    )
    TARGETS = Text(
        zh="发到哪些群？如：总群，行业 金融，区域 成都。所有群回「跳过」。",
        en="For whom? Such as: general, industry finance, region Chengdu. All groups: skip.",
    )
    SUMMARY = Text(zh="一句话，适合谁来？没想好回「跳过」。", en="In a line, whom is it for? Or skip.")
    NEEDED = Text(zh="这个跳不过。", en="This one is needed. ")
    DECIDE = Text(
        zh="{number} 先记成草稿。公布回「发」，留着回「不发」，改就回「改 席位 50」。",
        en="{number} is a draft. “publish” it, “keep” it, or “edit seats 50”.",
    )
    ELSE = Text(
        zh="{number} 先留作草稿，公布时发「公布 {number}」。刚才那句再说一次，我接着听。",
        en="{number} stays a draft; /event publish {number} publishes it. Say that once more, I am listening.",
    )
    KEPT = Text(
        zh="{number} 留作草稿。要公布时：「公布 {number}」。",
        en="{number} stays a draft. To publish it: /event publish {number}.",
    )
    LONG = Text(zh="一行最多 1000 个字。", en="A line has 1000 characters at most.")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which field, and whether it has to be answered."""

    field: Field
    text: Text
    needed: bool = False


QUESTIONS = (
    Question(Field.TITLE, Texts.TITLE, needed=True),
    Question(Field.KIND, Texts.KIND, needed=True),
    Question(Field.WHEN, Texts.WHEN, needed=True),
    Question(Field.CITY, Texts.CITY),
    Question(Field.VENUE, Texts.VENUE),  # where a city was told
    Question(Field.LINK, Texts.LINK),  # where none was
    Question(Field.SPEAKERS, Texts.SPEAKERS),
    Question(Field.HOSTS, Texts.HOSTS),
    Question(Field.CAPACITY, Texts.CAPACITY),
    Question(Field.LANGUAGES, Texts.LANGUAGES),
    Question(Field.TARGETS, Texts.TARGETS),
    Question(Field.SUMMARY, Texts.SUMMARY),
)
_BLANK = Plan(
    kind=Kind.TALK,
    title="-",
    starts_at=datetime(2026, 1, 1, tzinfo=UTC),
    ends_at=datetime(2026, 1, 2, tzinfo=UTC),
    zone="UTC",
)  # to try answers on
_COUNT = len(QUESTIONS) - 1  # either the venue or the link


async def add(ctx: Context[Any], command: Command) -> Reply:
    """Keep the event that a line tells as a draft and show it; without words begin to ask, in private.

    Raises:
        UserError: Something in the line cannot be meant, or is missing.
    """
    words = written(command, "add", "发活动")
    if not words and not ctx.group.is_direct:
        return answer(*ctx.say(Texts.HERE).split("\n"))
    if not words:
        return await _ask(ctx, QUESTIONS[0], {})
    if len(words) > LONGEST:
        raise UserError(ctx.say(Texts.LONG))
    try:
        wanted = planned.recurring(words, ctx.now(), usual(ctx))
    except UnreadableError as error:
        raise UserError(error.said(ctx.language)) from error
    plan = with_members(wanted.plan, command)
    return await rules.add(ctx, replace(wanted, plan=plan)) if wanted.rule else await _kept(ctx, plan)


async def _kept(ctx: Context[Any], plan: Plan) -> Reply:
    """Keep a plan as a draft, and show what publishing it would do."""
    number = await events.add(ctx.store, plan, at=ctx.now(), by=ctx.speaker.id)
    if number is None:
        raise LookupError("a new uid is taken")
    return await shown(ctx, number)


async def shown(ctx: Context[Any], number: int) -> Reply:
    """Show what publishing an event would say, and where; in private one word then decides."""
    event = await events.get(ctx.store, number)
    if not ctx.group.is_direct:
        return await publishing.preview(ctx, event)
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, PREVIEW, {"event": number}, ctx.now() + DECIDED))
    return await publishing.preview(ctx, event, ctx.say(Texts.DECIDE, number=event.number))


# -- step by step -----------------------------------------------------------------------------------------------------


async def _ask(ctx: Context[Any], question: Question, said: dict[str, Any]) -> Reply:
    answers = {"field": question.field.value, "said": said}
    await dialogs.put(ctx.store, Dialog(ctx.speaker.id, FEATURE, STEP, answers, ctx.now() + WAITED))
    return answer(_question(ctx, question))


def _question(ctx: Context[Any], question: Question) -> str:
    return ctx.say(question.text, count=_COUNT, kinds=KIND_NAMES.in_language(ctx.language))


async def step(ctx: Context[Any], message: Stored, dialog: Dialog) -> Reply:
    """Take the answer to a question, and ask the next one, or show the event.

    Raises:
        UserError: It cannot be meant; the question stands.
    """
    question = next(one for one in QUESTIONS if one.field.value == dialog.answers["field"])
    said: dict[str, Any] = dialog.answers["said"]
    if message.text.strip().lower() in SKIP:
        if question.needed:
            raise UserError(ctx.say(Texts.NEEDED) + _question(ctx, question))
    else:
        try:
            said = said | {question.field.value: _taken(ctx, question.field, message.text)}
        except UnreadableError as error:
            raise UserError(error.said(ctx.language)) from error
    after = _next(question, said)
    if after is not None:
        return await _ask(ctx, after, said)
    await dialogs.end(ctx.store, ctx.speaker.id)
    return await _kept(ctx, _plan(ctx, said))


def _next(question: Question, said: dict[str, Any]) -> Question | None:
    left = QUESTIONS[QUESTIONS.index(question) + 1 :]
    skipped = Field.LINK if said.get(Field.CITY) else Field.VENUE
    return next((one for one in left if one.field is not skipped), None)


def _taken(ctx: Context[Any], field: Field, text: str) -> Any:
    """Return an answer as it is kept between two questions; a time is what it means now."""
    if field is Field.WHEN:
        times = timing.when(text, ctx.now(), usual(ctx).zone)
        return [times.starts_at.isoformat(), times.ends_at.isoformat() if times.ends_at else "", times.zone.key]
    if field is Field.TITLE:
        return reading.title(text)
    planned.with_field(_BLANK, field, text, ctx.now())
    return text


def _plan(ctx: Context[Any], said: dict[str, Any]) -> Plan:
    kind = reading.kind(said[Field.KIND])
    since, until, zone = said[Field.WHEN]
    starts_at = datetime.fromisoformat(since)
    ends_at = datetime.fromisoformat(until) if until else starts_at + usual(ctx).length(kind)
    plan = Plan(kind=kind, title=said[Field.TITLE], starts_at=starts_at, ends_at=ends_at, zone=zone)
    for field in (Field(name) for name in said):
        if field not in {Field.KIND, Field.WHEN, Field.TITLE}:
            plan = planned.with_field(plan, field, said[field], ctx.now())
    return plan


# -- the verdict ------------------------------------------------------------------------------------------------------


async def decided(ctx: Context[Any], message: Stored, dialog: Dialog) -> Reply | list[Reply | Errand]:
    """Publish the event that was shown, keep it as a draft, or change it and show it again.

    Other words end the dialog: whoever goes on to something else is not held up.

    Raises:
        UserError: A change cannot be meant.
    """
    number, words = int(dialog.answers["event"]), message.text.strip()
    event = await events.get(ctx.store, number)
    if words.lower() in _SEND:
        await dialogs.end(ctx.store, ctx.speaker.id)
        return await publishing.publish(ctx, event, "yes")
    if words.lower() in _KEEP:
        await dialogs.end(ctx.store, ctx.speaker.id)
        return answer(ctx.say(Texts.KEPT, number=event.number), about=about(event))
    found = _EDIT.fullmatch(words)
    if found is None:
        await dialogs.end(ctx.store, ctx.speaker.id)
        return answer(ctx.say(Texts.ELSE, number=event.number), about=about(event))
    await changing.change(ctx, event, f"{found[1]} {found[2]}", Command("event_edit", words, message))
    return await shown(ctx, number)
