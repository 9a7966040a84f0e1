"""Status, dictionaries, constants and extra fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.state import State
from deployments.sandbox.dolibarr.store import Row

_COUNTRIES = (
    (1, "FR", "France"),
    (2, "BE", "Belgique"),
    (3, "IT", "Italie"),
    (4, "ES", "Espagne"),
    (5, "DE", "Allemagne"),
    (6, "CH", "Suisse"),
    (7, "GB", "Royaume-Uni"),
    (11, "US", "Etats-Unis"),
    (140, "LU", "Luxembourg"),
    (17, "NL", "Pays-Bas"),
    (25, "PT", "Portugal"),
)
_TYPES = ((5, "TE_ADMIN"), (2, "TE_GROUP"), (3, "TE_MEDIUM"), (100, "TE_OTHER"), (8, "TE_PRIVATE"), (4, "TE_SMALL"))
PAYMENT_TYPES = ((6, "CB"), (7, "CHQ"), (4, "LIQ"), (3, "PRE"), (2, "VIR"))
_METHODS = ((1, "CATCH", "In-Store Collection"), (2, "TRANS", "Generic transport service"), (5, "UPS", "UPS"))
_RATES = ((46, "0"), (50, "2.1"), (49, "5.5"), (48, "10"), (47, "20"))


def country_by_id(id_: int) -> Row | None:
    """The country of an id."""
    return next(({"id": each, "code": code} for each, code, _ in _COUNTRIES if each == id_), None)


def country_by_code(code: str) -> Row | None:
    """The country of an ISO code."""
    return next(({"id": id_, "code": each} for id_, each, _ in _COUNTRIES if each == code), None)


def type_code(id_: int) -> str | None:
    """The code of a type of third party."""
    return dict(_TYPES).get(id_)


class Setup:
    """Answers `/status` and `/setup`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def status(self) -> Row:
        """Version and clock."""
        state = self._state
        here = datetime.fromtimestamp(state.stamp(), state.zone)
        return {
            "success": {
                "code": 200,
                "dolibarr_version": state.profile.version,
                "access_locked": "0",
                "environment": "non-production",
                "timestamp_now_utc": state.stamp(),
                "timestamp_php_tz": state.zone.key,
                "date_tz": f"{here:%Y-%m-%d %H:%M:%S}",
            }
        }

    def dictionary(self, name: str, query: dict[str, str]) -> list[Row]:
        """A dictionary, such as `countries`."""
        if name == "countries":
            return [self._country(*each) for each in ((0, "", "-"), *_COUNTRIES)]
        if name == "payment_types":
            return [_named(id_, code) | {"type": "2"} for id_, code in PAYMENT_TYPES]
        if name == "shipping_methods":
            return [
                {"id": str(id_), "code": code, "label": label, "description": label, "tracking": "", "module": None}
                for id_, code, label in _METHODS
            ]
        if name == "vat" and self._state.profile.has_vat_dictionary:
            of_france = query.get("fk_country", "1") == "1"
            return [_rate(id_, rate) for id_, rate in _RATES] if of_france else []
        if name == "thirdparty_types" and self._state.profile.has_vat_dictionary:
            return [_named(id_, code) | {"fk_country": None} for id_, code in _TYPES]
        raise ApiError(404)

    def _country(self, id_: int, code: str, label: str) -> Row:
        as_number = self._state.profile.countries_as_numbers
        numbers: Row = {"id": id_, "active": 1} if as_number else {"id": str(id_), "active": "1"}
        return numbers | {"entity": None, "code": code, "label": label, "code_iso": None, "eec": "0"}

    def constant(self, name: str) -> str:
        """The value of a constant, which must be set."""
        if name not in self._state.constants:
            raise ApiError(400, "Error: Bad or unknown value for constantname")
        return self._state.constants[name]

    def extra_fields(self) -> Row:
        """Every extra field, by element and name."""
        found: Row = {}
        for table in self._state.tables():
            for name, unique in table.fields.items():
                field = {"type": "varchar", "label": "Passerelle", "size": "64", "unique": "1" if unique else "0"}
                found.setdefault(table.element, {})[name] = {**field, "elementtype": table.element}
        return found

    def make_extra_field(self, body: dict[str, Any], element: str, name: str) -> int:
        """A new extra field."""
        table = self._state.table(element)
        if not body.get("label"):
            raise ApiError(400, "label field missing")
        if name in table.fields:
            raise ApiError(409, "Duplicate Extrafields with attrname " + name)
        table.fields[name] = str(body.get("unique")) == "1"
        return sum(len(each.fields) for each in self._state.tables())

    def remove_extra_field(self, element: str, name: str) -> Row:
        """Removes it from the objects of its kind."""
        if self._state.table(element).fields.pop(name, None) is None:
            raise ApiError(404, "Attribute not found")
        return {"success": {"code": 200, "message": "Attribute deleted"}}


def _named(id_: int, code: str) -> Row:
    return {"id": str(id_), "code": code, "label": code, "module": None}


def _rate(id_: int, rate: str) -> Row:
    return {"rowid": str(id_), "code": "", "type_vat": "0", "active": "1", "fk_pays": "1", "taux": rate}
