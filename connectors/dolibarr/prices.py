"""What products cost in Dolibarr."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.replies import amount
from connectors.dolibarr.translate_items import item_key
from schemas.catalogue import ItemPrice


class Prices:
    """See `schemas.catalogue.TellsPrices`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def prices(self) -> Mapping[str, ItemPrice]:
        """See the protocol."""
        found = {}
        for row in self._dolibarr.all_prices():
            uid = uid_of(row)
            owner = item_key(uid, self._codes) if uid else None
            found[str(row["ref"])] = ItemPrice(amount(row.get("price")), amount(row.get("price_ttc")), owner)
        return found
