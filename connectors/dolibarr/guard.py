"""The guard of exactly-once: a unique extra field that holds our own reference of whatever we create."""

from __future__ import annotations

NAME = "ps_uid"
OPTION = f"options_{NAME}"
LENGTH = 64
ELEMENTS = ("societe", "socpeople", "commande", "facture")
"""What orders and customers become, by Dolibarr's inner names, whose guard must be there."""
GOODS = ("product", "categorie")
"""What the catalogue becomes."""
DEFINITION = {
    "label": "Passerelle",
    "type": "varchar",
    "size": str(LENGTH),
    "unique": 1,
    "required": 0,
    "param": "",
    "pos": 100,
    "alwayseditable": 1,
    "list": "0",
    "default": "",
    "totalizable": 0,
    "printable": 0,
}
"""Of the extra field, with what versions warn about when it is left out."""


def guarded(uid: str) -> dict[str, str]:
    """The `array_options` of an object of ours."""
    return {OPTION: uid}


def uid_of(record: dict[str, object]) -> str:
    """Our own reference of an object of Dolibarr; empty when it is not ours."""
    options = record.get("array_options")
    return str(options.get(OPTION) or "") if isinstance(options, dict) else ""
