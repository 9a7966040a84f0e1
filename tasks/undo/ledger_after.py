"""Which keys an undo is about, what the files want of them, and their links afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from connectors.ledger import LinkState
from schemas.outcomes import Outcome
from tasks.undo.kinds import PRODUCT, STOCK
from tasks.undo.plan import PutBack


class LedgerAfter:
    """The links of one kind, asked for some entities that are put back."""

    def __init__(self, links: pl.DataFrame, wants: Mapping[str, str], put_backs: Sequence[PutBack]) -> None:
        self._links = links
        self._wants = wants
        self._is_product = any(one.kind == PRODUCT for one in put_backs)
        self._is_stock = any(one.kind == STOCK for one in put_backs)
        self._rows: dict[str, list[str]] = {}
        if self._is_product:
            of_product = links.select("erp_key", of=pl.coalesce("parent_key", "erp_key"))
            self._rows = dict(of_product.group_by("of").agg("erp_key").iter_rows())

    def keys_of(self, put_backs: Iterable[PutBack]) -> list[str]:
        """The keys of the links; of a product, or of a combination of no row, those of all its rows."""
        keys: dict[str, None] = {}
        for one in put_backs:
            is_whole = self._is_product and (one.resource == "products" or not one.key)
            keys |= dict.fromkeys(self._rows.get(one.family, []) if is_whole else [one.key])
        return list(keys)

    def unlinked(self, put_backs: Iterable[PutBack]) -> list[str]:
        """The keys of those of which the ledger knows nothing in the shop."""
        linked = set(self._links.filter(pl.col("shop_id") > 0)["erp_key"])
        return [one.key for one in put_backs if one.key not in linked]

    def wants_of(self, put_backs: Iterable[PutBack]) -> dict[str, str]:
        """What the files want of these keys: as it was confirmed last, else as the run had it."""
        keys = self.keys_of(put_backs)
        compared = "confirmed_value" if self._is_stock else "fingerprint"
        known = self._links.filter(pl.col("erp_key").is_in(keys) & ~pl.col("in_doubt"))
        confirmed = {key: want or "" for key, want in known.select("erp_key", compared).iter_rows()}
        wants = {key: self._wants[key] for key in keys if key in self._wants} | confirmed
        return {key: wants[key] for key in keys if key in wants}

    def _states(self, put_backs: Iterable[PutBack]) -> dict[str, LinkState]:
        """The state of each key whose entity is opened or closed."""
        states: dict[str, LinkState] = {}
        for one in put_backs:
            active = one.fields.get("active")
            if one.done in {"close", "open"}:
                states[one.key] = LinkState.ACTIVE if one.done == "close" else LinkState.CLOSED
            elif active is not None and one.done == "create":
                states |= dict.fromkeys(self.keys_of([one]), LinkState.CLOSED)
            elif active is not None and one.key:
                states[one.key] = LinkState.ACTIVE if active == "1" else LinkState.CLOSED
        return states

    def links_with_states(self, put_backs: Sequence[PutBack]) -> pl.DataFrame:
        """The links whose state is another, in doubt; of what was put back already, those that an undo left so."""
        states = {key: state.value for key, state in self._states(put_backs).items()}
        links = self._links.filter(pl.col("erp_key").is_in(list(states)) & (pl.col("shop_id") > 0))
        links = links.filter(pl.col("in_doubt") | ~pl.col("erp_key").is_in(_unchanged(put_backs)))
        moved = links.with_columns(
            state=pl.col("erp_key").replace_strict(states, default=pl.col("state"), return_dtype=pl.String),
            in_doubt=pl.lit(value=True),
            confirmed_at=pl.lit(datetime.now(UTC)),
        )
        return moved.drop("seq")

    def stock_links(self, put_backs: Sequence[PutBack]) -> pl.DataFrame:
        """The links with the quantities that the shop has now."""
        back = {one.key: one.fields["quantity"] for one in put_backs}
        links = self._links.filter(pl.col("erp_key").is_in(list(back)))
        links = links.filter(pl.col("in_doubt") | ~pl.col("erp_key").is_in(_unchanged(put_backs)))
        confirmed = pl.col("erp_key").replace_strict(back, default=pl.col("confirmed_value"), return_dtype=pl.String)
        # What is sold from now on is taken off this quantity, not off the one before.
        at = pl.lit(datetime.now(UTC))
        now = links.with_columns(confirmed_value=confirmed, in_doubt=pl.lit(value=False), confirmed_at=at)
        return now.drop("seq")


def _unchanged(put_backs: Iterable[PutBack]) -> list[str]:
    return [one.key for one in put_backs if one.outcome is Outcome.UNCHANGED]
