"""The tables of the report, and the same sums as CSV files beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from schemas.amounts import cents, unit_of
from schemas.documents import ZERO
from schemas.erp_sums import Detail
from schemas.erps import NAMES
from schemas.run_report import TableReport
from tasks.reconcile.plan.compare import Compared
from tasks.reconcile.plan.totals import Figures
from tasks.reconcile.run_through import SHOWN, Reconciliation
from tasks.reconcile.written import DOCUMENTS, figure, file_of
from tasks.report.texts import Texts, texts

_AMOUNTS = ("shop_tax_excl", "shop_vat", "shop_tax_incl", "erp_tax_excl", "erp_vat", "erp_tax_incl", "difference")
Amount: TypeAlias = Decimal | int | None
Row: TypeAlias = tuple[Sequence[str], Sequence[Amount]]
"""Texts, then numbers."""


class Tables:
    """Draws them from what was compared."""

    def __init__(self, done: Reconciliation) -> None:
        self._done = done
        self._report = done.run.report
        self._shop = done.run.folder.path
        self._words: Texts = texts(self._report.language)
        self._details = done.side.details

    def draw(self) -> None:
        """Puts the tables into the report and writes their files."""
        self._report.tables += [self._whole(), self._groups(), self._payments(), *self._differing()]

    def _whole(self) -> TableReport:
        """All documents of the period by currency; what they were compared with."""
        rows: list[Row] = [
            (
                (self._kind(is_credit=whole.is_credit), whole.currency),
                (each.documents, *_in_units(whole.currency, self._both(each))),
            )
            for whole, each in sorted(self._done.totals.wholes.items())
        ]
        rows += self._strangers()
        return self._table("whole", ("document", "currency"), ("documents", *_AMOUNTS), rows, note=self._basis())

    def _strangers(self) -> Iterator[Row]:
        """What only the ERP has, by currency."""
        for currency in sorted({each.currency for each in self._done.strangers}):
            those = [each for each in self._done.strangers if each.currency == currency]
            gross = sum((each.tax_incl for each in those), ZERO)
            net = sum((each.tax_excl or ZERO for each in those), ZERO)
            yield (self._word("erp_document"), currency), (len(those), None, None, None, net, gross - net, gross, gross)

    def _groups(self) -> TableReport:
        columns = ("document", "currency", "country", "buyer", "supply", "rate")
        has_rates = Detail.RATES in self._details
        rows = []
        for group, each in sorted(self._done.totals.groups.items(), key=lambda item: tuple(map(str, item[0]))):
            rate = self._word("no_rate") if group.rate is None else f"{figure(self._words, group.rate)} %"
            buyer, supply = "company" if group.is_company else "consumer", group.supply or "goods"
            texts_ = (self._kind(is_credit=group.is_credit), group.currency, group.country, self._word(buyer))
            amounts = self._both(each) if has_rates else (*self._shop_only(each), None, None, None, None)
            figures = (each.documents, *_in_units(group.currency, amounts))
            rows.append(((*texts_, self._word(str(supply)), rate), figures))
        note = "" if has_rates else self._word("rates_unknown")
        return self._table("sums", columns, ("documents", *_AMOUNTS), rows, note=note, file="sums")

    def _payments(self) -> TableReport:
        is_known = Detail.PAYMENTS in self._details
        rows = [
            ((mode, currency), _in_units(currency, (shop, erp, erp - shop) if is_known else (shop, None, None)))
            for (currency, mode), (shop, erp) in sorted(self._done.totals.payments.items())
        ]
        note = self._word("payments_note" if is_known else "payments_unknown")
        names = ("shop_paid", "erp_paid", "difference")
        return self._table("payments", ("mode", "currency"), names, rows, note=note, file="payments")

    def _differing(self) -> list[TableReport]:
        """The documents that differ; the file holds all documents of the period."""
        done, columns = self._done, ("document", "key", "reference", "number", "result")
        rows = [(self._named(each), _amounts(each)) for each in done.differing]
        for each in done.strangers[:SHOWN]:
            cells = (self._word("erp_document"), "", "", each.number, self._word("cause_stranger"))
            rows.append((cells, (None, each.tax_incl, each.tax_incl)))
        total = done.differing_total + len(done.strangers)
        note = self._words.filled(
            "reconcile", "differing_note" if total else "differing_none", count=self._words.number(total)
        )
        names = ("shop_tax_incl", "erp_tax_incl", "difference")
        return [self._table("differing", columns, names, rows, note=note, kept=DOCUMENTS)]

    def _named(self, compared: Compared) -> tuple[str, ...]:
        shop = compared.shop
        causes = ", ".join(self._word(f"cause_{cause.value}") for cause in compared.causes)
        number = ", ".join(each.number for each in compared.erp) or shop.number
        return (self._kind(is_credit=shop.is_credit), shop.key, shop.reference, number, causes)

    def _basis(self) -> str:
        """What was compared with what, and what was not."""
        done = self._done
        words = [self._word("period").format(first=done.period.first, last=done.period.last)]
        words.append(self._word("with_sums" if done.erp.sums else "with_handed_over").format(erp=NAMES[done.erp.kind]))
        missing = [detail for detail in Detail if done.erp.sums and detail not in self._details]
        words += [self._word(f"without_{detail.value}") for detail in missing]
        return " ".join(words)

    def _both(self, each: Figures) -> tuple[Decimal | None, ...]:
        if Detail.NET not in self._details:
            return (*self._shop_only(each), None, None, each.erp_tax_incl, each.difference)
        erp = (each.erp_tax_excl, each.erp_tax_incl - each.erp_tax_excl, each.erp_tax_incl)
        return (*self._shop_only(each), *erp, each.difference)

    @staticmethod
    def _shop_only(each: Figures) -> tuple[Decimal, ...]:
        return each.shop_tax_excl, each.shop_tax_incl - each.shop_tax_excl, each.shop_tax_incl

    def _kind(self, *, is_credit: bool) -> str:
        return self._word("slip" if is_credit else "order")

    def _word(self, key: str) -> str:
        return self._words.word("reconcile", key)

    def _table(
        self,
        title: str,
        columns: Sequence[str],
        numbers: Sequence[str],
        rows: Sequence[Row],
        *,
        note: str = "",
        file: str = "",
        kept: str = "",
    ) -> TableReport:
        """A table; `file` is written with the same rows, `kept` is one that is there already."""
        head = tuple(self._word(name) for name in (*columns, *numbers))
        if file:
            self._write(file, head, rows)
        name = file or kept
        path = file_of(self._report, self._shop, name).relative_to(self._shop).as_posix() if name else ""
        shown = tuple((*cells, *map(self._shown, amounts)) for cells, amounts in rows)
        return TableReport(self._word(title), head, shown, len(columns), note=note, file=path)

    def _write(self, name: str, head: Sequence[str], rows: Sequence[Row]) -> None:
        target = file_of(self._report, self._shop, name)
        part = target.with_name(target.name + ".part")
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(head)
            for cells, amounts in rows:
                writer.writerow((*cells, *(figure(self._words, None if a is None else Decimal(a)) for a in amounts)))
        part.replace(target)

    def _shown(self, amount: Amount) -> str:
        if amount is None:
            return ""
        digits = 0 if isinstance(amount, int) else max(-int(amount.as_tuple().exponent), 0)
        return self._words.number(amount, digits)


def _in_units(currency: str, amounts: Sequence[Decimal | None]) -> tuple[Decimal | None, ...]:
    """With as many digits as the currency has, nothing too."""
    return tuple(None if amount is None else cents(amount, unit_of(currency)) for amount in amounts)


def _amounts(compared: Compared) -> tuple[Amount, ...]:
    shop = compared.shop.sums.tax_incl if compared.shop.is_sold else Decimal(0)
    return shop, compared.erp_tax_incl if compared.erp else None, compared.erp_tax_incl - shop
