"""The docs: whatever a person can say, set or read is documented, and what stands there is true."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from typer.testing import CliRunner

import run
from bot import assembly, importers, plugins
from bot.app import App
from bot.cli import app
from bot.commands import Vocabulary
from bot.config import load
from bot.gauges import Gauges
from classifiers import Role
from storage import _personal, migrate
from storage.database import Database
from storage.grants import Right
from storage.groups import Coverage
from storage.metrics import FIGURES
from storage.outcome import DEFINITION_VERSION, Evidence, Outcome
from tests import docs_tables, test_words
from tests.docs_tables import ROOT

PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md"))
OURS = ["*.md", "*.toml", "docs/*.md", "deploy/*", ".ci/*", "bot/**/*.py", "handlers/**/*.py", "classifiers/**/*.py"]
OURS += ["storage/**/*.py", "tests/**/*.py", "run.py"]
HANDMADE = {"message_terms", migrate.VERSION_TABLE}  # tables that are in no metadata
# Keys whose value in config.example.toml shows the form and is not the default.
SHOWN_ONLY = {
    ("data", "fonts"),
    ("imports", "watch"),
    ("llm", "url"),
    ("llm", "model"),
    ("adapters.onebot", "url"),
    ("classifiers.rules", "tree"),
    ("classifiers.keywords", "tree"),
}
SHOWN_ONLY |= {("classifiers.topics", "tree"), ("classifiers.topics", "weights")}
SHOWN_ONLY |= {("classifiers.linker", "tree"), ("classifiers.linker", "model")}


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fenced(text: str, language: str) -> list[str]:
    """Return the blocks of code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def table_rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of every row of every table, but heads and rules."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and not set(line) <= set("|- "):
            yield cells


# -- written by the code ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "name"), sorted(docs_tables.BLOCKS))
def test_tables_are_in_step(path: str, name: str) -> None:
    text = page(path)
    wanted = docs_tables.rewritten(text, name, docs_tables.BLOCKS[path, name]())
    assert text == wanted, "run: python -m tests.docs_tables"


def test_every_command_is_shown_at_work() -> None:
    vocabulary = Vocabulary(docs_tables.features())
    for entry in docs_tables.entries():
        assert entry.names[0] in docs_tables.EXAMPLES, f"/{entry.names[0]} needs an example in tests/docs_tables.py"
        for language in ("zh", "en"):
            assert docs_tables.line_of(entry, language), f"/{entry.names[0]} needs a line of help"
            example = docs_tables.EXAMPLES[entry.names[0]].in_language(language)
            parsed = vocabulary.parse(example, spoken_to=True)
            assert parsed is not None, example
            assert (parsed.bound.entry, parsed.fits) == (entry, True), example


def test_both_readmes_name_the_same() -> None:
    texts = [page("README.md"), page("README.zh-CN.md")]
    slashes = [re.findall(r"`(/[a-z]+)`", text) for text in texts]
    shell = [sorted(set(re.findall(r"(?:run\.py |^\| `|`, `|`、`)([a-z]{2,})\b", text, re.M))) for text in texts]
    assert slashes[0] == slashes[1]
    assert shell[0] == shell[1]
    assert len({len(fenced(text, "toml")) for text in texts}) == 1


@pytest.mark.parametrize("mark", ["<!-- demo -->", "<!-- commands -->"])
def test_readmes_keep_their_places(mark: str) -> None:
    assert mark in page("README.md")
    assert mark in page("README.zh-CN.md")


# -- the configuration ------------------------------------------------------------------------------------------------


def test_the_example_shows_every_key_with_its_meaning_and_its_default() -> None:
    shown = docs_tables.shown_in_example()
    for table, model in docs_tables.models():
        for key, field in model.model_fields.items():
            where = f"config.example.toml: [{table}] {key}"
            assert (table, key) in shown, f"{where} is not shown"
            value, meaning = shown[table, key]
            assert meaning, f"{where} needs a comment that says what it means"
            default = field.get_default(call_default_factory=True)
            if (table, key) not in SHOWN_ONLY and default is not PydanticUndefined:
                assert tomllib.loads(f"x = {value}")["x"] == plain(default), where


def plain(value: Any) -> Any:
    """Return a default as TOML would give it."""
    shown = docs_tables.as_toml(value).strip("`")
    return value.get_secret_value() if isinstance(value, SecretStr) else tomllib.loads(f"x = {shown}")["x"]


def test_the_example_switches_everything_on_that_needs_no_account(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(page("config.example.toml"), "utf-8")
    config = load(file, {})
    assert set(config.handlers) == set(plugins.available("handlers"))
    assert set(config.classifiers) == set(plugins.available("classifiers"))
    assert Vocabulary(assembly.features(config)).names
    assert assembly.classifiers(config).tree
    for name in plugins.available("adapters"):
        assert f"# [adapters.{name}]\n" in page("config.example.toml")


def test_what_is_commented_out_is_a_configuration_too(tmp_path: Path) -> None:
    lines: list[str] = []
    for (table, key), (value, _) in docs_tables.shown_in_example().items():
        if table.startswith("adapters.") and value != '""':
            lines += [f"[{table}]"] * (f"[{table}]" not in lines) + [f"{key} = {value}"]
    file = tmp_path / "config.toml"
    file.write_text("\n".join(lines), "utf-8")
    assert set(assembly.adapters(load(file, {}))) == set(plugins.available("adapters"))


def test_importers_have_nothing_to_set() -> None:
    folder = Path(importers.__file__).parent
    names = [path.stem for path in folder.glob("[!_]*.py")]
    assert names
    assert not [name for name in names if hasattr(importlib.import_module(f"bot.importers.{name}"), "Settings")]


def blocks_of_toml() -> list[Any]:
    found = [
        (name_of(path), number, text)
        for path in PAGES
        for number, text in enumerate(fenced(page(name_of(path)), "toml"))
    ]
    return [pytest.param(text, id=f"{path}-{number}") for path, number, text in found if path != "docs/adding.md"]


@pytest.mark.parametrize("text", blocks_of_toml())
def test_configurations_in_the_docs_load(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    config = load(file, {})
    assembly.adapters(config)
    assert assembly.features(config)


# -- tables, figures, metrics, words ----------------------------------------------------------------------------------


def documented_tables() -> dict[str, list[str]]:
    text = page("docs/database.md").split("## Tables")[1].split("## The two engines")[0]
    return {row[0].strip("`"): row for row in table_rows(text) if row[0].startswith("`")}


def test_every_table_is_documented() -> None:
    tables = set(migrate.metadata().tables)
    assert set(documented_tables()) == tables | HANDMADE
    assert all(len(row) == 4 and all(row) for row in documented_tables().values())


def test_no_table_with_members_is_said_to_hold_nobody() -> None:
    migrate.metadata()
    holding = {place.table.name for place in _personal.places()}
    holding |= {table.name for table in migrate.metadata().sorted_tables if _personal.texts(table)}
    assert {name for name, row in documented_tables().items() if row[2] == "none"} & holding == set()


def test_every_figure_is_documented() -> None:
    text = page("docs/figures.md")
    assert f"Definition version {DEFINITION_VERSION}." in text
    for figure in FIGURES.values():
        assert f"| `{figure.name}` |" in text
        assert figure.definition_en.replace("|", "\\|") in text
        assert figure.definition_zh in text


async def test_every_metric_is_documented(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[adapters.terminal]", "utf-8")
    parts = App(load(tmp_path / "config.toml", {}), sqlite_database)
    parts.rng = Random(1)
    registry = CollectorRegistry()
    registry.register(
        Gauges(parts.inbox, parts.dispatch, parts.errands, parts.ticker, parts.board, parts.outboxes, parts.ears)
    )
    told = set(re.findall(r"^# HELP (\S+)", generate_latest(registry).decode(), re.MULTILINE))
    written = {row[0].strip("`") for row in table_rows(page("docs/operations.md")) if row[0].startswith("`xiangqun_")}
    assert written == told


@pytest.mark.parametrize("words", [Role, Outcome, Evidence, Right, Coverage], ids=lambda kind: kind.__name__)
def test_every_word_of_the_definitions_is_in_the_glossary(words: type[StrEnum]) -> None:
    assert [word.value for word in words if f"`{word.value}`" not in page("docs/glossary.md")] == []


def test_what_is_not_said_is_in_the_glossary() -> None:
    unsaid = {word for row in table_rows(page("docs/glossary.md")) if len(row) == 4 for word in row[3].split(", ")}
    assert set(test_words.INSTEAD) - unsaid == set()


# -- the command line -------------------------------------------------------------------------------------------------


def shell_commands() -> set[str]:
    texts = [page(name_of(path)) for path in PAGES]
    return {word for text in texts for word in re.findall(r"python3 run\.py ([a-z]+)\b", text)}


def own_commands() -> set[str]:
    return set(re.findall(r"python3 run\.py ([a-z]+)", run.USAGE))


def bot_commands() -> set[str]:
    several = {str(group.name) for group in app.registered_groups}
    return several | {
        (command.name or command.callback.__name__) for command in app.registered_commands if command.callback
    }


def test_commands_of_the_shell_exist_and_help() -> None:
    told = shell_commands()
    assert told - own_commands() <= bot_commands()
    for name in sorted(told & bot_commands()):
        found = CliRunner().invoke(app, [name, "--help"])
        assert (found.exit_code, "--help" in found.output) == (0, True), name


def test_every_command_of_the_shell_is_in_the_readme() -> None:
    rows = {word for row in table_rows(page("README.md")) for word in re.findall(r"`([a-z]+)`", row[0])}
    assert bot_commands() <= rows


# -- links, and what must not stand there -----------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text("utf-8")), target


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[\w.-]+)\)", page("README.md") + page("README.zh-CN.md")))
    assert {name_of(path) for path in PAGES if path.parent.name == "docs"} == linked


def test_paths_in_the_docs_exist() -> None:
    example = set(re.findall(r"^`(\S+\.py)`$", page("docs/adding.md"), re.MULTILINE))
    pattern = r"`((?:bot|handlers|classifiers|storage|tests|deploy|docs|\.ci)/[\w./-]+)`"
    for path in PAGES:
        for named in re.findall(pattern, path.read_text("utf-8")):
            missing = not (ROOT / named).exists() and named not in example and not named.endswith("/x.py")
            assert not missing, f"{name_of(path)}: {named}"


FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.@}*])/(?:root|work|farm)/[\w.-]+",
    "a host of packages": r"(?:index-url|registry)\s*=\s*\S*https?://|https?://[\w.-]*(?:pypi|mirror|npmj)",
    "who wrote it": r"(?i)\bwritten by an? (?:a\.?i\b|model)|\ba\.?i\.?[- ](?:generated|written)|co-authored-by",
}
SPEAKING_OF_IT = {Path(__file__), ROOT / "tests/test_run.py"}  # the rule itself, and the translation of pip's settings


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_project_speaks_of_itself_alone(what: str) -> None:
    found = []
    for path in {path for pattern in OURS for path in ROOT.glob(pattern) if path.is_file()} - SPEAKING_OF_IT:
        found += [f"{name_of(path)}: {hit[0]}" for hit in re.finditer(FORBIDDEN[what], path.read_text("utf-8"))]
    assert found == []


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert re.search(r"^## Unreleased$", page("CHANGELOG.md"), re.MULTILINE)
