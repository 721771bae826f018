"""Series: rounds in a city up to a summit, with what has to be done before each, by whom, and what each is to reach."""

from __future__ import annotations

from handlers import Command, Context, Replies, Reply, Right, Router, Text, UserError, answer
from handlers._events.deciding import admins_only
from handlers.series import _goals as goals
from handlers.series import _shown as shown
from handlers.series import _starting as starting
from handlers.series import _todos as todos
from handlers.series._editing import edit
from handlers.series._following import follow, notice, shift
from handlers.series._meant import series_meant
from handlers.series._reminding import remind
from handlers.series._template import Settings
from storage import schedules, settings
from storage.schedules import Occurrence, Schedule

__all__ = ["Settings", "router"]
FEATURE, TODOS, LOOK = "series", "todos", "look"
EVERY = "every 10m"
_START, _TEMPLATE, _END, _SHIFT = {"start", "开"}, {"template", "模板"}, {"end", "收尾"}, {"shift", "挪"}


class Texts:
    """What the commands are for, and how they are said."""

    HELP = Text(
        zh="系列活动：几轮、谁又来了、还差什么", en="Series of events: rounds, who came back, what is left to do"
    )
    USAGE = Text(
        zh="「系列」「系列 成都」看；「开系列 成都 2027-03-06」；「系列 模板」「系列 挪 成都」「系列 收尾 成都」。",
        en="/series; /series Chengdu; /series start Chengdu 2027-03-06; /series template; /series shift|end Chengdu",
    )
    HELP_START = Text(zh="开一个系列，后面几轮一起排好", en="Start a series, its later rounds planned with it")
    HELP_TODO = Text(zh="活动之前还有什么要办", en="What is to be done before an event")
    TODO_USAGE = Text(
        zh="「待办」「待办 成都」「待办 E57」；加：「待办 E57 T-14 订横幅」；去掉：「待办 T12 -」。",
        en="/todo, /todo Chengdu, /todo E57; add: /todo E57 T-14 banner; drop: /todo T12 -",
    )
    HELP_ASSIGN = Text(zh="一条待办归谁办", en="Whose a to-do is")
    HELP_TAKE = Text(zh="这条待办我来", en="Take a to-do")
    HELP_FINISH = Text(zh="这条待办办好了", en="A to-do is done")
    HELP_GOAL = Text(zh="每一轮的目标，达到了没有", en="What each round is to reach, and whether it did")


ASSIGN_USAGE = Text(zh="「负责 T12 @名字」，在群里 @ 着说。", en="/assign T12 @name, in a group, with a mention.")
TAKE_USAGE = Text(zh="带上编号：「我来 T12」。有哪些：「待办」。", en="Add its number: /take T12. See /todo.")
FINISH_USAGE = Text(zh="带上编号：「办好 T12」。有哪些：「待办」。", en="Add its number: /finish T12. See /todo.")

router = Router(Settings)


@router.settings_changed
async def plan(ctx: Context[Settings]) -> None:
    """Write down, once for the community, when people are reminded and when it is looked for rounds that moved."""
    zone = ctx.community.zone.key
    feature = next(one for one in ctx.features if one.name == FEATURE)
    rule = str(
        await settings.get(ctx.store, settings.COMMUNITY, f"{FEATURE}.remind", feature.settings.model_dump()["remind"])
    )
    await schedules.put(ctx.store, Schedule(FEATURE, TODOS, 0, rule, zone, ctx.now()))
    await schedules.put(ctx.store, Schedule(FEATURE, LOOK, 0, EVERY, zone, ctx.now()))


@router.schedule(TODOS)
async def tell(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Remind of what is due."""
    return await remind(ctx)


@router.schedule(LOOK)
async def look(_occurrence: Occurrence, ctx: Context[Settings]) -> list[Reply]:
    """Let to-dos follow their events, and ask about the rounds after one that moved."""
    await follow(ctx)
    return await notice(ctx)


@router.command(
    "series", "系列", needs=Right.GROUP, fits=r".{0,200}", help=Texts.HELP, usage=Texts.USAGE, anywhere=True
)  # fmt: skip
async def series(command: Command, ctx: Context[Settings]) -> Replies:
    """Show series, start, shift or end one."""
    await admins_only(ctx)
    first, _, rest = command.args.partition(" ")
    word = first.lower()
    if word in _START:
        return await starting.start(ctx, rest)
    if word in _TEMPLATE:
        edited = await edit(ctx, rest)
        return edited or answer(*shown.template(ctx))
    if word in _SHIFT and rest:
        return await shift(ctx, await series_meant(ctx, rest))
    if word in _END and rest:
        return answer(await shown.end(ctx, await series_meant(ctx, rest)))
    if word in _START | _END | _SHIFT:
        raise UserError(ctx.say(Texts.USAGE))
    if not command.args:
        return answer(*await shown.listed(ctx))
    return answer(*await shown.shown(ctx, await series_meant(ctx, command.args)))


@router.command(
    "series_start", "开系列", needs=Right.GROUP, fits=r".{1,200}", help=Texts.HELP_START, usage=starting.Texts.USAGE,
    anywhere=True,
)  # fmt: skip
async def series_start(command: Command, ctx: Context[Settings]) -> Reply:
    """Start a series."""
    await admins_only(ctx)
    return await starting.start(ctx, command.args)


@router.command(
    "todo", "待办", needs=Right.GROUP, fits=r"(?:[eE]\d{1,9}(?: [tT]-?\d{1,3} .{1,200})?|[tT]\d{1,9} -|\S.{0,29})?",
    help=Texts.HELP_TODO, usage=Texts.TODO_USAGE, anywhere=True,
)  # fmt: skip
async def todo(command: Command, ctx: Context[Settings]) -> Reply:
    """List what is to be done, add to it, or take something off."""
    if command.args.endswith(" -"):
        return await todos.drop(ctx, command.args)
    return await todos.add(ctx, command.args) or await todos.listed(ctx, command.args)


@router.command(
    "assign", "负责", needs=Right.GROUP, fits=rf"{todos.NUMBER}(?: .{{0,100}})?", help=Texts.HELP_ASSIGN,
    usage=ASSIGN_USAGE, anywhere=True,
)  # fmt: skip
async def assign(command: Command, ctx: Context[Settings]) -> list[Reply]:
    """Let a to-do be a member's."""
    return await todos.assign(ctx, command)


@router.command(
    "take", "我来", needs=Right.GROUP, fits=todos.NUMBER, help=Texts.HELP_TAKE, usage=TAKE_USAGE, anywhere=True
)  # fmt: skip
async def take(command: Command, ctx: Context[Settings]) -> Reply:
    """Take a to-do."""
    return await todos.take(ctx, command.args)


@router.command("finish", "办好", needs=Right.SELF, fits=todos.NUMBER, help=Texts.HELP_FINISH, usage=FINISH_USAGE)
async def finish(command: Command, ctx: Context[Settings]) -> Reply:
    """Keep that a to-do is done."""
    return await todos.finish(ctx, command.args)


@router.command(
    "goal", "目标", needs=Right.GROUP, fits=r"\S.{0,29}?(?: [1-9]\d? .{1,120})?", help=Texts.HELP_GOAL,
    usage=goals.Texts.USAGE, anywhere=True,
)  # fmt: skip
async def goal(command: Command, ctx: Context[Settings]) -> Reply:
    """Show, set or record the goals of rounds."""
    return await goals.goal(ctx, command.args)
