"""Whether entities hold what they were sent, asked by lists of bare ids that are filtered by the values.

For such a list the shop loads no entity: a row costs it a tenth of what its fields do (docs/facts/prestashop.md, L1).
One request tells of all entities that should hold the same values.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final

from connectors.prestashop.entities import IDS_ONLY
from connectors.prestashop.filters import query
from connectors.prestashop.resources import resource_of
from connectors.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors.prestashop.reading import Reader

_WORTH_A_REQUEST = 80
"""Entities whose fields cost the shop as much as one more request does."""
_WITNESSES = 20
"""Entities that a filter must keep out before it is believed: not all of them are gone at once."""

_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,6})?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
_REDUCTION_TYPE: Final = re.compile(r"amount|percentage")

_PRICE_NUMBERS: Final = (
    "id_shop id_shop_group id_cart id_product id_product_attribute id_currency id_country id_group id_customer "
    "id_specific_price_rule price from_quantity reduction reduction_tax"
)
# Columns of numbers, dates and enumerations: the shop compares texts without case, accents and spaces at the end, and
# of what each shop has for itself the base row (fact M12).
_COMPARED: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "stock_availables": {"quantity": _NUMBER},
    "specific_prices": {
        **dict.fromkeys(_PRICE_NUMBERS.split(), _NUMBER),
        **dict.fromkeys(("from", "to"), _DATE),
        "reduction_type": _REDUCTION_TYPE,
    },
}
_OTHER_VALUES: Mapping[re.Pattern[str], tuple[str, str]] = {
    _NUMBER: ("987654321", "987654320"),
    _DATE: ("2001-01-01 00:00:00", "2002-01-01 00:00:00"),
    _REDUCTION_TYPE: ("amount", "percentage"),
}


def by_values(resource: str, values: Mapping[str, Any]) -> str:
    """A sort key that puts entities side by side that one list can tell of; empty for a resource without such lists.

    Of entities that are made, what the answer to their document tells does not count.
    """
    if resource not in _COMPARED:
        return ""
    told = ("id", *resource_of(resource).echoed)
    return "|".join([f"{field}={value}" for field, value in values.items() if field not in told])


class AsSent:
    """Asks one shop; that a filter keeps others out is shown once for each field, before it is believed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._rounds: dict[tuple[str, ...], Rounds[set[int]]] = {}
        self._keeps_out: dict[tuple[str, str], bool] = {}
        self._trying = asyncio.Lock()

    async def shown(self, resource: str, sent: Mapping[int, Mapping[str, Any]]) -> set[int]:
        """The ids of `sent` that the shop lists under all their values. Of the others nothing is known: read them."""
        groups = _alike(resource, sent)
        found = await asyncio.gather(*(self._listed(resource, values, ids) for values, ids in groups))
        return set().union(*found)

    async def _listed(self, resource: str, values: Mapping[str, str], ids: Sequence[int]) -> set[int]:
        """Those of `ids` that the shop lists under these values."""
        if not await self._filters_by(resource, values, ids[:_WITNESSES]):
            return set()

        async def ask(together: Sequence[int]) -> set[int]:
            rows = await self._reader.find(resource, "id", map(str, together), display=IDS_ONLY, also=values)
            return {int(row["id"]) for row in rows}

        rounds = self._rounds.setdefault((resource, *values, *values.values()), Rounds(ask))
        return (await rounds.answer(ids)).intersection(ids)

    async def _filters_by(self, resource: str, values: Mapping[str, str], ids: Sequence[int]) -> bool:
        """Whether each of these fields keeps out entities that have another value: one list each, the first time."""
        async with self._trying:
            unknown = [field for field in values if (resource, field) not in self._keeps_out]
            told = await asyncio.gather(
                *(self._keeps_others_out(resource, field, values[field], ids) for field in unknown)
            )
            self._keeps_out |= {(resource, field): does for field, does in zip(unknown, told, strict=True)}
        return all(self._keeps_out[resource, field] for field in values)

    async def _keeps_others_out(self, resource: str, field: str, value: str, ids: Sequence[int]) -> bool:
        one, another = _OTHER_VALUES[_COMPARED[resource][field]]
        filters = {"id": [str(identifier) for identifier in ids], field: another if value == one else one}
        _, rows = await self._reader.listed(resource, query(filters=filters), IDS_ONLY, len(ids))
        return not rows


def _alike(resource: str, sent: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[dict[str, str], list[int]]]:
    """Values that can be compared, with the ids that share them; only where one request serves many."""
    compared = _COMPARED.get(resource, {})
    groups: dict[tuple[Any, ...], list[int]] = {}
    for identifier, values in sent.items() if compared else ():
        groups.setdefault((*values, *values.values()), []).append(identifier)
    for shared, ids in groups.items():
        if shared and len(ids) >= _WORTH_A_REQUEST:
            values = {field: str(value) for field, value in sent[ids[0]].items()}
            if all(field in compared and compared[field].fullmatch(value) for field, value in values.items()):
                yield {field: _whole(value) for field, value in values.items()}, ids


def _whole(value: str) -> str:
    """A date as the shop keeps it, with its time."""
    return f"{value} 00:00:00" if _DATE.fullmatch(value) and ":" not in value else value
