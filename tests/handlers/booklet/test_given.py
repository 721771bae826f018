"""What is given beside the record: pictures of a folder, which is never left, and lessons of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers._booklet import pictures
from handlers._booklet.lessons import LessonsError, parse, read
from handlers._booklet.pictures import PicturesError, find, size
from tests.handlers.booklet.test_pages import picture

pytestmark = pytest.mark.middle  # pictures are drawn

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    return made


def test_pictures_are_found_by_the_number_of_their_event(folder: Path) -> None:
    for name in ("E57.png", "e57-2.png", "E0057 c.PNG", "E571.png", "E5.png", "other.png", "E57.txt"):
        (folder / name).write_bytes(picture())
    (folder / "E58").mkdir()
    (folder / "E58" / "stage.png").write_bytes(picture(90, 30))
    found = find(folder, {57, 58})
    assert {event: len(names) for event, names in found.of.items()} == {57: 3, 58: 1}
    assert size(found.content[found.of[58][0]]) == (90, 30)
    assert found.remarks == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + bytes(40), "it is neither PNG nor JPEG."),
        (
            PNG + bytes(8) + (20_000).to_bytes(4) + (10).to_bytes(4) + bytes(8),
            "it has more than 12000 pixels on a side",
        ),
        (PNG + bytes(4), "it has more than 12000 pixels on a side, or none."),
        (PNG + bytes(8) + (10).to_bytes(4) + (10).to_bytes(4) + bytes(80), "it cannot be drawn."),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x10" + bytes(40), "it cannot be drawn."),
        (b"\xff\xd8\xff" + bytes(40), "it has more than 12000 pixels"),
        (b"", "it is neither PNG nor JPEG."),
    ],
)
def test_what_only_looks_like_a_picture_is_left_out(folder: Path, content: bytes, said: str) -> None:
    (folder / "E1.jpg").write_bytes(content)
    found = find(folder, {1})
    assert found.of == {}
    assert found.remarks[0].startswith(f"E1.jpg: left out, {said}")


def test_nothing_outside_of_the_folder_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    (folder / "E1.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "outer").mkdir()
    (tmp_path / "outer" / "a.png").write_bytes(picture())
    (folder / "E2").symlink_to(tmp_path / "outer")
    (folder / "E3.png").symlink_to(folder / "E3.png")
    found = find(folder, {1, 2, 3})
    assert found.of == {}
    assert found.remarks[0] == "E1.png: left out, it is a link; only files of the folder itself are read."


def test_too_large_and_too_many(folder: Path) -> None:
    for number in range(6):
        (folder / f"E1-{number}.png").write_bytes(picture())
    (folder / "E2.png").write_bytes(picture() + bytes(8_000_001))
    found = find(folder, {1, 2})
    assert len(found.of[1]) == pictures.MOST
    assert [line.partition(": ")[0] for line in found.remarks] == ["E1-4.png", "E1-5.png", "E2.png"]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PicturesError, match="No such file"):
        find(tmp_path / "none", {1})


def test_lessons_by_event_series_and_year() -> None:
    text = 'E57 = ["早到半小时。", " "]\ne0058 = "写大一点。"\ns3 = ["提前两周发。"]\nyear = ["每季度一次线下。"]'
    assert parse(text) == {
        "E57": ("早到半小时。",),
        "E58": ("写大一点。",),
        "S3": ("提前两周发。",),
        "year": ("每季度一次线下。",),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'x = "a"', "x is neither an event"),
        (b"E1 = 3", "E1 must be a text"),
        (b"E1 = [1]", "E1 must be a text"),
        (b"[E1]\na = 1", "E1 must be a text"),
        (b"E1 = ", "is no TOML"),
        (b'\xff\xfeE1 = "a"', "is no TOML in UTF-8"),
        (b"E1 = " + b"[" * 5_000, "is no TOML"),
        (b"#" * 1_000_001, "is larger than a megabyte"),
    ],
)
def test_lessons_that_cannot_be_used(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "lessons.toml"
    file.write_bytes(content)
    with pytest.raises(LessonsError, match=said):
        read(file)


def test_a_file_of_lessons_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LessonsError, match="No such file"):
        read(tmp_path / "none.toml")
