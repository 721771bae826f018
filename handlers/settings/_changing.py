"""Changes a setting for a group or for all, and lets everything that depends on it follow."""

from __future__ import annotations

from typing import Any

from handlers import Context, Text, UserError
from handlers._meant import title
from handlers._settings import ZONE, context_of, in_own_zone, language
from handlers.settings import _known as known
from handlers.settings import _values as values
from handlers.settings._known import Place, Setting
from storage import groups, settings
from storage.groups import Group

DROP = "-"


class Texts:
    """What is said of a change."""

    SET = Text(
        zh="{key} 改成 {value}，原来是 {before}。还原：「设置 {key} -」",
        en="{key} is now {value}, was {before}. Undo: /settings {key} -",
    )
    SET_ELSEWHERE = Text(
        zh="{where}的 {key} 改成 {value}，原来是 {before}。还原：「设置 {name} {key} -」",
        en="{key} of {where} is now {value}, was {before}. Undo: /settings {name} {key} -",
    )
    DROPPED = Text(zh="{key} 还原成 {value}（{source}）。", en="{key} is {value} again ({source}).")
    DROPPED_ELSEWHERE = Text(
        zh="{where}的 {key} 还原成 {value}（{source}）。", en="{key} of {where} is {value} again ({source})."
    )
    ALL = Text(zh="全社区", en="all groups")
    ALL_SAID = Text(zh="全部", en="all")
    SECRET = Text(zh="{key} 是密钥，只在配置文件里改。", en="{key} is a secret; it is changed in the config file only.")


async def change(ctx: Context[Any], setting: Setting, text: str) -> str:
    """Set or drop an override, and say what it is now; the table's own model judges the value.

    Raises:
        UserError: The value is refused, or the setting is a secret.
    """
    where, before = setting.where, setting.shown
    if before == values.HIDDEN:
        raise UserError(ctx.say(Texts.SECRET, key=setting.key))
    if text == DROP:
        await settings.drop(ctx.store, where.row, setting.key)
    else:
        value = values.read(setting.settings, setting.name, text, setting.key, ctx.language)
        await settings.put(ctx.store, where.row, setting.key, value, ctx.now(), ctx.speaker.id)
    await _tell_features(ctx, where, setting.key)
    ctx.language = language(await settings.overrides(ctx.store, ctx.group.id), ctx.community)  # may have changed
    now = Setting(setting.table, setting.name, await known.place(ctx, where.group))
    return _told(ctx, now, before, dropped=text == DROP)


def _told(ctx: Context[Any], now: Setting, before: str, *, dropped: bool) -> str:
    group, value = now.where.group, now.shown
    where = ctx.say(Texts.ALL) if group is None else f"「{title(group)}」"
    here = group is not None and group.id == ctx.group.id
    if dropped:
        text = Texts.DROPPED if here else Texts.DROPPED_ELSEWHERE
        return ctx.say(text, key=now.key, value=value, source=ctx.say(now.source), where=where)
    text = Texts.SET if here else Texts.SET_ELSEWHERE
    name = ctx.say(Texts.ALL_SAID) if group is None else title(group)
    return ctx.say(text, key=now.key, value=value, before=before, where=where, name=name)


async def _tell_features(ctx: Context[Any], where: Place, key: str) -> None:
    """Let the features bring up to date what depends on settings, in the group or in all."""
    changed: list[Group] = await groups.every(ctx.store) if where.group is None else [where.group]
    for group in changed:
        overrides = await settings.overrides(ctx.store, group.id)
        moved = await in_own_zone(ctx.store, group, overrides) if key == ZONE else group
        for feature in ctx.features:
            for hook in feature.router.changed:
                await hook(context_of(ctx, feature, overrides, moved))
