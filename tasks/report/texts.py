"""The report's fixed words, numbers and dates, in the shop's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from schemas.erps import NAMES as ERP_NAMES
from schemas.filled import filled
from schemas.outcomes import Outcome

LANGUAGES = ("en", "fr")
TEMPLATES = Path(__file__).parent / "templates"
_MINUTE = 60


@cache
def texts(language: str, flow: str = "") -> Texts:
    """The words of `language`, those for `flow` where it has some of its own; English for a language we do not have."""
    code = language if language in LANGUAGES else "en"
    with (TEMPLATES / f"report.{code}.toml").open("rb") as file:
        catalogue = tomllib.load(file)
    own = catalogue["of_flow"].get(flow, {})
    return Texts(code, catalogue | {section: catalogue[section] | words for section, words in own.items()})


_AMOUNTS = frozenset(
    {
        *(
            "price",
            "wholesale_price",
            "unit_price",
            "unit_price_impact",
            "reduction",
            "ecotax",
            "additional_shipping_cost",
        ),
        *("weight", "width", "height", "depth"),
    }
)
"""Fields of PrestaShop that hold a decimal number with six digits behind the point."""
_FEW = 10
"""Below so many percent, one decimal of it is shown."""


@dataclass(frozen=True, eq=False)
class Texts:
    """One language: fixed sentences, and how it writes numbers, shares, dates and durations."""

    code: str
    catalogue: dict[str, Any]

    def page(self, key: str, **params: object) -> str:
        """A sentence or label of the page, its placeholders filled."""
        return filled(str(self.catalogue["page"][key]), self.code, **params)

    def filled(self, section: str, key: str, **params: object) -> str:
        """Our sentence for `key`, its placeholders filled."""
        return filled(self.word(section, key), self.code, **params)

    def counted(self, section: str, key: str, count: int) -> str:
        """How many of `key`: `1 read`, `12,345 reads`."""
        return f"{self.number(count)} {self.filled(section, key, count=count)}"

    def outcomes(self, counts: Mapping[Outcome, int] | Mapping[str, int], section: str = "outcome") -> str:
        """How many rows ended where, those outcomes that have any: `3 created, 7 rejected`, in French `créées : 3`."""
        return ", ".join(
            self.filled("end", "outcome", count=count, outcome=self.word(section, outcome.value).lower())
            for outcome in Outcome
            if (count := counts.get(outcome, 0))
        )

    def request(self, name: str, count: int) -> str:
        """How many requests, by the name that the report has for them; those to an ERP with what they did."""
        kind, _, _ = name.partition(" ")
        if kind not in ERP_NAMES:
            return self.counted("request", name, count)
        return self.page("erp_requests", count=self.number(count), what=self.request_name(name))

    def request_name(self, name: str, count: int = 2) -> str:
        """What one kind of requests is called: `reads`, `read an order (Dolibarr)`."""
        kind, _, action = name.partition(" ")
        if kind not in ERP_NAMES:
            return self.filled("request", name, count=count)
        return self.page("erp_request", what=self.word("erp_request", action), erp=ERP_NAMES[kind])

    def word(self, section: str, key: str) -> str:
        """Our word for `key` (a state, an outcome, a step ...); the key itself when we have none.

        Of `reconcile/2026-11` the word is that of the part before the stroke, and the rest stands behind it.
        """
        known, (name, _, rest) = self.catalogue[section], key.partition("/")
        if rest and key not in known and name in known:
            return f"{known[name]} {rest}"
        return str(known.get(key, key.replace("_", " ")))

    def number(self, value: float | Decimal, digits: int = 0) -> str:
        """`12,345.6` in English, `12 345,6` in French, with a space that does not break."""
        whole, _, fraction = f"{value:,.{digits}f}".partition(".")
        grouped = whole.replace(",", self.catalogue["thousands"])
        return grouped + (self.catalogue["decimal"] + fraction if fraction else "")

    def value(self, field: str, text: str) -> str:
        """A value of a change as a person writes it: `21,90` for a price of `21.900000`, any other text as it is."""
        amount = _amount(field, text)
        if amount is None:
            return text
        return self.number(amount, max(2, -int(amount.normalize().as_tuple().exponent)))

    def step(self, field: str, old: str, new: str) -> str:
        """By how much an amount changes, `-46 %`; empty where there is nothing to compare."""
        before, after = _amount(field, old), _amount(field, new)
        if not before or after is None:
            return ""
        percent = (after - before) / before * 100
        return ("+" if percent > 0 else "") + self._percent(float(percent), 1 if abs(percent) < _FEW else 0)

    def share(self, value: float) -> str:
        """A share of 1 as a percentage: one decimal under 10 %, and never 0 % or 100 % when it is not quite."""
        percent = value * 100
        if 0 < percent < 0.1:  # noqa: PLR2004 - the smallest share one decimal can show
            return "< " + self._percent(0.1, 1)
        if 99.9 < percent < 100:  # noqa: PLR2004 - likewise
            return "> " + self._percent(99.9, 1)
        return self._percent(percent, 0 if percent in {0, 100} else 1)

    def _percent(self, percent: float, digits: int) -> str:
        return str(self.catalogue["percent"]).format(number=self.number(percent, digits))

    def date(self, iso: str, time_zone: str = "UTC") -> str:
        """An ISO 8601 instant as a person of that zone writes it; empty when the instant is."""
        if not iso:
            return ""
        at = datetime.fromisoformat(iso).astimezone(ZoneInfo(time_zone))
        written = str(self.catalogue["date"]).format(
            day=at.day,
            month=self.catalogue["months"][at.month - 1],
            year=at.year,
            hour=f"{at:%H}",
            minute=f"{at:%M}",
        )
        return f"{written} UTC" if time_zone == "UTC" else written

    def duration(self, seconds: float) -> str:
        """`0.42 s`, `12.3 s`, `4 min 05 s`."""
        if seconds >= _MINUTE:
            minutes, rest = divmod(round(seconds), _MINUTE)
            return self.page("minutes", minutes=self.number(minutes), seconds=f"{rest:02d}")
        if 0 < seconds < 0.01:  # noqa: PLR2004 - the shortest time two decimals can show
            return "< " + self.page("seconds", number=self.number(0.01, 2))
        return self.page("seconds", number=self.number(seconds, 1 if seconds >= 1 else 2))


def _amount(field: str, text: str) -> Decimal | None:
    if field not in _AMOUNTS or not re.fullmatch(r"-?[0-9]+\.[0-9]{6}", text):
        return None
    return Decimal(text)
