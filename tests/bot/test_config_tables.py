"""Tables within tables by names of the operator's choice: their secrets, their faults, their near words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.config import ConfigError, Table, secrets, validate


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    url: SecretStr
    limit: int = 1


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    targets: dict[str, Target] = Field(default_factory=dict)


def refused(targets: object, tmp_path: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        validate(Settings, Table({"targets": targets}, folder=tmp_path), ("adapters", "notices"))
    return str(raised.value)


def test_secrets_in_files_and_in_place(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("https://x.example/?key=hunter2\n")
    file.chmod(0o600)
    table = {"east": {"kind": "a", "url_file": "url"}, "west": {"kind": "a", "url": "hunter3", "limit": 2}}
    settings = validate(Settings, Table({"targets": table}, folder=tmp_path))
    assert sorted(secrets(settings)) == ["https://x.example/?key=hunter2", "hunter3"]
    assert settings.targets["west"].limit == 2
    assert validate(Settings, Table({})).targets == {}


def test_faults(tmp_path: Path) -> None:
    where = "[adapters.notices.targets.east]"
    assert f"{where} kind: is missing" in refused({"east": {"url": "x"}}, tmp_path)
    near = refused({"east": {"kind": "a", "ulr": "hunter2", "url": "x"}}, tmp_path)
    assert f"{where} ulr: unknown key; did you mean url?" in near
    assert "hunter2" not in near
    assert f"{where} url: is empty" in refused({"east": {"kind": "a", "url": ""}}, tmp_path)
    assert f"{where} url_file: the file cannot be read" in refused({"east": {"kind": "a", "url_file": "no"}}, tmp_path)
    assert "must be a table" in refused({"east": "hunter2"}, tmp_path)
    assert "must be a table" in refused(["hunter2"], tmp_path)
    assert "whole number" in refused({"east": {"kind": "a", "url": "x", "limit": "many"}}, tmp_path)


class Span(BaseModel):
    least: int = 1
    most: int = 2

    @model_validator(mode="after")
    def _agrees(self) -> Span:
        if self.least > self.most:
            raise ValueError("least is above most; swap them")
        return self


def test_a_fault_of_the_whole_table_names_the_table() -> None:
    with pytest.raises(ConfigError) as raised:
        validate(Span, Table({"least": 3}), ("handlers", "dice"))
    assert str(raised.value) == "config.toml: [handlers.dice]: least is above most; swap them"
