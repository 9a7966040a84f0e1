"""Third parties and contacts."""

from __future__ import annotations

from typing import Any

from deployments.sandbox.dolibarr import texts
from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.setup import country_by_code, country_by_id, type_code
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row

_THIRD_PARTY = ("email", "zip", "idprof1", "idprof2", "tva_intra", "ref_ext", "note_public", "url")
_NAMES = ("name", "town", "address", "name_alias")
_PHONES = ("phone", "phone_mobile")
_CONTACT_NAMES = ("lastname", "firstname", "town", "address")
_CONTACT = ("zip", "email", "civility_code", "ref_ext")


class People:
    """Answers `/thirdparties` and `/contacts`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create_third_party(self, body: dict[str, Any]) -> int:
        """A third party; the code of a customer is the next one when it is `-1`."""
        if not body.get("name"):
            raise ApiError(400, "name field missing")
        row = {"status": "1", "client": "0", "typent_id": "0", "fournisseur": "0", "code_client": None}
        row |= self._third_party(body) | {"client": str(body.get("client", 0))}
        table = self._state.third_parties
        table.check_unique(table.options(body.get("array_options")))
        code = str(body.get("code_client") or "")
        if code in {"-1", "auto"}:
            number = self._state.counters["CU"] = self._state.counters.get("CU", 0) + 1
            code = f"CU{self._state.day(self._state.stamp()):%y%m}-{number:05}"
        elif code and any(each["code_client"] == code for each in table):
            raise ApiError(500, "Error creating thirdparty", "ErrorCustomerCodeAlreadyUsed")
        made = table.insert({**row, "code_client": code or None}, body.get("array_options"))
        return int(made["id"])

    def update_third_party(self, body: dict[str, Any], id_: str) -> Row:
        """Gives it what the body says, and answers with all of it."""
        table, row = self._state.third_parties, one(self._state.third_parties, id_, "Thirdparty")
        options = table.options(body.get("array_options"))
        table.check_unique(options, besides=row["id"])
        row |= self._third_party(body)
        row["array_options"] |= options
        return self.third_party(id_)

    def third_party(self, id_: str) -> Row:
        """One third party."""
        return self.shown_third_party(one(self._state.third_parties, id_, "Thirdparty"))

    def shown_third_party(self, row: Row) -> Row:
        """As it is answered."""
        country = country_by_id(int(row.get("country_id") or 0))
        type_ = type_code(int(row["typent_id"] or 0))
        named = {"country_code": country["code"] if country else None, "typent_code": type_}
        return {"module": "societe", "ref": row["name"], **_BLANK, **row, **named, "id": str(row["id"])}

    def _third_party(self, body: dict[str, Any]) -> Row:
        row: Row = {name: str(body[name] or "").strip() for name in _THIRD_PARTY if name in body}
        row |= {name: texts.name(str(body[name] or "")) for name in _NAMES if name in body}
        row |= {name: texts.phone(str(body[name] or "")) for name in _PHONES if name in body}
        row |= {name: str(body[name]) for name in ("typent_id", "status") if body.get(name) is not None}
        return row | self._country(body)

    def _country(self, body: dict[str, Any]) -> Row:
        if body.get("country_id"):
            return {"country_id": str(body["country_id"])}
        code = body.get("country_code")
        if not code:
            return {}
        country = country_by_code(str(code))
        if country is None and self._state.profile.refuses_unknown_country:
            raise ApiError(404, "Country not found")
        return {"country_id": str(country["id"]) if country else None}

    def create_contact(self, body: dict[str, Any]) -> int:
        """A contact of a third party."""
        if not body.get("lastname"):
            raise ApiError(400, "lastname field missing")
        row: Row = {"socid": str(body.get("socid") or ""), "statut": "1"}
        row |= {name: texts.name(str(body[name] or "")) for name in _CONTACT_NAMES if name in body}
        row |= {name: str(body[name] or "") for name in _CONTACT if name in body}
        row |= {name: texts.phone(str(body[name])) for name in ("phone_pro", "phone_mobile") if name in body}
        row |= {"country_id": str(body["country_id"])} if body.get("country_id") else {}
        return int(self._state.contacts.insert(row, body.get("array_options"))["id"])

    def shown_contact(self, row: Row) -> Row:
        """As it is answered."""
        return {"module": None, "ref": str(row["id"]), "firstname": "", **row, "id": str(row["id"])}


_BLANK: Row = {
    "address": None,
    "zip": None,
    "town": None,
    "phone": None,
    "phone_mobile": None,
    "email": None,
    "country_id": None,
    "idprof1": "",
    "idprof2": "",
    "tva_intra": "",
    "name_alias": "",
    "ref_ext": None,
}
