"""What members are told to say exists: every `/command` in an English text is one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.chat import load_features

ROOT = Path(__file__).parents[2]
SAID = re.compile(r"(?<![\w/:.…}])/([a-z_]{2,})")
FEATURES = sorted(
    path.stem for path in (ROOT / "handlers").glob("[!_]*") if path.suffix == ".py" or (path / "__init__.py").exists()
)


def english() -> Iterator[tuple[str, str]]:
    """Yield the English texts of all features, each with its file."""
    for path in sorted((ROOT / "handlers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                words = [keyword.value for keyword in node.keywords if keyword.arg == "en"]
                for constant in (inner for word in words for inner in ast.walk(word)):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        yield path.relative_to(ROOT).as_posix(), constant.value


def test_every_command_that_is_named_exists() -> None:
    entries = [entry for feature in load_features(FEATURES) for entry in feature.router.commands]
    known = {name.lower() for entry in entries for name in entry.names}
    found = [(file, word) for file, text in english() for word in SAID.findall(text) if word not in known]
    assert len(known) > 60
    assert found == []
