"""Which names of sections are known, and how one that is not is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.assembly import features
from bot.config import load
from bot.refusals import ConfigError
from handlers import Feature, Router
from handlers.digest._settings import SECTIONS, Settings, check, unknown

EVENTS: Router[Settings] = Router(Settings)


@EVENTS.section("coming events")
async def coming_events(*_: object) -> None:
    """Return nothing."""


@pytest.mark.parametrize(
    ("sections", "found"),
    [
        (SECTIONS, {}),
        ((), {}),
        (("coming events",), {}),
        (("figurs",), {"figurs": "figures"}),
        (("Hot Topics",), {"Hot Topics": "hot topics"}),
        (("lernt",), {"lernt": "learnt"}),
        (("zzz",), {"zzz": ""}),
        (("figures", "coming event"), {"coming event": "coming events"}),
    ],
)
def test_names_of_sections(sections: tuple[str, ...], found: dict[str, str]) -> None:
    assert unknown(sections, [Feature("events", EVENTS, Settings())]) == found


def test_a_section_of_a_feature_that_is_off_is_not_known() -> None:
    assert unknown(["coming events"], []) == {"coming events": "coming up"}
    check(Settings(), [])  # our own are, whatever is switched on
    with pytest.raises(ValueError, match=r"^sections: there is no section 'figurs'; did you mean 'figures'\?$"):
        check(Settings(sections=("figurs",)), [])


def test_the_configuration_is_refused_by_table_and_key(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[handlers.stats]\n[handlers.digest]\nsections = ["figures", "thank"]\n', "utf-8")
    with pytest.raises(ConfigError) as refused:
        features(load(file, {}))
    assert str(refused.value) == (
        "config.toml: [handlers.digest] sections: there is no section 'thank'; did you mean 'thanks'?"
    )
