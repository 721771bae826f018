"""Every format: what its fixture holds, to the letter; run as a module, it writes that anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.importers._inputs import formats
from tests.bot.importers.golden import FIXTURES, FOLDER, NEED_A_FORMAT, read, written


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_gives_exactly_these_messages(name: str) -> None:
    form, options = FIXTURES[name]
    known, found = read(FOLDER / name, options, form if name in NEED_A_FORMAT else "")
    assert known == form
    assert written(found) == golden(name).read_text("utf-8")


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_gives_the_same_keys_twice(name: str) -> None:
    form, options = FIXTURES[name]
    assert read(FOLDER / name, options, form) == read(FOLDER / name, options, form)


def test_every_format_has_a_fixture() -> None:
    assert {form for form, _ in FIXTURES.values()} | {"chatlab"} == set(formats())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", sorted(name for name in FIXTURES if (FOLDER / name).is_file()))
def test_a_fixture_may_be_encoded_as_it_likes(name: str, encoding: str, tmp_path: Path) -> None:
    form, options = FIXTURES[name]
    text = (FOLDER / name).read_text("utf-8").removeprefix("\ufeff")
    (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode(encoding, "ignore"))
    known, found = read(tmp_path / name, options, form if name in NEED_A_FORMAT else "")
    assert known == form
    assert written(found) == golden(name).read_text("utf-8")


@pytest.mark.parametrize("name", ["slack", "qq_chunks"])
def test_an_archive_is_its_folder(name: str, tmp_path: Path) -> None:
    form, options = FIXTURES[name]
    archive = Path(shutil.make_archive(str(tmp_path / name), "zip", FOLDER / name))
    known, found = read(archive, options)
    assert known == form
    assert written(found) == golden(name).read_text("utf-8")


def golden(name: str) -> Path:
    return FOLDER.parent / "golden" / f"{name}.txt"


if __name__ == "__main__":
    for name, (form, options) in FIXTURES.items():
        golden(name).parent.mkdir(exist_ok=True)
        golden(name).write_text(
            written(read(FOLDER / name, options, form if name in NEED_A_FORMAT else "")[1]), "utf-8"
        )
