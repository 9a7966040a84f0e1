"""Which settings and associations the module's page in the back office offers, and their values as it shows them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, get_args, get_origin

from schemas.associations import Associations
from schemas.settings import ShopSettings

Said: TypeAlias = dict[str, str]
"""A text in both languages: `en`, `fr`."""
_BOOLEANS = ("true", "false")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.,][0-9]+)?")
"""As TOML writes it, but for the comma."""


@cache
def offered() -> dict[str, Any]:
    """The page's settings (`settings`), its associations, and the texts of their choices."""
    return tomllib.loads(files("schemas.defaults").joinpath("back_office.toml").read_text(encoding="utf-8"))


def setting_keys() -> frozenset[str]:
    """The settings that may be changed there, as `table.key`."""
    return frozenset(field["key"] for table in offered()["settings"] for field in table["fields"])


def association_sections() -> frozenset[str]:
    """The tables of associations.toml that may be changed there."""
    return frozenset(each["section"] for each in offered()["associations"])


def shown_settings(settings: ShopSettings) -> list[dict[str, Any]]:
    """The offered settings with their values as text, table by table."""
    return [
        {"title": table["title"], "fields": [_field(field, settings) for field in table["fields"]]}
        for table in offered()["settings"]
    ]


def shown_associations(associations: Associations) -> list[dict[str, Any]]:
    """The offered associations with their rows."""
    return [
        each
        | {"rows": [{"code": str(code), "value": str(value)} for code, value in _rows(associations, each["section"])]}
        for each in offered()["associations"]
    ]


def shown(value: object) -> str:
    """A value of settings.toml or associations.toml as the page writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def setting(settings: ShopSettings, key: str) -> object:
    """The value of `table.key`."""
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


def setting_as_toml(key: str, text: str) -> str | None:
    """What a text of the page is in settings.toml; None where an empty one takes the line out.

    What is not of the key's kind stays a text, of which the settings then say what is wrong.
    """
    annotation = _annotation(key)
    if text == "" and type(None) in get_args(annotation):
        return None
    if get_origin(annotation) is list:
        return f"[{', '.join(_plain(one) for one in text.replace(',', ' ').split())}]"
    if annotation is str or get_origin(annotation) is Literal:
        return json.dumps(text, ensure_ascii=False)
    return _plain(text)


def association_as_toml(section: str, text: str) -> str | None:
    """What the right side of an association is in associations.toml; None where an empty one takes the line out."""
    if text == "":
        return None
    ids_right = next(each["shop_side"] == "value" for each in offered()["associations"] if each["section"] == section)
    return _plain(text) if ids_right else json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    """A number, true or false as it stands; anything else between quotes."""
    if text in _BOOLEANS:
        return text
    return text.replace(",", ".") if _NUMBER.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _rows(associations: Associations, section: str) -> Mapping[Any, Any]:
    rows: Mapping[Any, Any] = getattr(associations, section)
    return rows.items()  # type: ignore[return-value]


def _field(field: Mapping[str, str], settings: ShopSettings) -> dict[str, Any]:
    key = field["key"]
    annotation = _annotation(key)
    choices = _BOOLEANS if annotation is bool else get_args(annotation) if get_origin(annotation) is Literal else ()
    kind = field.get("kind") or ("choice" if choices else "text" if annotation is str else "number")
    return {
        "key": key,
        "label": {"en": field["en"], "fr": field["fr"]},
        "kind": kind,
        "value": shown(setting(settings, key)),
        "choices": [{"value": str(choice), "label": _choice(str(choice))} for choice in choices],
    }


def _choice(value: str) -> Said:
    texts: dict[str, Said] = offered()["choices"] | offered()["yes_no"]
    return texts.get(value, {"en": value, "fr": value})


def _annotation(key: str) -> Any:
    """What the settings' model says of a key."""
    annotation: Any = ShopSettings
    for part in key.split("."):
        annotation = annotation.model_fields[part].annotation
    return annotation
