"""What the ledger knows of the categories and items that an ERP was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.ledger import Link
from connectors.ledger.links import LinkState
from schemas.catalogue import Category, EntityNumber, Item
from schemas.erp import Erp
from tasks.catalogue.plan.entities import Known
from tasks.run.run import Run

CATEGORY, ITEM = "category", "item"


class KnownEntities:
    """The links of one kind, by key. Not a dataclass: Prefect walks through those."""

    def __init__(self, run: Run, erp: Erp, what: str) -> None:
        self._run = run
        self.kind = erp.ledger_kind(what)
        links = run.ledger.links(run.folder.name, self.kind)
        names = ("erp_key", "erp_code", "fingerprint", "confirmed_value", "in_doubt", "mapping_version", "state")
        rows = links.select(names)
        self.known: dict[str, Known] = {}
        self.closed: set[str] = set()
        self.intended: set[str] = set()
        """What was about to be made, and was not confirmed."""
        for key, number, fingerprint, unchanging, in_doubt, placed, state in rows.iter_rows():
            self.known[key] = Known(number or "", fingerprint, unchanging or "", in_doubt, placed or "")
            if state == LinkState.CLOSED:
                self.closed.add(key)
            elif state == LinkState.INTENDED:
                self.intended.add(key)

    @property
    def confirmed(self) -> int:
        """How many of them the ERP was confirmed to have, and not closed since."""
        return len(self.known) - len(self.closed) - len(self.intended)

    def intend(self, entities: Iterable[Category | Item]) -> None:
        """They are about to be made: a run that is killed leaves behind that the ERP has them from us."""
        links = []
        for each in entities:
            shop_id, sub_id = each.shop_ids
            intent = LinkState.INTENDED
            links.append(Link(each.key, shop_id, sub_id, state=intent, confirmed_value=each.unchanging, in_doubt=True))
        self._run.ledger.confirm(self._run.folder.name, self.kind, links, run_id=self._run.run_id)

    def doubt(self, keys: Iterable[str]) -> None:
        """They are about to be written."""
        self._run.ledger.doubt(self._run.folder.name, self.kind, list(keys))

    def confirm(
        self, entities: Iterable[tuple[Category | Item, EntityNumber, str]], placed: Mapping[str, str] | None = None
    ) -> None:
        """The ERP has them: with the number and the fingerprint of each; `placed`, by key, of their categories."""
        links = []
        for entity, number, fingerprint in entities:
            shop_id, sub_id = entity.shop_ids
            link = Link(
                entity.key,
                shop_id,
                sub_id,
                fingerprint=fingerprint,
                mapping_version=(placed or {}).get(entity.key, ""),
                erp_code=number,
                confirmed_value=entity.unchanging,
            )
            links.append(link)
        self._run.ledger.confirm(self._run.folder.name, self.kind, links, run_id=self._run.run_id)

    def close(self, keys: Iterable[str]) -> None:
        """The shop no longer has them, and the ERP was told."""
        links = []
        for key in keys:
            known = self.known[key]
            links.append(Link(key, 0, state=LinkState.CLOSED, erp_code=known.number, confirmed_value=known.unchanging))
        self._run.ledger.confirm(self._run.folder.name, self.kind, links, run_id=self._run.run_id)
