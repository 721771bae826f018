"""Puts the parts together as the config says: the one file that knows features, classifiers and adapters by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import plugins
from bot.adapters import Adapter
from bot.commands import Vocabulary
from bot.config import Config
from bot.inbox import Clock
from bot.outbox import Policy
from bot.refusals import ConfigError
from bot.turn import House
from classifiers import Linker, Topics
from handlers import Community, Feature
from handlers._relink import Memories
from handlers._tables import Quiet, Speech, part
from storage import topics
from storage.database import Database

if TYPE_CHECKING:
    from bot.drafting import Drafter


@dataclass(frozen=True, slots=True)
class Classifiers:
    """The classifiers that are switched on, and the topic tree that goes with them."""

    linker: Linker
    chooser: Topics
    tree: tuple[topics.Topic, ...]


def features(config: Config) -> list[Feature]:
    """Return the configured features, in the order of their tables.

    Raises:
        ConfigError: A table names no feature, or its settings are wrong.
    """
    loaded = []
    for name, table in config.handlers.items():
        module, settings = plugins.load("handlers", name, table)
        loaded.append(Feature(name, module.router, settings))
    for feature in loaded:
        _check(feature, loaded)
    return loaded


def _check(feature: Feature, loaded: Sequence[Feature]) -> None:
    for check in feature.router.checks:
        try:
            check(feature.settings, loaded)
        except ValueError as error:
            raise ConfigError(f"config.toml: [handlers.{feature.name}] {error}") from error


def classifiers(config: Config) -> Classifiers:
    """Return the configured linker and topic classifier.

    Raises:
        ConfigError: One of the two is missing, or a table is wrong.
    """
    linker: Any = None
    chooser: Any = None
    for name, table in config.classifiers.items():
        module, settings = plugins.load("classifiers", name, table)
        try:
            built = module.build(settings)
            if hasattr(built, "refitted"):
                built = built.refitted(config.data.folder)
        except ValueError as error:  # a broken topic tree names its file, table and remedy
            raise ConfigError(str(error)) from error
        linker = built if hasattr(built, "place") else linker
        chooser = built if hasattr(built, "topic") else chooser
    if linker is None or chooser is None:
        raise ConfigError("config.toml: [classifiers.*] needs a linker (rules) and a topic classifier (keywords)")
    tree = tuple(topics.Topic(t.key, t.zh, t.en, t.parent or "") for t in chooser.tree())
    return Classifiers(linker, chooser, tree)


def adapters(config: Config) -> dict[str, Adapter]:
    """Return the configured adapters by account name; only their modules are imported.

    Raises:
        ConfigError: A table names no adapter, its settings are wrong, or two accounts clash.
    """
    built: dict[str, Adapter] = {}
    settings: dict[str, Any] = {}
    for name, table in config.adapters.items():
        module, settings[name] = plugins.load("adapters", name, table)
        built[name] = module.build(settings[name], name, config.data.folder)
    plugins.refuse_clashes(settings, config.web.port if config.web.enabled else 0)
    return built


def community(config: Config) -> Community:
    """Return what features may know of the config."""
    own = config.community
    return Community(
        name=own.name,
        bot_name=own.bot_name,
        preview=config.outbox.preview,
        speech=part(Speech, own),
        quiet=part(Quiet, config.outbox),
        service=config.service,
        holidays=config.holidays,
        drafts=config.llm.enabled,
        url=config.web.url.rstrip("/") if config.web.enabled else "",
    )


def drafter(config: Config, database: Database, clock: Clock) -> Drafter | None:
    """Return what asks the language model; None, and nothing is imported, where `[llm]` is off."""
    if not config.llm.enabled:
        return None
    from bot.drafting import Drafter

    return Drafter(config.llm, database, clock, community(config))


def policy(config: Config) -> Policy:
    """Return what the outbox may do."""
    return Policy(preview=config.outbox.preview, resend_unknown=config.outbox.on_unknown == "resend")


def house(config: Config, found: Classifiers, accounts: Mapping[str, Adapter]) -> House:
    """Return what every turn needs.

    Raises:
        ConfigError: As for the parts.
    """
    loaded = features(config)
    return House(
        features=loaded,
        vocabulary=Vocabulary(loaded),
        community=community(config),
        linker=found.linker,
        topics=found.chooser,
        memories=Memories(),
        adapters=accounts,
        gather_seconds=config.outbox.gather_seconds,
    )


async def seed(database: Database, found: Classifiers) -> None:
    """Write the topic tree down."""
    async with database.write() as store:
        await topics.seed(store, found.tree)
