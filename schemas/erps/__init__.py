"""What of the settings belongs to one ERP: a module for each, and which of them tells statuses by which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.erps import cegid, dolibarr, files
from schemas.status_rules import StatusRule


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The names of statuses of one ERP, and the rules that hold unless the settings say otherwise."""

    members: tuple[str, ...]
    order_rules: Sequence[StatusRule]
    return_rules: Sequence[StatusRule]


NAMES: Mapping[str, str] = {"cegid": "Cegid", "dolibarr": "Dolibarr", "files": "ERP"}
"""As a person calls them, by `[erp] kind`."""
STATUS_WORDS: Mapping[str, StatusWords] = {
    "cegid": StatusWords(cegid.STATUS_MEMBERS, cegid.ORDER_RULES, cegid.RETURN_RULES),
    "dolibarr": StatusWords(dolibarr.STATUS_MEMBERS, dolibarr.ORDER_RULES, dolibarr.RETURN_RULES),
    "files": StatusWords(files.STATUS_MEMBERS, files.ORDER_RULES, files.RETURN_RULES),
}
"""By `[erp] kind`."""
ABILITIES: Mapping[str, frozenset[str]] = {
    "none": frozenset(),
    "cegid": frozenset({"customers", "orders", "returns", "statuses"}),
    "dolibarr": frozenset({"customers", "items", "orders", "slips", "statuses"}),
    "files": frozenset({"customers", "orders", "returns", "slips"}),
}
"""What each can be asked, by the fields of `schemas.erp.Erp`, as far as flows stand on it."""
HOOKS: Mapping[str, Mapping[str, str]] = {"dolibarr": dolibarr.HOOKS}
"""By `[erp] kind`, the flow that runs for a code of the ERP's webhook."""
TAKES_FILES = frozenset({"files"})
"""Those that take what export.json says how to write."""
MOVED: Mapping[str, str] = {
    "cegid": 'Write `kind = "cegid"` and `access = "test"` or `"production"` under [erp] instead of `use`; '
    "the prefixes, existing_customers, other_names, unknown_items and [erp.items] stand under [erp], all else under "
    "[erp.cegid].",
}
"""Tables of the first editions of settings.toml, and where their keys stand now."""
WITHOUT_ERP = STATUS_WORDS["cegid"]
"""Files that tell statuses where no ERP is set up come from the first one that wrote such files."""
