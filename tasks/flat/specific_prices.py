"""The specificprice stream as a flat stream: found by its link, else by the case that it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import polars as pl

from connectors.prestashop import Entity, Identity, Shop
from connectors.prestashop.specific_price_lines import SPECIFIC_PRICE_LINES
from schemas.column_spec import StreamSpec
from schemas.outcomes import Outcome
from tasks.flat.countries import country_ids, currency_ids
from tasks.flat.items import priced_items
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.plan.moved_prices import prices_beside, prices_moved, shown
from tasks.flat.stream import FlatStream, Note
from tasks.flat.translate.rows import FlatRow, flat_rows
from tasks.flat.translate.specific_prices import CASE, NOBODYS, Item, Market, wanted_prices
from tasks.products.taxes import tax_rates
from tasks.products.translate.values import same
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.run.run import Run

_VALUES = ("price", "reduction", "reduction_type", "reduction_tax")


class SpecificPriceStream(FlatStream):
    """One row is one price of one item in one case; its link keeps the markdown code as the ERP's code."""

    resource = "specific_prices"
    kind = "specific_price"
    lines = SPECIFIC_PRICE_LINES
    steps = ("plan specific prices", "write specific prices")
    identity = Identity("id_product", (*CASE, "id_shop", *NOBODYS))
    closing = "delete"
    compared = (*CASE, *_VALUES, "id_shop", *NOBODYS)
    notes_intent = True

    _market: Market
    """What the shop has of what the rows name, once it has been looked up."""

    def keys(self, run: Run, rows: pl.DataFrame) -> pl.Series:
        """`reference|country|currency|customer|quantity|from|to`; a customer is a keyed hash that names nobody.

        A price for a group has `@` and the group's code behind the customer: the keys of others are what they were.
        """
        return price_keys(run.stream, rows, run.ledger.secret())

    def salt(self, run: Run) -> str:
        """The settings, and the groups where a column names them."""
        settings = repr(run.folder.settings.specific_prices)
        groups = run.folder.associations.groups if run.stream.column("group") else {}
        return settings + repr(sorted(groups.items())) if groups else settings

    def always_looked_at(self, run: Run) -> pl.Expr:
        """A percentage that is recomputed follows the item's own price."""
        column = run.stream.column("price")
        if column is None or not run.folder.settings.specific_prices.recompute_percentage:
            return pl.lit(value=False)
        return pl.col(column.key).is_not_null()

    def label(self, run: Run) -> pl.Expr:
        """The markdown code."""
        column = run.stream.column("erp_code")
        return pl.col(column.key) if column else pl.lit(None)

    def moved(self, rows: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
        """A price whose dates or quantity moved: the same case and markdown code, and no row of its own any more."""
        return prices_moved(rows, links)

    def notes(
        self, rows: pl.DataFrame, links: pl.DataFrame, moved: Mapping[str, str], gone: Iterable[str]
    ) -> dict[str, Note]:
        """What a quantity that changed has replaced, and what a new price stands beside."""
        notes = {key: ("price_beside", former) for key, former in prices_beside(rows, links, moved, gone).items()}
        notes |= {
            key: ("price_quantity_moved", former)
            for key, former in moved.items()
            if key.split("|")[-3] != former.split("|")[-3]
        }
        return {
            key: (code, key.partition("|")[0], {"value": shown(key), "detail": shown(former)})
            for key, (code, former) in notes.items()
        }

    async def look_up(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> None:
        """Items, countries, currencies and customers that the rows name."""
        settings = run.folder.settings
        keys = [str(row["_key"]) for row in rows]
        named = await asyncio.to_thread(_names_in, flat_rows(rows, run.stream))
        countries = await country_ids(run.shop, named.countries)
        taxed = (0, *countries.values()) if settings.specific_prices.prices == "tax_incl" else ()
        self._market = Market(
            items=await priced_items(
                run.shop, run.stream.key_column.target, keys, _known_ids(run, keys), with_prices=named.with_prices
            ),
            countries=countries,
            currencies=await currency_ids(run.shop, named.currencies),
            customers=await customer_ids(run.shop, named.emails),
            groups=run.folder.associations.groups,
            id_shop=run.facts.shops.own,
            settings=settings.specific_prices,
            default_currency=run.facts.default_currency,
            rates={country: await tax_rates(run.shop, run.facts, country) for country in taxed},
        )

    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """The prices that the rows want; items that the shop does not sell are ignored."""
        keys = [str(row["_key"]) for row in rows]
        for row, key in zip(rows, keys, strict=True):
            if isinstance(item := self._market.items.get(key), Item):
                run.shown_keys.note(row["_link"], "product", item.id_product)
        refs = (RowRef(row["_file"], row["_line"], row["_link"]) for row in rows)
        return await asyncio.to_thread(wanted_prices, flat_rows(rows, run.stream), refs, keys, self._market)

    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """Prices of the same case, of this shop or of all shops.

        Where there are other shops, a price of all of them is theirs too: it is kept, or outdone by one of this shop.
        """
        products = {str(one.owned["id_product"]) for one in wanted}
        overwrite = run.folder.settings.specific_prices.overwrite
        by_case: dict[tuple[str, ...], Entity] = {}
        own = run.facts.shops.own
        for price in await run.shop.find(self.resource, "id_product", products, display=self.display()):
            if any(int(price[name] or 0) for name in NOBODYS) or int(price["id_shop"] or 0) not in {0, own}:
                continue
            case = _case(price)
            if case not in by_case or int(by_case[case]["id_shop"] or 0) == 0:
                by_case[case] = price
        if not by_case:
            return {}
        found: dict[str, Entity | Stop] = {}
        for one in wanted:
            there = by_case.get(_case(one.owned))
            if there is None:
                continue
            if not run.facts.shops.several or there["id_shop"] not in {"", "0"}:
                found[one.ref.key] = there
            elif not overwrite:
                found[one.ref.key] = Stop(Outcome.IGNORED, "manual_price_kept", str(there["id"]))
        return found

    def adapt_to_shop(self, run: Run, wanted: WantedEntity, current: Entity, confirmed_at: datetime | None) -> None:
        """A price made by hand stays as it is, unless overwriting is on or it is the same."""
        if confirmed_at is not None or run.folder.settings.specific_prices.overwrite:
            return
        if not all(same(name, wanted.owned[name], str(current[name])) for name in _VALUES):  # type: ignore[arg-type]
            wanted.stop = Stop(Outcome.IGNORED, "manual_price_kept", str(current["id"]))

    def keeps_what_others_made(self, run: Run) -> bool:
        """As one that was there when the plan was made."""
        return not run.folder.settings.specific_prices.overwrite


@dataclass(frozen=True, slots=True)
class _Names:
    """What rows name that the shop is asked for."""

    countries: set[str]
    currencies: set[str]
    emails: set[str]
    with_prices: bool
    """Some row has a price of its own, which is compared with its item's."""


def _names_in(rows: Sequence[FlatRow]) -> _Names:
    def texts(target: str) -> set[str]:
        return {row.text(target) for row in rows} if rows and target in rows[0].columns else {""}

    return _Names(
        {text.upper() for text in texts("iso_code")},
        {text.upper() for text in texts("currency")},
        texts("email"),
        any(row.value("price") is not None for row in rows),
    )


def price_keys(stream: StreamSpec, rows: pl.DataFrame, secret: bytes) -> pl.Series:
    """The key of each row's link, as `SpecificPriceStream.keys` describes it."""
    columns = {column.target: column.key for column in stream.columns}

    def cell(target: str) -> pl.Expr:
        return pl.col(columns[target]) if target in columns else pl.lit(None)

    parts = (
        pl.col("_key"),
        cell("iso_code").cast(pl.String).str.to_uppercase(),
        cell("currency").cast(pl.String).str.to_uppercase(),
        pl.lit(_marks(rows, columns.get("email"), secret)) + _of_group(rows, columns.get("group")),
        cell("from_quantity").fill_null(1).cast(pl.String),
        cell("from").cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M"),
        cell("to").cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M"),
    )
    return rows.select(pl.concat_str([part.fill_null("") for part in parts], separator="|")).to_series()


async def customer_ids(shop: Shop, emails: set[str]) -> dict[str, int]:
    """id_customer by e-mail in lower case, of accounts that are neither guests nor deleted; the oldest counts."""
    also = {"is_guest": "0", "deleted": "0"}
    found = await shop.find("customers", "email", emails, display=["id", "email"], also=also)
    return {str(row["email"]).casefold(): int(row["id"]) for row in sorted(found, key=lambda row: -int(row["id"]))}


def _known_ids(run: Run, keys: list[str]) -> dict[str, tuple[int, int]]:
    links = run.ledger.links_for(run.folder.name, "product", keys).filter(pl.col("shop_id") > 0)
    return {key: (shop_id, sub_id) for key, shop_id, sub_id in links.select("erp_key", "shop_id", "sub_id").iter_rows()}


def _case(fields: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(fields[name] or 0) for name in CASE)


def _marks(rows: pl.DataFrame, email: str | None, secret: bytes) -> pl.Series:
    """A mark for each row's customer, empty for none, from which no e-mail can be guessed."""
    emails = rows[email].to_list() if email else [None] * rows.height
    marks = (
        blake2b(text.casefold().encode(), digest_size=8, key=secret).hexdigest() if text else "" for text in emails
    )
    return pl.Series(marks, dtype=pl.String)


def _of_group(rows: pl.DataFrame, group: str | None) -> pl.Expr:
    """`@` and the code of each row's group, empty for none."""
    codes = rows[group].to_list() if group else [None] * rows.height
    return pl.lit(pl.Series([f"@{code.strip()}" if code and code.strip() else "" for code in codes], dtype=pl.String))
