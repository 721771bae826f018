"""What a group may have otherwise than the community: one model each for the configuration, commands and rows."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from handlers._places import known_country, known_zone

STRICT = ConfigDict(extra="forbid", frozen=True)
_HOURS = re.compile(r"(\d{1,2}):(\d{2}) ?(?:[-–—~～至到]|to) ?(\d{1,2}):(\d{2})")
_DAY = 24 * 60  # minutes


def _zone(value: object) -> ZoneInfo:
    try:
        return known_zone(value)
    except ValueError as error:
        raise PydanticCustomError("zone", "{why}", {"why": str(error)}) from error


def _country(value: str) -> str:
    try:
        return known_country(value)
    except ValueError as error:
        raise PydanticCustomError("country", "{why}", {"why": str(error)}) from error


def _hours(text: str) -> str:
    """Return hours of a day as they are kept: `09:00-22:00`, `00:00-24:00`."""
    found = _HOURS.fullmatch(" ".join(text.replace("：", ":").split()))
    if found:
        parts = [int(part) for part in found.groups()]
        since, until = parts[0] * 60 + parts[1], parts[2] * 60 + parts[3]
        if parts[1] < 60 and parts[3] < 60 and since < until <= _DAY:
            return "{:02}:{:02}-{:02}:{:02}".format(*parts)
    raise PydanticCustomError("hours", 'must be hours of one day, such as "09:00-22:00"')


class Speech(BaseModel):
    """Of `[community]`: how a group is spoken to.

    Attributes:
        zone: The community's cuts days and weeks, for everyone; a group's own moves its schedules and quiet hours.
        language: What the bot speaks.
    """

    model_config = STRICT
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Shanghai")
    language: Literal["zh", "en"] = "zh"


class Quiet(BaseModel):
    """Of `[outbox]`: what the bot may say unasked.

    Attributes:
        quiet_from: Start of the hours without mentions, in the group's zone.
        quiet_until: Their end.
        weekly_budget: Proactive posts per group and week.
    """

    model_config = STRICT
    quiet_from: time = time(22)
    quiet_until: time = time(9)
    weekly_budget: int = Field(3, ge=0, le=100_000)

    def is_night(self, local: time) -> bool:
        """Say whether nobody may be mentioned at a local time; hours that begin when they end are none."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


class Service(BaseModel):
    """`[service]`: in which hours members may hope for an answer.

    Attributes:
        hours: Of every local day in the community's zone, weekends included.
    """

    model_config = STRICT
    hours: Annotated[str, AfterValidator(_hours)] = "09:00-22:00"

    @property
    def opens(self) -> time:
        """When they begin."""
        return time.fromisoformat(self.hours[:5])

    @property
    def closes(self) -> time:
        """When they end; 00:00 is the end of the day."""
        return time.fromisoformat(self.hours[6:].replace("24:00", "00:00"))


class Holidays(BaseModel):
    """`[holidays]`: which days are closed in service time.

    Attributes:
        country: Whose public holidays.
        add: Closed besides them.
        remove: Open although a holiday.
    """

    model_config = STRICT
    country: Annotated[str, AfterValidator(_country)] = "CN"
    add: frozenset[date] = frozenset()
    remove: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _agree(self) -> Holidays:
        if self.add & self.remove:
            raise PydanticCustomError("holidays", "a day stands in add and in remove; keep one of them")
        return self


def part(model: type[BaseModel], table: BaseModel) -> Any:
    """Return the part of a table that is another model; what was not given stays not given."""
    given = {name: getattr(table, name) for name in model.model_fields if name in table.model_fields_set}
    return model.model_validate(given)
