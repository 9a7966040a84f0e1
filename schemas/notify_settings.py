"""`[reports]` and `[notify]` of settings.toml: where reports are opened, and who is told of what happens."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from schemas.setting_values import Secret, Section

Occasion: TypeAlias = Literal["failure", "guard", "rejects", "incident", "silence", "recovered", "summary"]
OCCASIONS: tuple[Occasion, ...] = ("failure", "guard", "rejects", "incident", "silence", "recovered", "summary")
WeekDay: TypeAlias = Literal["", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEK_DAYS: tuple[WeekDay, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Reports(Section):
    """`[reports]`: where a browser opens them."""

    url: str = ""
    """The address under which the folder `reports` is served; empty: links are paths on this machine."""


class Notify(Section):
    """`[notify]`: who is told, by mail, chat or webhook."""

    to: list[Secret] = Field(default_factory=list)
    """Where the addresses are, in apprise's form: `env:NAME` or `block:name`; they hold passwords."""
    on: list[Occasion] = Field(default_factory=lambda: list(OCCASIONS))
    """What is told."""
    silent_hours: Annotated[int, Field(ge=0)] = 0
    """A stream that has received files before and none for so many hours is told; 0: never."""
    summary_on: WeekDay = "monday"
    """The day of the weekly summary; empty: none."""
    ping: Secret | None = None
    """Where the address is that is asked for after every run that came to its end, for a watch that misses it."""
    attach_report: bool = True
    """Whether the report goes with it."""
