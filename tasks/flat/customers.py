"""The customer stream as a flat stream: found by its link, else by its e-mail, never made twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.prestashop import IDS_ONLY, Entity, Identity
from schemas.identities import identity_of_email
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.stream import FlatStream
from tasks.flat.titles import shop_titles
from tasks.flat.translate.customers import (
    AccountRules,
    birthday_is_impossible,
    erp_email_counts,
    put_group_of_groupless,
    wanted_customer,
)
from tasks.flat.translate.rows import FlatRow, flat_rows
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.run.run import Run

_REAL_ACCOUNTS = {"is_guest": "0", "deleted": "0"}
NO_GROUP = "0"
FILES = "files"
"""An ERP that tells of its customers in files alone: a link keeps a keyed hash of the e-mail that they named."""
"""id_default_group of an account that was made without one."""
_NEEDED = ("email", "lastname", "firstname")


class Customers(FlatStream):
    """One row is one account."""

    resource = "customers"
    kind = "customer"
    steps = ("plan customers", "write customers")
    identity = Identity("email", ("email",), also=_REAL_ACCOUNTS)
    compared = (
        "email",
        "lastname",
        "firstname",
        "siret",
        "ape",
        "active",
        "birthday",
        "newsletter",
        "optin",
        "id_gender",
        "id_default_group",
        "date_upd",
        "groups[id]",
    )
    unread = frozenset({"passwd"})
    is_private = True
    look_first = True

    def __init__(self) -> None:
        self._modified: dict[str, datetime] = {}
        self._title_ids: frozenset[int] | None = None

    def salt(self, run: Run) -> str:
        """The associations of titles and groups; whether links tell e-mails apart."""
        associations = run.folder.associations
        parts = (sorted(associations.titles.items()), sorted(associations.groups.items()))
        return repr((*parts, FILES) if run.folder.settings.erp.kind == FILES else parts)

    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """The accounts that the rows want; each new one has a password that nobody knows."""
        associations, today = run.folder.associations, datetime.now(UTC).date()
        asked = flat_rows(rows, run.stream)
        titles = associations.titles | await self._titles(run, {row.text("title_id") for row in asked} - {""})
        facts = run.facts
        rules = AccountRules(
            titles, associations.groups, facts.default_language, facts.customer_group, today, self._title_ids
        )
        wanted: list[WantedEntity] = []
        for row, cells in zip(asked, rows, strict=True):
            one = wanted_customer(row, RowRef(cells["_file"], cells["_line"], cells["_link"]), rules)
            one.first["passwd"] = secrets.token_urlsafe(32)
            if run.folder.settings.erp.kind == FILES and (email := row.text("customer_email").strip()):
                one.label = identity_of_email(email, run.ledger.secret())
            self._note(run, one.ref.key, row, today)
            wanted.append(one)
        return wanted

    async def _titles(self, run: Run, codes: set[str]) -> dict[str, int]:
        """id_gender of codes without association that are the name of one of the shop's titles."""
        if not codes:
            return {}
        titles = await shop_titles(run.shop, run.facts)
        self._title_ids = titles.ids
        unassociated = codes - run.folder.associations.titles.keys()
        return {code: number for code in unassociated if (number := titles.named(code)) is not None}

    def _note(self, run: Run, key: str, row: FlatRow, today: date) -> None:
        modified = row.value("last_modification_date")
        if isinstance(modified, datetime):
            self._modified[key] = modified
        if birthday_is_impossible(row, today):
            run.note(Level.INFO, "birthday_impossible", key)

    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """Accounts of the same e-mail, whatever its case; guests and deleted accounts are none."""
        emails = {_email(one) for one in wanted}
        hits = await run.shop.find(self.resource, "email", emails, display=self.display(), also=_REAL_ACCOUNTS)
        by_email = _by_email(hits)
        found: dict[str, Entity | Stop] = {}
        for one in wanted:
            mine = by_email.get(_email(one).casefold(), [])
            if len(mine) > 1:
                ids = ", ".join(str(account["id"]) for account in mine)
                found[one.ref.key] = Stop(Outcome.REFUSED, "reference_twice", ids)
            elif mine:
                found[one.ref.key] = mine[0]
            elif not one.closed and not all((one.first | one.owned).get(name) for name in _NEEDED):
                found[one.ref.key] = Stop(Outcome.REJECTED, "customer_without_name")
        return found

    async def broken(self, run: Run) -> frozenset[int]:
        """Accounts of no group: whoever signs in to one of them sees 403 on every page (facts C1)."""
        none = {**_REAL_ACCOUNTS, "active": "1", "id_default_group": NO_GROUP}
        accounts = await run.shop.read(self.resource, filters=none, display=IDS_ONLY)
        return frozenset(int(account["id"]) for account in accounts)

    def adapt_to_shop(self, run: Run, wanted: WantedEntity, current: Entity, confirmed_at: datetime | None) -> None:
        """An account of no group is given one; the e-mail that the customer changed in the shop last stays."""
        groupless = current["id_default_group"] in {"", NO_GROUP}
        if groupless and not wanted.closed and "id_default_group" not in wanted.owned:
            put_group_of_groupless(wanted, int(str(wanted.first.get("id_default_group") or run.facts.customer_group)))
        email = wanted.owned.get("email")
        if email is None or str(email).casefold() == str(current["email"]).casefold():
            wanted.owned.pop("email", None)
            return
        modified = self._modified.get(wanted.ref.key)
        offset = run.facts.clock_offset_seconds
        if not erp_email_counts(modified, current["date_upd"], confirmed_at, _zone(run), offset):
            del wanted.owned["email"]
            run.note(Level.INFO, "email_kept", wanted.ref.key)


def _email(wanted: WantedEntity) -> str:
    return str((wanted.first | wanted.owned).get("email", ""))


def _by_email(accounts: Iterable[Entity]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for account in accounts:
        found.setdefault(str(account["email"]).casefold(), []).append(account)
    return found


def _zone(run: Run) -> tzinfo:
    try:
        return ZoneInfo(run.facts.time_zone or "UTC")
    except ZoneInfoNotFoundError:
        return UTC
