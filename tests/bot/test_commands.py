"""Commands as they are typed: slash or word, any width, and what is none."""

from __future__ import annotations

import pytest

from bot.commands import Vocabulary, normalised
from handlers import ANY, NUMBER, OPTIONAL_NUMBER, Command, Feature, NoSettings, Right, Router

router = Router(NoSettings)
for names, fits in [
    (("solved", "解决了"), OPTIONAL_NUMBER),
    (("show", "看"), NUMBER),
    (("find", "找"), ANY),
    (("open", "还有谁在等", "还有谁没解决"), ""),
    (("stats", "统计"), OPTIONAL_NUMBER),
    (("digest", "周报"), "(now|preview)?"),
]:

    @router.command(*names, needs=Right.READ, fits=fits)
    async def run(command: object, ctx: object) -> None:
        """Do nothing."""


VOCABULARY = Vocabulary([Feature("f", router, NoSettings())])


@pytest.mark.parametrize(
    ("text", "spoken_to", "found"),
    [
        ("/solved", False, ("solved", "")),
        ("/solved 1024", False, ("solved", "1024")),
        ("／Ｓｏｌｖｅｄ　１０２４", False, ("solved", "1024")),
        ("\u200b/SOLVED          1024 ", False, ("solved", "1024")),
        ("/stats@小象 7", False, ("stats", "7")),
        ("/stats@10000", False, ("stats", "")),
        ("/stats@otherbot", False, None),
        ("/解决了 12", False, ("solved", "12")),
        ("/nosuch", False, None),
        ("/usr/bin/psql 在哪", False, None),
        ("解决了", False, None),
        ("解决了", True, ("solved", "")),
        ("解决了。", True, ("solved", "")),
        ("解决了 #12", True, ("solved", "#12")),
        ("解决了吗", True, None),
        ("看 1024", True, ("show", "1024")),
        ("看1024", True, ("show", "1024")),
        ("看#1024", True, ("show", "#1024")),
        ("看起来是锁", True, None),
        ("看 pg_wal 涨到 200G", True, None),
        ("找 复制槽 磁盘", True, ("find", "复制槽 磁盘")),
        ("找不到表", True, None),
        ("还有谁在等", True, ("open", "")),
        ("还有谁在等我", True, None),
        ("", True, None),
        ("/", True, None),
        ("/digest " + "x" * 10_000, False, ("digest", "x" * 500)),
        ("/digest -- '\"", False, ("digest", "-- '\"")),
    ],
)
def test_commands_are_found(text: str, spoken_to: bool, found: tuple[str, str] | None) -> None:
    parsed = VOCABULARY.parse(text, spoken_to=spoken_to, own_names=("小象", "10000"))
    assert (parsed and (parsed.bound.entry.names[0], parsed.args)) == found


def test_arguments_of_the_wrong_shape_are_told_apart_after_a_slash() -> None:
    parsed = VOCABULARY.parse("/show 复制槽", spoken_to=False)
    assert parsed is not None
    assert not parsed.fits


def test_two_features_cannot_have_one_command() -> None:
    with pytest.raises(ValueError, match="solved"):
        Vocabulary([Feature("a", router, NoSettings()), Feature("b", router, NoSettings())])


async def _nothing(_command: Command, _ctx: object) -> None:
    """Do nothing."""


def test_one_word_may_be_said_for_two_commands_that_what_follows_tells_apart() -> None:
    thread, question, twin = Router(NoSettings), Router(NoSettings), Router(NoSettings)
    thread.command("metoo", "同问", needs=Right.SELF, fits=OPTIONAL_NUMBER)(_nothing)
    question.command("up", "同问", needs=Right.SELF, fits=r"[qQ]\d+")(_nothing)
    twin.command("also", "同问", needs=Right.SELF, fits=OPTIONAL_NUMBER)(_nothing)
    both = [Feature("a", thread, NoSettings()), Feature("b", question, NoSettings())]
    found = [Vocabulary(both).parse(said, spoken_to=True) for said in ("同问 2941", "同问 Q12", "同问", "同问 abc")]
    assert [parsed and parsed.bound.entry.names[0] for parsed in found] == ["metoo", "up", "metoo", None]
    with pytest.raises(ValueError, match="同问"):
        Vocabulary([*both, Feature("c", twin, NoSettings())])


def test_normalising_twice_changes_nothing() -> None:
    text = "\ufeff／ＳＴＡＴＳ \u202e  7\u200d"
    assert normalised(normalised(text)) == normalised(text) == "/STATS 7"
