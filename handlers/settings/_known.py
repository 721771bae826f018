"""What can be set, for whom, and where the value that holds comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from handlers import Context, Feature, Router, Text, UserError
from handlers._hours import HOLIDAYS, SERVICE
from handlers._settings import OUTBOX, effective
from handlers.settings import _values as values
from storage import settings
from storage.groups import Group
from storage.settings import COMMUNITY, Layers

SPEECH = "community"  # of that table, language and zone


class Texts:
    """Sources, and what is said of a setting that there is not."""

    DEFAULT = Text(zh="默认", en="default")
    CONFIG = Text(zh="配置", en="config")
    FOR_ALL = Text(zh="全社区", en="all groups")
    FOR_GROUP = Text(zh="本群", en="this group")
    NO_SUCH = Text(zh="没有 {key} 这个设置。{near}", en="There is no setting {key}. {near}")
    NEAR = Text(zh="是想说 {names} 吗？", en="Did you mean {names}?")
    THERE_ARE = Text(zh="能设的：{names}", en="There are: {names}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where settings are looked at and changed: in a group, or (None) in all; with what was set there by command."""

    group: Group | None
    layers: Layers

    @property
    def row(self) -> int:
        """Whose rows are written."""
        return COMMUNITY if self.group is None else self.group.id


async def place(ctx: Context[Any], group: Group | None) -> Place:
    """Return a place as it is now."""
    return Place(group, await settings.layers(ctx.store, COMMUNITY if group is None else group.id))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it holds in a place."""

    table: Feature
    name: str
    where: Place

    @property
    def key(self) -> str:
        """Its name as people write it."""
        return f"{self.table.name}.{self.name}"

    @property
    def settings(self) -> BaseModel:
        """All settings of its table."""
        found: BaseModel = effective(self.table, self.where.layers.merged)
        return found

    @property
    def value(self) -> Any:
        """Its value."""
        return getattr(self.settings, self.name)

    @property
    def shown(self) -> str:
        """Its value as people write it."""
        return values.shown(self.value)

    @property
    def source(self) -> Text:
        """Where its value comes from: default < config < set for everyone < set for the group."""
        if self.key in self.where.layers.own:
            return Texts.FOR_GROUP
        if self.key in self.where.layers.for_all:
            return Texts.FOR_ALL
        return Texts.CONFIG if self.name in self.table.settings.model_fields_set else Texts.DEFAULT


def tables(ctx: Context[Any]) -> list[Feature]:
    """Return everything that has settings: what groups may have otherwise than the community, then the features."""
    own = ctx.community
    process = {SPEECH: own.speech, OUTBOX: own.quiet, SERVICE: own.service, HOLIDAYS: own.holidays}
    found = [Feature(name, Router(type(table)), table) for name, table in process.items()]
    return [*found, *(feature for feature in ctx.features if type(feature.settings).model_fields)]


def known(ctx: Context[Any], where: Place) -> dict[str, Setting]:
    """Return all settings by key, in the order of their tables."""
    found = [Setting(table, name, where) for table in tables(ctx) for name in type(table.settings).model_fields]
    return {setting.key: setting for setting in found}


def find(ctx: Context[Any], key: str, where: Place) -> Setting:
    """Return the setting of a key.

    Raises:
        UserError: There is none; the near ones are named.
    """
    every = known(ctx, where)
    if key not in every:
        raise no_such(ctx, key, list(every))
    return every[key]


def of_table(ctx: Context[Any], name: str, where: Place) -> Sequence[Setting]:
    """Return the settings of a table.

    Raises:
        UserError: There is none of that name; the near ones are named.
    """
    names = [table.name for table in tables(ctx)]
    if name not in names:
        raise no_such(ctx, name, names)
    return [setting for setting in known(ctx, where).values() if setting.table.name == name]


def no_such(ctx: Context[Any], key: str, there: Sequence[str]) -> UserError:
    """Return what to raise for a setting, or a table, that there is not."""
    names = get_close_matches(key, there, n=3, cutoff=0.5)
    near = ctx.say(Texts.NEAR, names="、".join(names)) if names else there_are(ctx)
    return UserError(ctx.say(Texts.NO_SUCH, key=key, near=near))


def there_are(ctx: Context[Any]) -> str:
    """Return the names of what has settings."""
    return ctx.say(Texts.THERE_ARE, names="、".join(table.name for table in tables(ctx)))


def changed(every: Mapping[str, Setting]) -> list[Setting]:
    """Return the settings that somebody changed by command."""
    return [setting for setting in every.values() if setting.source in {Texts.FOR_ALL, Texts.FOR_GROUP}]
