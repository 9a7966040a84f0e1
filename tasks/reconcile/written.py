"""The files of a reconciliation: every document with both sides, as it is compared; the sums at the end."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from schemas.erp_sums import DocumentSums
from schemas.formulas import defused
from schemas.run_report import RunReport
from tasks.reconcile.plan.compare import Compared
from tasks.report.texts import Texts, texts
from tasks.run.run import Run

DOCUMENTS = "documents"
_COLUMNS = (
    *("document", "key", "id_order", "reference", "number", "day", "erp_day", "country", "buyer", "currency"),
    *("shop_tax_excl", "shop_tax_incl", "erp_tax_excl", "erp_tax_incl", "difference", "result"),
)


class Written:
    """The file of the documents, open."""

    def __init__(self, words: Texts, rows: Any) -> None:
        self._words = words
        self._rows = rows
        self._rows.writerow([words.word("reconcile", name) for name in _COLUMNS])

    @classmethod
    @contextmanager
    def of(cls, run: Run) -> Iterator[Written]:
        """The file of a run; it appears whole or not at all."""
        target = file_of(run.report, run.folder.path, DOCUMENTS)
        part = target.with_name(target.name + ".part")
        try:
            with part.open("w", encoding="utf-8-sig", newline="") as file:
                yield cls(texts(run.report.language), csv.writer(file, delimiter=";"))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def document(self, compared: Compared) -> None:
        """One document of the shop and what the ERP has of it."""
        shop, words = compared.shop, self._words
        result = ", ".join(words.word("reconcile", f"cause_{cause.value}") for cause in compared.causes)
        cells = (
            words.word("reconcile", "slip" if shop.is_credit else "order"),
            shop.key,
            str(shop.id_order),
            shop.reference,
            ", ".join(each.number for each in compared.erp) or shop.number,
            shop.sums.day,
            ", ".join(each.day for each in compared.erp if each.day),
            shop.country,
            words.word("reconcile", "company" if shop.is_company else "consumer"),
            shop.sums.currency,
        )
        sold = shop.is_sold
        amounts = (
            shop.sums.tax_excl if sold else None,
            shop.sums.tax_incl if sold else None,
            compared.erp_tax_excl if compared.erp else None,
            compared.erp_tax_incl if compared.erp else None,
            compared.erp_tax_incl - (shop.sums.tax_incl if sold else 0),
        )
        self._write(cells, amounts, result or words.word("reconcile", "same"))

    def stranger(self, erp: DocumentSums) -> None:
        """A document of the ERP that none of the shop's stands behind."""
        words = self._words
        cells = (words.word("reconcile", "erp_document"), "", "", "", erp.number, "", erp.day, "", "", erp.currency)
        amounts = (None, None, erp.tax_excl, erp.tax_incl, erp.tax_incl)
        self._write(cells, amounts, words.word("reconcile", "cause_stranger"))

    def _write(self, cells: Sequence[str], amounts: Iterable[Decimal | None], result: str) -> None:
        written = (*map(defused, cells), *(figure(self._words, amount) for amount in amounts), result)
        self._rows.writerow(written)


def figure(words: Texts, amount: Decimal | None) -> str:
    """An amount as a spreadsheet of that language reads it; empty for none."""
    return "" if amount is None else f"{amount:f}".replace(".", words.catalogue["decimal"])


def file_of(report: RunReport, shop: Path, what: str) -> Path:
    """The path of a file beside the run's report."""
    folder = shop / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{report.started_at[:19].replace(':', '')}-{report.flow}.{what}.csv"
