"""Pure: the lines of the price ledger become the prices that a visitor was shown, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from schemas.price_changes import PriceChange, PriceState, ReductionKind, without_corrected
from tasks.products.translate.prices import six_decimals

_CENT = Decimal("0.01")
_SECOND = timedelta(seconds=1)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Market:
    """For whom prices are shown: ISO codes and the ERP's code of a group, empty for everybody.

    `rate` is the tax of the item in per cent, where it is sold. `money` is the shop's own currency.
    """

    country: str = ""
    currency: str = ""
    customer_group: str = ""
    rate: Decimal = Decimal(0)
    money: str = "EUR"


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """What a visitor was shown from `begins_at` to before `ends_at` (UTC; None: until now and on)."""

    begins_at: datetime
    ends_at: datetime | None
    price_tax_incl: Decimal
    """To the cent."""
    price_tax_excl: Decimal
    """With six decimals."""
    own: PriceChange
    discount: PriceChange | None = None
    is_reduced: bool = False
    """The shop announces it as reduced: a new price without a reduction is only a price."""

    def covers(self, begin: datetime, until: datetime) -> bool:
        """Whether it was shown at some time from `begin` to before `until`."""
        return self.begins_at < until and (self.ends_at is None or self.ends_at > begin)


@dataclass(frozen=True, slots=True)
class _Span:
    begins_at: datetime
    ends_at: datetime | None
    change: PriceChange

    def holds_at(self, moment: datetime) -> bool:
        return self.begins_at <= moment and (self.ends_at is None or moment < self.ends_at)


def shown_prices(changes: Sequence[PriceChange], market: Market, zone: tzinfo) -> list[ShownPrice]:
    """The prices of one item in a market, oldest first; where it was not on sale there is none.

    `changes` are its own lines, and the discounts of the product whose combination it is.
    """
    holding = without_corrected(list(changes))
    own = _spans([change for change in holding if not change.case], zone)
    cases = {(change.reference, change.case) for change in holding if change.case}
    discounts = [
        span
        for case in sorted(cases)
        for span in _spans([change for change in holding if (change.reference, change.case) == case], zone)
        if _is_for(span.change, market)
    ]
    every = [*own, *discounts]
    moments = sorted({span.begins_at for span in every} | {span.ends_at for span in every if span.ends_at is not None})
    prices: list[ShownPrice] = []
    for begin, until in zip(moments, [*moments[1:], None], strict=False):
        price = next((span.change for span in own if span.holds_at(begin)), None)
        if price is not None and price.price is not None:
            held = [span.change for span in discounts if span.holds_at(begin)]
            taken = max(held, key=partial(_rank, price.reference), default=None)
            _append(prices, _shown(begin, until, price, taken, market))
    return prices


def _append(prices: list[ShownPrice], price: ShownPrice) -> None:
    """Adds the price, or prolongs the last one where nothing is other than before."""
    last = prices[-1] if prices else None
    if last is None or last.ends_at != price.begins_at or _said(last) != _said(price):
        prices.append(price)
        return
    prices[-1] = ShownPrice(last.begins_at, price.ends_at, *_said(last))


def _said(price: ShownPrice) -> tuple[Decimal, Decimal, PriceChange, PriceChange | None, bool]:
    return price.price_tax_incl, price.price_tax_excl, price.own, price.discount, price.is_reduced


def _spans(changes: Sequence[PriceChange], zone: tzinfo) -> list[_Span]:
    """How long each line of one price or one discount held: until the next line, and within its own dates."""
    spans = []
    for change, following in zip(changes, [*changes[1:], None], strict=False):
        begin, until = change.began_at, following.began_at if following else None
        if change.starts:
            begin = max(begin, instant(change.starts, zone))
        if change.ends:
            last = instant(change.ends, zone) + _SECOND
            until = last if until is None else min(until, last)
        if change.state is PriceState.IN_FORCE and (until is None or begin < until):
            spans.append(_Span(begin, until, change))
    return spans


def instant(local: str, zone: tzinfo) -> datetime:
    """The UTC instant of `YYYY-MM-DD HH:MM:SS` of the shop's clock.

    An hour that the clock skips counts as the one after it, one that it shows twice as the first.
    """
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)


def local_text(moment: datetime, zone: tzinfo) -> str:
    """The same the other way round."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _is_for(change: PriceChange, market: Market) -> bool:
    """Whether visitors of the market have the discount; one in another money cannot be compared, unless in per cent."""
    if change.currency not in {"", market.money} and change.reduction_kind is not ReductionKind.PERCENTAGE:
        return False
    pairs = (
        (change.country, market.country),
        (change.currency, market.currency),
        (change.customer_group, market.customer_group),
    )
    return all(wanted in {"", there} for wanted, there in pairs)


def _rank(reference: str, change: PriceChange) -> tuple[bool, bool, bool, bool, str, str]:
    """Which discount the shop takes, those of a combination before those of its product: its order as installed."""
    return (
        change.reference == reference,
        bool(change.currency),
        bool(change.country),
        bool(change.customer_group),
        change.ends or "0000",
        change.starts or "0000",
    )


def _shown(
    begin: datetime, until: datetime | None, own: PriceChange, discount: PriceChange | None, market: Market
) -> ShownPrice:
    full = _with_tax(own.price or Decimal(0), market.rate, is_included=own.tax_included)
    if discount is None:
        return _at(begin, until, full, market, own, None)
    price, is_reduced = full, False
    if discount.price is not None:
        price = _with_tax(discount.price, market.rate, is_included=discount.tax_included)
    if discount.reduction_kind is ReductionKind.NEW_PRICE:
        is_reduced = price < full
    elif discount.reduction:
        price, is_reduced = _reduced(price, discount, market), True
    return _at(begin, until, max(price, Decimal(0)), market, own, discount, is_reduced=is_reduced)


def _reduced(price: Decimal, discount: PriceChange, market: Market) -> Decimal:
    if discount.reduction_kind is ReductionKind.PERCENTAGE:
        return price * (_HUNDRED - discount.reduction) / _HUNDRED
    return price - _with_tax(discount.reduction, market.rate, is_included=discount.reduction_tax)


def _with_tax(amount: Decimal, rate: Decimal, *, is_included: bool) -> Decimal:
    return amount if is_included else amount * (_HUNDRED + rate) / _HUNDRED


def _at(
    begin: datetime,
    until: datetime | None,
    price: Decimal,
    market: Market,
    own: PriceChange,
    discount: PriceChange | None,
    *,
    is_reduced: bool = False,
) -> ShownPrice:
    tax_excl = six_decimals(price * _HUNDRED / (_HUNDRED + market.rate))
    return ShownPrice(
        begin, until, price.quantize(_CENT, rounding=ROUND_HALF_UP), tax_excl, own, discount, is_reduced=is_reduced
    )


def markets_of(changes: Iterable[PriceChange], rate: Decimal, money: str) -> list[Market]:
    """Everybody, and each case in which a discount of the item differs."""
    cases = {(one.country, one.currency, one.customer_group) for one in changes if one.case} | {("", "", "")}
    return [Market(*case, rate=rate, money=money) for case in sorted(cases)]
