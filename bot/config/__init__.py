"""The configuration: one TOML file, the environment over it, and the tables that belong to the process itself.

`XIANGQUN__WEB__PORT=80` stands for `port = 80` under `[web]` and beats the file. The tables of the plugins,
`[adapters.NAME]`, `[handlers.NAME]` and `[classifiers.NAME]`, stay as they were read: their strict `Settings` are
in the plugins' own files (see `bot/plugins.py`). Where the file, or all of it, says nothing of handlers or
classifiers, those of config.example.toml are on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.config._database import password, shown, usable_url
from bot.config._faults import fault
from bot.config._file import HOME, Table, from_environment, overlay, read
from bot.config._llm import Llm
from bot.config._secrets import secrets
from bot.config._strict import validate
from bot.hosts import is_loopback
from bot.refusals import ConfigError, near
from handlers._tables import STRICT, Holidays, Quiet, Service, Speech

__all__ = [
    "HOME",
    "Config",
    "ConfigError",
    "Llm",
    "Table",
    "exposed",
    "load",
    "password",
    "secrets",
    "shown",
    "validate",
]

KINDS = ("adapters", "handlers", "classifiers")
EXAMPLE = HOME / "config.example.toml"
DEFAULT = HOME / "config.toml"
Days = Annotated[int, Field(ge=1, le=36500)]


class Community(Speech):
    """Who speaks, and by which zone days and weeks are cut."""

    name: str = Field("社区", min_length=1, max_length=40)
    bot_name: str = Field("小象", min_length=1, max_length=20)


class Database(BaseModel):
    """Where rows are kept; the URL may carry a password and is a secret as a whole."""

    model_config = STRICT
    url: Annotated[SecretStr, AfterValidator(usable_url)] = SecretStr("sqlite:///data/xiangqun.db")


class Data(BaseModel):
    """Where files are kept.

    Attributes:
        folder: The database of SQLite, files that are sent, backups, models that learnt.
        fonts: A folder of fonts that pictures and PDF are drawn with; without it, those that are shipped.
    """

    model_config = STRICT
    folder: Path = Path("data")
    fonts: Path | None = None


class Web(BaseModel):
    """The listener for pages, calendars, `/healthz` and `/metrics`.

    Attributes:
        hosts: Names, beside the loopback ones, that a request may be addressed to.
        behind_proxy: A proxy with TLS stands in front; only then may others than this machine reach the listener.
        url: Where members find the pages, such as `https://pg.example.org`; without it no post has a link to one.
    """

    model_config = STRICT
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(8420, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    behind_proxy: bool = False
    url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+[^\s?#]*)?$", max_length=200)] = ""

    @model_validator(mode="after")
    def _stays_at_home(self) -> Web:
        if not self.behind_proxy and not is_loopback(self.host):
            raise ValueError(
                "host is open to other machines; keep 127.0.0.1, or put a proxy with TLS in front and set"
                " behind_proxy = true"
            )
        return self


class Log(BaseModel):
    """What is written to standard error, and in which form."""

    model_config = STRICT
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"


class Retention(BaseModel):
    """How many days each kind of row is kept; threads may stay for ever (0)."""

    model_config = STRICT
    inbox: Days = 7
    chatter: Days = 180
    threads: int = Field(0, ge=0, le=36500)
    outbox: Days = 30
    audit: Days = 365


class Outbox(Quiet):
    """How the quiet regime and doubtful posts are handled.

    Attributes:
        on_unknown: What to do with a post that may have arrived: `hold` it for an admin, or `resend` it.
        gather_seconds: How long confirmations are gathered into one post.
        preview: A group's first proactive post waits for an admin.
    """

    on_unknown: Literal["hold", "resend"] = "hold"
    gather_seconds: int = Field(120, ge=0, le=3600)
    preview: bool = True


class Imports(BaseModel):
    """What takes in chat exports by itself while the bot runs.

    Attributes:
        watch: The folder that is looked into; without it there is none.
        settle_seconds: For how long a file must not have changed: it may still be being copied.
    """

    model_config = STRICT
    watch: Path | None = None
    settle_seconds: int = Field(10, ge=1, le=3600)


class Own(BaseModel):
    """The tables of the process itself."""

    model_config = STRICT
    community: Community = Community()
    database: Database = Database()
    data: Data = Data()
    web: Web = Web()
    log: Log = Log()
    retention: Retention = Retention()
    service: Service = Service()
    holidays: Holidays = Holidays()
    outbox: Outbox = Outbox()
    imports: Imports = Imports()
    llm: Llm = Llm()


class Config(Own):
    """Everything the process is told at its start.

    Attributes:
        file: The file it was read from; None where there is none.
        adapters: A table for each account, by name, unchecked.
        handlers: A table for each feature, unchecked.
        classifiers: A table for each classifier, unchecked.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)
    file: Path | None = None
    adapters: Mapping[str, Table] = Field(default_factory=dict, repr=False)
    handlers: Mapping[str, Table] = Field(default_factory=dict, repr=False)
    classifiers: Mapping[str, Table] = Field(default_factory=dict, repr=False)


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration.

    Without `path` it is the file that `XIANGQUN_CONFIG` names, else config.toml in the checkout, which may be missing.

    Raises:
        ConfigError: It cannot be used; names every fault.
    """
    named = environ.get("XIANGQUN_CONFIG")
    file = path or (Path(named) if named else DEFAULT if DEFAULT.exists() else None)
    tree = read(file) if file else {}
    example = read(EXAMPLE) if "handlers" not in tree or "classifiers" not in tree else {}
    for kind in ("handlers", "classifiers"):
        tree.setdefault(kind, example.get(kind, {}))
    tree = overlay(tree, from_environment(environ))
    name = file.name if file else DEFAULT.name
    folder = file.resolve().parent if file else HOME
    own, plugins = sort_out(tree, name, folder)
    checked: dict[str, Any] = dict(validate(Own, Table(own, name, folder)))
    return Config.model_construct(None, **checked, file=file, **plugins)


def sort_out(tree: Mapping[str, Any], file: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the tables of the process from those of plugins, and let the database lie in the data folder.

    Raises:
        ConfigError: A name that stands in no table, or a table that nobody knows.
    """
    known, faults = [*Own.model_fields, *KINDS], []
    for key, value in tree.items():
        if not isinstance(value, Mapping):
            faults.append(fault(file, [key], value, "must be a table, and a key must stand in one"))
        elif key not in known:
            faults.append(fault(file, [key], value, "unknown table" + near(key, known, "[{}]")))
    for kind in KINDS:
        for name, table in tree.get(kind, {}).items() if not faults else ():
            if not isinstance(table, Mapping) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                faults.append(fault(file, [kind, name], table, f"must be a table with a plain name: [{kind}.name]"))
    if faults:
        raise ConfigError(*faults)
    own: dict[str, Any] = {key: tree[key] for key in Own.model_fields if key in tree}
    if not {"url", "url_file"} & set(own.get("database", {})):
        path = Path(str(own.get("data", {}).get("folder", "data"))).expanduser() / "xiangqun.db"
        own["database"] = {"url": f"sqlite:///{path.as_posix()}"}
    own["data"] = {"folder": "data", **own.get("data", {})}
    plugins = {kind: {name: Table(t, file, folder) for name, t in tree.get(kind, {}).items()} for kind in KINDS}
    return own, plugins


def exposed(config: Config) -> list[str]:
    """Return what should be told of a file that others on this machine can read; it may hold secrets."""
    if config.file is None or os.name == "nt" or not config.file.stat().st_mode & 0o004:
        return []
    return [f"{config.file.name} can be read by everyone on this machine; chmod 600 it, or keep secrets elsewhere"]
