"""The clocks of a trial: time passes for all, and ours or the shop's may be wrong beside it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from types import ModuleType
from typing import Any

from deployments.sandbox.shop.clock import CLOCK

_OURS = ("connectors.", "tasks.", "flows.", "schemas.", "deployments.commands.")
_ERP = ("deployments.sandbox.cegid.",)


class Clocks:
    """Seconds by which each clock differs from this machine's."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.ours = 0.0
        self.shop = 0.0

    def let_pass(self, seconds: float) -> None:
        """Time passes, for everybody."""
        self.passed += seconds
        self._tell()

    def set_wrong(self, *, ours: float = 0.0, shop: float = 0.0) -> None:
        """From now on our clock and the shop's are so many seconds ahead."""
        self.ours, self.shop = ours, shop
        self._tell()

    def _tell(self) -> None:
        CLOCK.wrong_by = self.passed + self.shop
        _SHIFT.ours, _SHIFT.erp = self.passed + self.ours, self.passed


class _Shift:
    ours = 0.0
    erp = 0.0


_SHIFT = _Shift()


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)


class _Datetime(datetime, metaclass=_AnyDatetime):
    """`datetime` of a machine whose clock is `attribute` of the shift ahead; what it makes are plain ones."""

    attribute = "ours"

    def __new__(cls, *given: Any, **named: Any) -> Any:
        return datetime(*given, **named)  # noqa: DTZ001 - as it was asked for

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + timedelta(seconds=getattr(_SHIFT, cls.attribute))


class _ErpDatetime(_Datetime):
    attribute = "erp"


def _time_of(attribute: str) -> ModuleType:
    shifted = ModuleType("time")
    shifted.__dict__.update(time.__dict__)
    shifted.__dict__["time"] = lambda: time.time() + getattr(_SHIFT, attribute)
    return shifted


@contextmanager
def clocks_of_the_trial() -> Iterator[Clocks]:
    """What our modules and the ERP's take for the time follows `Clocks` until the block ends, then this machine's."""
    put: list[tuple[ModuleType, str, Any]] = []
    for names, of_class, of_time in ((_OURS, _Datetime, _time_of("ours")), (_ERP, _ErpDatetime, _time_of("erp"))):
        for module in [each for name, each in sys.modules.items() if name.startswith(names)]:
            for attribute, value in (("datetime", of_class), ("time", of_time)):
                here = getattr(module, attribute, None)
                if here is datetime or here is time:
                    put.append((module, attribute, here))
                    setattr(module, attribute, value)
    clocks = Clocks()
    clocks.set_wrong()
    try:
        yield clocks
    finally:
        Clocks().set_wrong()
        for module, attribute, former in put:
            setattr(module, attribute, former)
