"""A shop is read as a whole, resource after resource, and each row is looked at as it comes; none is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from connectors.prestashop.dates import local_text, zone_of
from tasks.audit.plan.categories import CATEGORY_FIELDS, Categories
from tasks.audit.plan.combinations import COMBINATION_FIELDS, Combinations
from tasks.audit.plan.customers import CUSTOMER_FIELDS, Customers
from tasks.audit.plan.duplicates import References
from tasks.audit.plan.fixes import FIXES, Shown
from tasks.audit.plan.found import Found
from tasks.audit.plan.known import Catalogue, Row, whole
from tasks.audit.plan.orphans import Orphans
from tasks.audit.plan.products import LISTED, PRICES, PRODUCT_FIELDS, Products, Taxes
from tasks.audit.plan.slugs import Slugs
from tasks.audit.plan.specific_prices import SPECIFIC_PRICE_FIELDS, SpecificPrices, Visitor
from tasks.audit.plan.stock import STOCK_FIELDS, Owner, Stock
from tasks.products.taxes import tax_rates
from tasks.report.progress import advance
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

if TYPE_CHECKING:
    from connectors.prestashop.filters import Filters

_NOTHING: Mapping[str, str] = MappingProxyType({})
_TAXES = ("tax_rule_groups", "tax_rules", "taxes")
_ITEMS = ("categories", "products", "combinations")
_AT_ONCE = 500
_ASKED_BY_ID = 200
"""How many products that rows name and no list shows are asked for by id."""


@step_task("audit the shop")
async def audit_shop(run: Run, found: Found) -> dict[str, int]:
    """Fills `found`; how many of each resource were looked at. What the key may not read is left out."""
    audit = Audit(run, found)
    await audit.categories()
    await audit.products()
    await audit.combinations()
    await audit.stock()
    await audit.specific_prices()
    await audit.customers()
    await audit.orphans()
    return audit.seen


class Audit:
    """One audit on its way, from what others are held against to what hangs on it."""

    def __init__(self, run: Run, found: Found) -> None:
        self._run = run
        self._found = found
        self._catalogue = Catalogue()
        self._categories = Categories()
        self._references = References()
        self._orphans = Orphans()
        self._products = Products(self._catalogue, self._categories, None, found)
        self.seen: dict[str, int] = {}
        """Rows looked at, by resource."""

    async def categories(self) -> None:
        """The tree, and the addresses of its pages."""
        facts = self._run.facts
        slugs = Slugs(
            "category", facts.languages.values(), facts.settings.get("PS_ROUTE_category_rule", ""), self._found
        )
        with self._run.step("look at categories"):
            await self._each("categories", CATEGORY_FIELDS, (self._categories.note, slugs.look))
            self._categories.finish(self._found)
            slugs.finish()

    async def products(self) -> None:
        """Products, with the prices that the shop works out for a visitor."""
        facts, found = self._run.facts, self._found
        slugs = Slugs("product", facts.languages.values(), facts.settings.get("PS_ROUTE_product_rule", ""), found)
        self._products = Products(self._catalogue, self._categories, await self._taxes(), found)
        looks = (self._products.look, self._references.product, slugs.look)
        with self._run.step("look at products"):
            fields = (*PRODUCT_FIELDS, *PRICES)
            options = prices_for(facts.visitor_group)
            await self._each("products", fields, looks, needs=("categories",), options=options)
            self._products.finish()
            slugs.finish()

    async def _taxes(self) -> Taxes | None:
        run = self._run
        if not all(run.facts.may("GET", resource) for resource in _TAXES):
            return None
        return Taxes(await tax_rates(run.shop, run.facts), are_on=run.facts.settings.get("PS_TAX", "1") != "0")

    async def combinations(self) -> None:
        """Combinations; all products are known."""
        combinations = Combinations(self._catalogue, self._orphans, self._found)
        with self._run.step("look at combinations"):
            looks = (combinations.look, self._references.combination)
            if await self._each("combinations", COMBINATION_FIELDS, looks, needs=("products",)):
                combinations.finish()
                self._products.finish_prices()
            self._references.finish(self._catalogue, self._found)

    async def stock(self) -> None:
        """Stock rows; all products and combinations are known."""
        shops = self._run.facts.shops
        owner = Owner(shops.own, shops.group, shops.of_group, shops.shares_stock)
        stock = Stock(self._catalogue, owner, self._orphans, self._found)
        with self._run.step("look at quantities"):
            if await self._each("stock_availables", STOCK_FIELDS, (stock.look,), needs=_ITEMS):
                await self._look_again(stock.finish())

    async def _look_again(self, suspects: Sequence[int]) -> None:
        """The rows of a product were read minutes apart, and it sells meanwhile: at once they may well add up."""
        run, fix = self._run, FIXES["stock_sum_wrong"]
        for start in range(0, len(suspects), _AT_ONCE):
            some = suspects[start : start + _AT_ONCE]
            texts = list(map(str, some))
            found = await run.shop.find(fix.resource, fix.by, texts, display=fix.fields)
            rows: dict[int, list[Row]] = {}
            for row in run.facts.shops.stock_rows(found):
                rows.setdefault(whole(row, fix.by), []).append(row)
            for identifier in some:
                mending = fix.mend(rows.get(identifier, []), Shown())
                if mending is not None:
                    _, has, should_have = mending.changes[0]
                    self._found.product("stock_sum_wrong", identifier, f"{has} / {should_have}")

    async def specific_prices(self) -> None:
        """Specific prices, and whether they explain what visitors are shown."""
        prices = SpecificPrices(self._catalogue, self._visitor(), self._orphans, self._found)
        with self._run.step("look at specific prices"):
            if await self._each("specific_prices", SPECIFIC_PRICE_FIELDS, (prices.look,), needs=_ITEMS):
                prices.finish()

    def _visitor(self) -> Visitor:
        facts = self._run.facts
        now = datetime.now(UTC) + timedelta(seconds=facts.clock_offset_seconds)
        shops, moment = facts.shops, local_text(now, zone_of(facts.time_zone))
        return Visitor(
            shops.own, shops.group, facts.default_currency, facts.default_country, facts.visitor_group, moment
        )

    async def customers(self) -> None:
        """Accounts: ids alone are kept of them."""
        run = self._run
        if not run.facts.may("GET", "groups"):
            return
        groups = {int(row["id"]) for row in await run.shop.read("groups", display=["id"])}
        customers = Customers(groups, self._found)
        with run.step("look at customers"):
            mine = run.facts.shops.own_rows
            await self._each("customers", CUSTOMER_FIELDS, (customers.look,), filters=mine)
            customers.finish()

    async def orphans(self) -> None:
        """Rows whose product no list shows: it is in another shop, in none, or not at all."""
        run, missing = self._run, self._orphans.products
        elsewhere: set[int] = set()
        if missing and run.facts.shops.several:
            rows = await run.shop.find_elsewhere("products", "id", map(str, missing), display=["id"])
            elsewhere = {int(row["id"]) for row in rows}
        asked = [identifier for identifier in missing if identifier not in elsewhere][:_ASKED_BY_ID]
        found = await run.shop.survey.whereabouts("products", asked)
        # One that was made while the shop was read is no fault.
        elsewhere |= {identifier for identifier, where in found.items() if where == "here"}
        outside = {identifier for identifier, where in found.items() if where == "outside"}
        self._orphans.finish(outside, elsewhere, self._found)

    async def _each(
        self,
        resource: str,
        display: Sequence[str],
        looks: Sequence[Callable[[Row], None]],
        *,
        needs: Sequence[str] = (),
        filters: Filters = _NOTHING,
        options: Mapping[str, str] = _NOTHING,
    ) -> bool:
        """Every row of a resource before each of `looks`; False where the key may not read it, or what it `needs`."""
        run = self._run
        if not all(run.facts.may("GET", name) for name in (resource, *needs)):
            return False
        count = 0
        async for page in run.shop.survey.pages(resource, display=display, filters=filters, options=options):
            run.lease.check()
            for row in page:
                for look in looks:
                    look(row)
            count += len(page)
            advance("audit the shop", sum(self.seen.values()) + count)
        self.seen[resource] = count
        return True


def prices_for(group: int) -> dict[str, str]:
    """What has the shop work out a visitor's prices, tax included: without reductions, and with them."""
    return {
        f"price[{name}][{option}]": value
        for name in PRICES
        for option, value in (
            ("use_tax", "1"),
            ("use_ecotax", "0"),
            ("use_reduction", "0" if name == LISTED else "1"),
            ("decimals", "6"),
            ("group", str(group)),
        )
    }
