"""Accounts without a group, or whose default group is not among theirs, or that share an e-mail; ids alone are kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tasks.audit.plan.duplicates import Duplicates
from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import Row, whole

CUSTOMER_FIELDS = ("id", "id_default_group", "is_guest", "active", "deleted", "email", "groups[id]")


class Customers:
    """Looks at each account as it comes."""

    def __init__(self, groups: Collection[int], found: Found) -> None:
        self._groups = groups
        self._found = found
        self._emails = Duplicates()

    def look(self, row: Row) -> None:
        """One account that is open."""
        if str(row.get("deleted")) == "1" or row["active"] != "1":
            return
        default = whole(row, "id_default_group")
        members: list[dict[str, Any]] = row["associations"]["groups"]
        own = {int(member["id"]) for member in members}
        if default not in self._groups or not own:
            self._found.add("customer_without_group", Faulty("customer", row["id"], detail=str(default)))
        elif default not in own:
            self._found.add("customer_default_group_not_own", Faulty("customer", row["id"], detail=str(default)))
        if str(row.get("is_guest")) != "1":
            self._emails.note(str(row.get("email") or ""), row["id"])

    def finish(self) -> None:
        """Accounts with one e-mail between them."""
        for group in self._emails.groups():
            owners = [self._emails.owner(position) for position in group]
            detail = ", ".join(map(str, owners[1:]))
            self._found.add("customer_same_email", Faulty("customer", owners[0], detail=detail))
