"""`[schedules]` of settings.toml: when the flows of a shop are started, once it has been deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from schemas.flows import FLOWS
from schemas.setting_values import Section, fault

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Of a minute, an hour, a day of the month, a month and a day of the week."""


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise fault("time_zone", "there is no time zone of this name", 'Write one like "Europe/Paris".') from error
    return value


def _crons(value: dict[str, str]) -> Mapping[str, str]:
    for name, cron in value.items():
        if name not in FLOWS:
            raise fault("schedule_flow", f"there is no flow `{name}`", f"These are the flows: {', '.join(FLOWS)}.")
        if cron and not is_cron(cron):
            remedy = 'Write five fields in figures, like "*/15 * * * *"; "" starts the flow by hand only.'
            raise fault("schedule_cron", f"the times of `{name}` are not written as cron writes them", remedy)
    return value


class Schedules(Section):
    """`[schedules]`: when flows are started."""

    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Paris"
    """Of the times below, and of those that a flow has by itself."""
    flows: Annotated[dict[str, str], AfterValidator(_crons)] = Field(default_factory=dict)
    """A flow's own times as cron writes them, by its name; empty: it is started by hand only."""


def is_cron(text: str) -> bool:
    """Whether these are five fields of cron, in figures: `*`, `5`, `1-5`, each with `/2` or in a list."""
    fields = text.split(" ")
    return len(fields) == len(_BOUNDS) and all(
        _is_part(part, *bounds) for field, bounds in zip(fields, _BOUNDS, strict=True) for part in field.split(",")
    )


def _is_part(text: str, lowest: int, highest: int) -> bool:
    span, slash, step = text.partition("/")
    if slash and not (step.isdecimal() and int(step)):
        return False
    first, dash, last = span.partition("-")
    ends = [first, last] if dash else [first]
    if span == "*":
        return True
    return all(end.isdecimal() and lowest <= int(end) <= highest for end in ends) and int(first) <= int(ends[-1])
