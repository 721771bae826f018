"""Settings of a group by command: what holds, from where, and how to change it; and quiet."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from handlers import Command, Context, Feature, NoSettings, Reply, Right, Router, Text, UserError, answer
from handlers._settings import context_of, effective, language
from handlers.settings import _values as values
from storage import groups, outbox, settings
from storage.groups import Group
from storage.outbox import State
from storage.replies import Purpose
from storage.settings import COMMUNITY

Settings = NoSettings
QUIET = "outbox.quiet"  # read by the outbox before every proactive post
DROP = "-"
_KEY = r"[a-z_]{2,30}\.[a-z_]{2,40}"
_UNASKED = frozenset({Purpose.DIGEST, Purpose.REMINDER})


class Texts:
    """What is said about settings and quiet."""

    HELP = Text(zh="看、改本群的设置", en="Show and change this group's settings")
    HELP_QUIET = Text(zh="不发周报和提醒，只答 @", en="Post nothing unasked here; mentions are still answered")
    HELP_BACK = Text(zh="周报和提醒恢复", en="Digests and reminders again")
    USAGE = Text(
        zh="看：「设置 digest」；改：「设置 digest.when 周五 18:00」；还原：「设置 digest.when -」",
        en="See: /settings digest; change: /settings digest.when fri 18:00; undo: /settings digest.when -",
    )
    QUIET_USAGE = Text(
        zh="发「安静」，周报和提醒都停；发「出声」恢复。",
        en="/quiet stops digests and reminders; /quiet off brings them back.",
    )
    CHANGED = Text(zh="本群改过的设置：", en="Changed here:")
    NONE = Text(zh="本群没改过设置。", en="Nothing was changed here.")
    MORE = Text(zh="还有 {rest}", en="More: {rest}")
    THERE_ARE = Text(zh="能设的：{names}", en="There are: {names}")
    LINE = Text(zh="{key} = {value}（{source}）", en="{key} = {value} ({source})")
    SET = Text(
        zh="{key} 改成 {value}，原来是 {before}。还原：「设置 {key} -」",
        en="{key} is now {value}, was {before}. Undo: /settings {key} -",
    )
    DROPPED = Text(zh="{key} 还原成 {value}（{source}）。", en="{key} is {value} again ({source}).")
    NO_SUCH = Text(zh="没有 {key} 这个设置。{near}", en="There is no setting {key}. {near}")
    NEAR = Text(zh="是想说 {names} 吗？", en="Did you mean {names}?")
    SECRET = Text(zh="{key} 是密钥，只在配置文件里改。", en="{key} is a secret; it is changed in the config file only.")
    HERE_ONLY = Text(zh="这个在群里发，哪个群发管哪个群。", en="Send this in the group that it is for.")
    DEFAULT = Text(zh="默认", en="default")
    CONFIG = Text(zh="配置文件", en="config file")
    FOR_ALL = Text(zh="全社区改的", en="set for all groups")
    FOR_GROUP = Text(zh="本群改的", en="set in this group")
    QUIET = Text(
        zh="好，安静了：不发周报和提醒，@我还是答。想恢复，管理员发「出声」。",
        en="Quiet now: no digests, no reminders; mentions are still answered. An admin's /quiet off brings them back.",
    )
    STILL_QUIET = Text(
        zh="已经是安静的。想恢复，管理员发「出声」。", en="It is quiet already. /quiet off brings me back."
    )
    BACK = Text(
        zh="好，周报和提醒恢复了，每周最多几条照旧。嫌吵再发「安静」。",
        en="Digests and reminders are back, within the weekly limit as before. Too much? /quiet.",
    )
    NOT_QUIET = Text(zh="本来就没静音。嫌吵发「安静」。", en="I was not quiet. Too much? /quiet.")


router = Router(Settings)


class _Community(BaseModel):
    """What can be set by command of `[community]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    language: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting: its feature and name, and the overrides that hold where it is asked for."""

    feature: Feature
    name: str
    overrides: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.feature.name}.{self.name}"

    @property
    def settings(self) -> BaseModel:
        found: BaseModel = effective(self.feature, self.overrides)
        return found

    @property
    def value(self) -> Any:
        return getattr(self.settings, self.name)


def _settable(ctx: Context[Any]) -> list[Feature]:
    """Return everything that has settings: the features that are switched on, and the language of the community."""
    own = _Community.model_validate(ctx.community.speech.model_dump(include={"language"}, exclude_unset=True))
    community = Feature("community", Router(_Community), own)
    return [community, *(f for f in ctx.features if type(f.settings).model_fields)]


@router.command(
    "settings",
    "设置",
    needs=Right.GROUP,
    fits=rf"(?:{_KEY}(?: (?s:.+))?|[a-z]{{3,20}})?",
    help=Texts.HELP,
    usage=Texts.USAGE,
)
async def change(command: Command, ctx: Context[NoSettings]) -> Reply:
    """Show the settings of this group, or change one; in a direct an owner changes them for all groups."""
    key, _, text = command.args.partition(" ")
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    if not key:
        return answer(*_overview(ctx, overrides, await _sources(ctx, overrides)))
    if "." not in key:
        return answer(*_of_feature(ctx, key, overrides, await _sources(ctx, overrides)))
    setting = _find(ctx, key, overrides)
    if not text:
        return answer(_line(ctx, setting, await _sources(ctx, overrides)), ctx.say(Texts.USAGE))
    return answer(await _change(ctx, setting, text.strip()))


def _find(ctx: Context[Any], key: str, overrides: dict[str, Any]) -> _Setting:
    """Return the setting of a key.

    Raises:
        UserError: There is none; the near ones are named.
    """
    known = {f"{f.name}.{name}": (f, name) for f in _settable(ctx) for name in type(f.settings).model_fields}
    if key in known:
        return _Setting(*known[key], overrides)
    raise _no_such(ctx, key, list(known))


def _no_such(ctx: Context[Any], key: str, known: list[str]) -> UserError:
    names = get_close_matches(key, known, n=3, cutoff=0.5)
    near = ctx.say(Texts.NEAR, names="、".join(names)) if names else ctx.say(Texts.USAGE)
    return UserError(ctx.say(Texts.NO_SUCH, key=key, near=near))


# -- what is shown ----------------------------------------------------------------------------------------------------


async def _sources(ctx: Context[Any], overrides: dict[str, Any]) -> dict[str, Text]:
    """Return where the overrides that hold here come from."""
    own = {key for key in overrides if await settings.get(ctx.store, ctx.group.id, key) is not None}
    return {key: Texts.FOR_GROUP if key in own else Texts.FOR_ALL for key in overrides}


def _source(ctx: Context[Any], setting: _Setting, sources: dict[str, Text]) -> str:
    configured = setting.name in setting.feature.settings.model_fields_set
    return ctx.say(sources.get(setting.key) or (Texts.CONFIG if configured else Texts.DEFAULT))


def _line(ctx: Context[Any], setting: _Setting, sources: dict[str, Text]) -> str:
    source = _source(ctx, setting, sources)
    return ctx.say(Texts.LINE, key=setting.key, value=values.shown(setting.value), source=source)


def _overview(ctx: Context[Any], overrides: dict[str, Any], sources: dict[str, Text]) -> list[str]:
    every = [_Setting(f, name, overrides) for f in _settable(ctx) for name in type(f.settings).model_fields]
    changed = [_line(ctx, setting, sources) for setting in every if setting.key in sources]
    names = "、".join(feature.name for feature in _settable(ctx))
    foot = [ctx.say(Texts.THERE_ARE, names=names), ctx.say(Texts.USAGE)]
    if not changed:
        return [ctx.say(Texts.NONE), *foot]
    rest = [ctx.say(Texts.MORE, rest=len(changed) - 4)] if len(changed) > 4 else []
    return [ctx.say(Texts.CHANGED), *changed[: 4 - len(rest)], *rest, *foot]


def _of_feature(ctx: Context[Any], name: str, overrides: dict[str, Any], sources: dict[str, Text]) -> list[str]:
    features = {feature.name: feature for feature in _settable(ctx)}
    if name not in features:
        raise _no_such(ctx, name, list(features))
    feature = features[name]
    lines = [_line(ctx, _Setting(feature, field, overrides), sources) for field in type(feature.settings).model_fields]
    if len(lines) <= 7:
        return lines
    rest = "、".join(list(type(feature.settings).model_fields)[6:])
    return [*lines[:6], ctx.say(Texts.MORE, rest=rest)]


# -- what is changed --------------------------------------------------------------------------------------------------


async def _change(ctx: Context[Any], setting: _Setting, text: str) -> str:
    where = await _where(ctx)
    if (before := values.shown(setting.value)) == "***":
        raise UserError(ctx.say(Texts.SECRET, key=setting.key))
    if text == DROP:
        await settings.drop(ctx.store, where, setting.key)
    else:
        value = values.read(setting.settings, setting.name, text, setting.key, ctx.language)
        await settings.put(ctx.store, where, setting.key, value, ctx.now(), ctx.speaker.id)
    await _tell_features(ctx, where)
    overrides = await settings.overrides(ctx.store, ctx.group.id)
    ctx.language = language(overrides, ctx.community)  # it may be what was changed
    now = _Setting(setting.feature, setting.name, overrides)
    if text == DROP:
        source = _source(ctx, now, await _sources(ctx, overrides))
        return ctx.say(Texts.DROPPED, key=setting.key, value=values.shown(now.value), source=source)
    return ctx.say(Texts.SET, key=setting.key, value=values.shown(now.value), before=before)


async def _where(ctx: Context[Any]) -> int:
    """Return for which group a change holds; in a direct for all, if an owner makes it.

    Raises:
        UserError: It is made in a direct by somebody else.
    """
    if not ctx.group.is_direct:
        return ctx.group.id
    if Right.GLOBAL not in ctx.rights:
        raise UserError(ctx.say(Texts.HERE_ONLY))
    return COMMUNITY


async def _tell_features(ctx: Context[Any], where: int) -> None:
    """Let the features bring up to date what depends on settings, in the group or in all."""
    changed: list[Group] = [ctx.group] if where else await groups.every(ctx.store)
    for group in changed:
        overrides = await settings.overrides(ctx.store, group.id)
        for feature in ctx.features:
            for hook in feature.router.changed:
                await hook(context_of(ctx, feature, overrides, group))


# -- quiet ------------------------------------------------------------------------------------------------------------


@router.command(
    "quiet", "安静", needs=Right.GROUP, fits=r"(?:on|off|开|关)?", help=Texts.HELP_QUIET, usage=Texts.QUIET_USAGE
)
async def quiet(command: Command, ctx: Context[NoSettings]) -> Reply:
    """End all proactive posts in this group; what waits to be posted is dropped."""
    if command.args in {"off", "关"}:
        return await speak(command, ctx)
    if await _is_quiet(ctx):
        return answer(ctx.say(Texts.STILL_QUIET))
    await settings.put(ctx.store, ctx.group.id, QUIET, True, ctx.now(), ctx.speaker.id)
    for post in await outbox.in_state(ctx.store, State.PENDING, group=ctx.group.id):
        if post.purpose in _UNASKED:
            await outbox.settle(ctx.store, post.id, State.DROPPED, error="the group wants quiet")
    return answer(ctx.say(Texts.QUIET))


@router.command("speak", "出声", needs=Right.GROUP, help=Texts.HELP_BACK)
async def speak(_command: Command, ctx: Context[NoSettings]) -> Reply:
    """Allow proactive posts in this group again."""
    if not await _is_quiet(ctx):
        return answer(ctx.say(Texts.NOT_QUIET))
    await settings.drop(ctx.store, ctx.group.id, QUIET)
    return answer(ctx.say(Texts.BACK))


async def _is_quiet(ctx: Context[Any]) -> bool:
    if ctx.group.is_direct:
        raise UserError(ctx.say(Texts.HERE_ONLY))
    return bool(await settings.get(ctx.store, ctx.group.id, QUIET, False))
