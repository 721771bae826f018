"""Typesetting: data stays data, files stay closed, and the same data give the same bytes."""

from datetime import UTC, datetime
from pathlib import Path
from struct import pack

import pytest
from typst import TypstError

from handlers import _drawing as drawing
from handlers._drawing._glyphs import glyphs_of
from handlers._drawing.fonts import draw_with, fonts
from handlers._drawing.typesetting import prepared, typeset
from tests.handlers.drawing.pages import HOSTILE

HEAD = '#import "@local/look:1.0.0": *\n#show: letters\n'


def template(folder: Path, text: str) -> Path:
    path = folder / "page.typ"
    path.write_text(HEAD + text, "utf-8")
    return path


def test_a_template_of_another_folder_uses_the_look(tmp_path: Path) -> None:
    path = template(tmp_path, "#inputs.said #card(light, heavy[x]) #bar(0.5, series.first())")
    assert typeset(path, {"said": "*x*"}, form="pdf").startswith(b"%PDF-")


def test_a_pdf_has_the_date_it_was_given_and_no_other(tmp_path: Path) -> None:
    path = template(tmp_path, "x")
    dated = typeset(path, {}, form="pdf", created=datetime(2026, 11, 30, 1, tzinfo=UTC))
    assert b"D:20261130010000" in dated
    assert dated == typeset(path, {}, form="pdf", created=datetime(2026, 11, 30, 1, tzinfo=UTC))


@pytest.mark.parametrize("file", ["/etc/passwd", "../secret.txt", "../../../../etc/passwd"])
def test_no_file_outside_its_folder_is_read(tmp_path: Path, file: str) -> None:
    inner = tmp_path / "templates"
    inner.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(TypstError, match=r"not found|escape"):
        typeset(template(inner, f'#read("{file}")'), {}, form="png")


def test_what_members_wrote_is_never_evaluated(tmp_path: Path) -> None:
    path = template(tmp_path, "#metadata(inputs.said) <said> #inputs.said.join()")
    said = [HOSTILE[name] for name in ("reads a file", "formula", "label", "reference", "backslash", "code")]
    compiler, where, inputs = prepared(path, {"said": said})
    made, warnings = compiler.compile_with_warnings(where, format="png", ppi=72, sys_inputs=inputs)
    assert made
    assert warnings == []


def test_folders_of_templates_hold_nothing_else() -> None:
    folder = Path(drawing.__file__).parent
    for path in [*(folder / "templates").rglob("*"), *(folder / "packages").rglob("*")]:
        assert path.is_dir() or path.suffix in {".typ", ".toml"}


def test_a_folder_without_fonts_is_told(tmp_path: Path) -> None:
    draw_with(tmp_path)
    try:
        with pytest.raises(TypstError, match="no font"):
            typeset(template(tmp_path, "x"), {}, form="png")
    finally:
        draw_with(None)


def test_the_fonts_of_another_folder_are_drawn_with(tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    folder.mkdir()
    (folder / "other.ttc").symlink_to(fonts().folder / "NotoSansCJK-Regular.ttc")
    shipped = typeset(template(tmp_path, "字"), {}, form="png")
    draw_with(folder)
    try:
        assert fonts().folder == folder
        assert typeset(template(tmp_path, "字"), {}, form="png") == shipped
    finally:
        draw_with(None)


def test_what_a_font_draws_is_read_from_its_own_tables(tmp_path: Path) -> None:
    shipped = glyphs_of(fonts().folder / "NotoSansCJK-Regular.ttc", 2)
    assert all(character in shipped for character in "aZ象群喆昉璟繁體𠮷，·")
    assert not any(character in shipped for character in "😀محאŽ\ue000")
    old = tmp_path / "old.ttf"  # one table, a map of the first 256 characters alone (format 0)
    old.write_bytes(pack(">4s4H4s3I2H2HI3H", b"\0\1\0\0", 1, 0, 0, 0, b"cmap", 0, 28, 18, 0, 1, 1, 0, 12, 0, 262, 0))
    with pytest.raises(ValueError, match="no map of all Unicode"):
        glyphs_of(old)


def test_more_than_one_page_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(TypstError, match="more than one page"):
        typeset(template(tmp_path, "x #pagebreak() y"), {}, form="png")


def test_a_letter_that_the_font_lacks_would_be_noticed(tmp_path: Path) -> None:
    compiler, path, inputs = prepared(template(tmp_path, "\U0001f600"), {})
    with pytest.raises(TypstError, match="could not be displayed"):
        compiler.compile(path, format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
