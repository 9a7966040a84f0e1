"""A stream as one shop can take it: its columns get the shop's own limits, and what the shop lacks is a fault."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.column_spec import Column, Owner, StreamSpec, ValueType
from schemas.errors import ConfigFault
from schemas.known_columns import GENERIC_NAME, IDENTIFIERS
from schemas.messages import message
from schemas.shop_rules import RULES, as_ruled, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemas.shop_fields import ShopModel

SOURCE = "import.json"
_OF_ROLE = {
    "attribute": ("product_option_values", "name"),
    "feature": ("product_feature_values", "value"),
    "category": ("categories", "name"),
}
_OF_TARGET: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = {
    "product": {
        "manufacturer": (("manufacturers", "name"),),
        "parent": (),
        "stocks": (),
        "tax_code": (),
    },
    "customer": {
        "customer_email": (("customers", "email"),),
        "lastname": (("customers", "lastname"),),
        "firstname": (("customers", "firstname"),),
        "siret": (("customers", "siret"),),
        "ape": (("customers", "ape"),),
    },
    "stock": {"warehouse": (), "kept_in_stock": ()},
    "supplier": {"name": (("suppliers", "name"),), "description": (("suppliers", "description"),)},
    "productsupplier": {
        "supplier": (),
        "supplier_reference": (("product_suppliers", "product_supplier_reference"),),
        "price": (("product_suppliers", "product_supplier_price_te"),),
        "currency": (),
    },
    "store": {
        name: (("stores", name),)
        for name in ("name", "address1", "address2", "note", "postcode", "city", "phone", "email")
    },
}
"""By stream and target of a column: the fields of the webservice that its values go to."""
_OF_ROWS = frozenset(
    {
        *IDENTIFIERS,
        "price",
        "weight",
        "wholesale_price",
        "available_date",
        "minimal_quantity",
        "low_stock_threshold",
        "ecotax",
    }
)
"""Fields that a combination has too."""
_OLDEST = {"store": (1, 7, 3), "storeOrder": (1, 7, 6)}
"""The first PrestaShop that a stream's flow can write to (facts N5 and N6)."""


@dataclass(frozen=True, slots=True)
class ShopLanguages:
    """The languages of a shop: id by ISO code of the active ones, and the default one's id."""

    active: Mapping[str, int]
    default: int

    @property
    def default_iso(self) -> str:
        """Its ISO code; empty when the default language is switched off."""
        return next((iso for iso, number in self.active.items() if number == self.default), "")


def resources_of(stream: StreamSpec) -> tuple[str, ...]:
    """The resources whose fields the columns of a stream speak of, in order."""
    return tuple(sorted({resource for column in stream.columns for resource, _ in _fields(stream, column)}))


def fitted(stream: StreamSpec, model: ShopModel) -> StreamSpec:
    """The stream with the lengths and signs that this shop accepts; `model` holds the stream's `resources_of`."""
    columns = tuple(_fitted(stream, column, model) for column in stream.columns)
    return dataclasses.replace(stream, columns=columns)


def faults(
    stream: StreamSpec, model: ShopModel, languages: ShopLanguages, *, version: str, language: str
) -> tuple[ConfigFault, ...]:
    """What the stream asks of this shop that it cannot have; `language` is that of the messages."""
    oldest = _OLDEST.get(stream.name, ())
    if model.version and model.version < oldest:
        text = message("shop_too_old", language, value=version, detail=".".join(map(str, oldest)))
        return (ConfigFault(SOURCE, stream.name, text.reason, text.remedy),)
    return (
        *_absent(stream, model, version, language),
        *_of_languages(stream, languages, language),
        *_refused_names(stream, model, version, language),
        *faults_of_two_columns(stream, languages, language),
    )


def two_columns(stream: StreamSpec, languages: ShopLanguages) -> tuple[tuple[Column, Column], ...]:
    """Columns that give one text of a product in the shop's default language: with its language, and without one."""
    if stream.name != "product":
        return ()
    plain = {column.target: column for column in stream.columns if column.owner is not Owner.SHOP}
    return tuple(
        (column, plain[_plain(column)])
        for column in stream.columns
        if column.owner is not Owner.SHOP
        and column.iso is not None
        and column.iso == languages.default_iso
        and _plain(column) in plain
    )


def faults_of_two_columns(stream: StreamSpec, languages: ShopLanguages, language: str) -> tuple[ConfigFault, ...]:
    """A fault for each pair of `two_columns`; it stops a run whose rows fill both with different texts."""
    return tuple(
        _fault(
            stream,
            column,
            "language_of_two_columns",
            language,
            value=(column.iso or "").upper(),
            key=other.key,
            detail=_plain(column),
        )
        for column, other in two_columns(stream, languages)
    )


def without_own_text(stream: StreamSpec, languages: ShopLanguages) -> tuple[str, ...]:
    """Fields that have columns of languages and none for the shop's default language."""
    if stream.name != "product":
        return ()
    by_field: dict[str, set[str]] = {}
    for column in stream.columns:
        if column.iso is not None and column.owner is not Owner.SHOP:
            by_field.setdefault(_plain(column), set()).add(column.iso)
    plain = {column.target for column in stream.columns}
    return tuple(
        sorted(name for name, isos in by_field.items() if name not in plain and languages.default_iso not in isos)
    )


def _plain(column: Column) -> str:
    return column.target.partition("@")[0]


def _fields(stream: StreamSpec, column: Column) -> tuple[tuple[str, str], ...]:
    """(resource, field) of everything that a column's values are written to or sought in."""
    if column.owner is Owner.SHOP and not column.object_key:
        return ()
    role, is_role, _ = column.target.partition(":")
    if is_role:
        return (_OF_ROLE[role],) if role in _OF_ROLE else ()
    known = _OF_TARGET.get(stream.name)
    if known is not None and (stream.name != "product" or column.target in known):
        return known.get(_plain(column), ())
    searched = column.object_key and column.target in IDENTIFIERS
    if stream.name != "product" and not searched:
        return ()
    name = _plain(column)
    in_rows = searched or (name in _OF_ROWS and stream.parent_column is not None)
    return (("products", name), ("combinations", name)) if in_rows else (("products", name),)


def _fitted(stream: StreamSpec, column: Column, model: ShopModel) -> Column:
    own = [one for resource, name in _fields(stream, column) if (one := model.field(resource, name)) is not None]
    if column.type not in {ValueType.TEXT, ValueType.EMAIL, ValueType.HTML, ValueType.EAN13} or not own:
        return column
    lengths = [one.max_length for one in own if one.max_length is not None]
    longest = min(lengths) if lengths else column.max_length
    validator = next((one.validator for one in own if column.validator and one.validator in RULES), column.validator)
    return as_ruled(dataclasses.replace(column, max_length=longest, validator=validator), model.version)


def _absent(stream: StreamSpec, model: ShopModel, version: str, language: str) -> Iterator[ConfigFault]:
    for column in stream.columns:
        for resource, name in _fields(stream, column):
            if resource in model.resources and name not in model.resources[resource]:
                yield _fault(stream, column, "field_not_on_shop", language, value=name, detail=resource, since=version)
                break


def _refused_names(stream: StreamSpec, model: ShopModel, version: str, language: str) -> Iterator[ConfigFault]:
    """Names of attributes and features with a sign that this version refuses."""
    rule = rule_of(GENERIC_NAME, model.version)
    for column in stream.columns:
        if column.public_name and (signs := rule.offending(column.public_name)):
            text = {"value": column.public_name, "detail": " ".join(signs), "since": version}
            yield _fault(stream, column, "public_name_refused", language, **text)


def _of_languages(stream: StreamSpec, languages: ShopLanguages, language: str) -> Iterator[ConfigFault]:
    for column in stream.columns:
        if column.iso is None or column.owner is Owner.SHOP or column.iso in languages.active:
            continue
        known = ", ".join(sorted(languages.active))
        yield _fault(stream, column, "language_not_on_shop", language, value=column.iso.upper(), detail=known)


def _fault(stream: StreamSpec, column: Column, code: str, language: str, **params: str) -> ConfigFault:
    text = message(code, language, column=column.key, **params)
    return ConfigFault(SOURCE, f"{stream.name}.data.{column.key}", text.reason, text.remedy)
