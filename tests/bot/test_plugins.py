"""Plugins: found by file name, imported only when configured, their settings as strict as the configuration."""

import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

import classifiers
from bot.config import ConfigError, Table
from bot.config._file import Given
from bot.plugins import NoSettings, available, load, refuse_clashes

PLUGIN = """
from pydantic import BaseModel, ConfigDict

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    topic: str = "sql"
    least: float = 0.5
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder of classifiers, with plugins of its own."""
    (tmp_path / "first_word.py").write_text(PLUGIN)
    (tmp_path / "never_wanted.py").write_text("raise AssertionError('imported, though not configured')")
    (tmp_path / "needs_more.py").write_text("import a_package_nobody_has")
    (tmp_path / "plain.py").write_text("")
    (tmp_path / "_private.py").write_text("")
    classifiers.__path__.append(str(tmp_path))
    yield tmp_path
    classifiers.__path__.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("classifiers.") and "score" not in name]:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_available_imports_nothing(folder: Path) -> None:
    names = available("classifiers")
    assert {"first_word", "needs_more", "never_wanted", "plain"} <= set(names)
    assert not [name for name in names if name.startswith("_")]


def test_settings_come_from_the_table(folder: Path) -> None:
    module, settings = load("classifiers", "first_word", {"topic": "security"})
    assert module.__name__ == "classifiers.first_word"
    assert settings.model_dump() == {"topic": "security", "least": 0.5}


def test_a_table_may_have_another_name(folder: Path) -> None:
    table = {"classifier": "first_word", "least": Given.by("XIANGQUN__CLASSIFIERS__SECOND__LEAST", "0.25")}
    assert load("classifiers", "second", table)[1].model_dump() == {"topic": "sql", "least": 0.25}


def test_a_plugin_without_settings_takes_none(folder: Path) -> None:
    assert load("classifiers", "plain", {})[1] == NoSettings()
    with pytest.raises(ConfigError, match=r"\[classifiers.plain\] x: unknown key$"):
        load("classifiers", "plain", {"x": 1})


@pytest.mark.parametrize(
    ("name", "table", "words"),
    [
        ("first_wrod", {}, "mine.toml: [classifiers.first_wrod]: unknown classifier; did you mean first_word?"),
        ("x", {"classifier": "first_wort"}, "mine.toml: [classifiers.x] classifier: unknown classifier; did you mean"),
        ("x", {"classifier": 3}, "mine.toml: [classifiers.x] classifier: unknown classifier; there are "),
        ("_private", {}, "mine.toml: [classifiers._private]: unknown classifier"),
        ("x", {"classifier": "../../etc"}, "mine.toml: [classifiers.x] classifier: unknown classifier"),
        ("first_word", {"topc": "a"}, "mine.toml: [classifiers.first_word] topc: unknown key; did you mean topic?"),
        ("first_word", {"least": "0.2"}, "mine.toml: [classifiers.first_word] least: must be a number, without quotes"),
        ("needs_more", {}, "mine.toml: [classifiers.needs_more]: needs the package a_package_nobody_has"),
    ],
)
def test_what_cannot_be_loaded(folder: Path, name: str, table: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load("classifiers", name, Table(table, "mine.toml"))
    assert words in str(caught.value)


class Account(BaseModel):
    mode: str = "reverse"
    port: int = 8095
    access_token: SecretStr = SecretStr("")


@pytest.mark.parametrize(
    ("one", "other", "web_port", "words"),
    [
        ({}, {"port": 8096}, 8420, None),
        ({}, {}, 8420, "[adapters.a] and [adapters.b] have the same port"),
        ({}, {"mode": "forward"}, 8420, None),
        ({"port": 0}, {"port": 0}, 0, None),
        ({}, {"port": 8420}, 8420, "[web] and [adapters.b] have the same port"),
        ({"access_token": "geheim"}, {"access_token": "geheim", "port": 1}, 0, "have the same token or secret"),
        ({"access_token": "geheim"}, {"access_token": "other", "port": 1}, 0, None),
    ],
)
def test_clashes(one: dict[str, object], other: dict[str, object], web_port: int, words: str | None) -> None:
    accounts = {"a": Account.model_validate(one), "b": Account.model_validate(other)}
    if words is None:
        refuse_clashes(accounts, web_port)
        return
    with pytest.raises(ConfigError) as caught:
        refuse_clashes(accounts, web_port)
    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)
