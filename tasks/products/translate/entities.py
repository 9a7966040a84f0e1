"""Planned operations become the webservice's entities, names resolved to the shop's ids; and back, for read-back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from schemas.folded import fold
from tasks.products.plan.shapes import Operation
from tasks.products.translate.names import Names, slug
from tasks.products.translate.values import as_text, reads_the_same


class MissingNameError(LookupError):
    """A name that the operation needs is not on the shop, because the shop refused to create it."""


def product_entity(operation: Operation, names: Names) -> dict[str, Any]:
    """The entity to create or to patch; associations are complete, and `combinations` is never sent (D11)."""
    entity: dict[str, Any] = {"id": operation.id} if operation.id else {}
    entity |= {name: as_text(value) for name, value in operation.fields.items()}
    entity |= operation.texts
    if operation.action == "create":
        name = next(iter(operation.texts.get("name", {}).values()), "")
        entity.setdefault("link_rewrite", _link_rewrites(operation, name))
    if operation.manufacturer is not None:
        entity["id_manufacturer"] = _manufacturer(operation.manufacturer, names)
    associations = _associations(operation, names)
    if "categories" in associations:
        entity["id_category_default"] = associations["categories"][-1]["id"]
    if associations:
        entity["associations"] = associations
    return entity


def _link_rewrites(operation: Operation, name: str) -> dict[int, str]:
    return {i: slug(text or name, operation.key) for i, text in operation.texts.get("name", {}).items()}


def _manufacturer(name: str, names: Names) -> int:
    if not name:
        return 0
    found = names.manufacturers.get(fold(name))
    if found is None:
        raise MissingNameError(name)
    return found


def _associations(operation: Operation, names: Names) -> dict[str, list[dict[str, int]]]:
    associations: dict[str, list[dict[str, int]]] = {}
    if operation.category_path is not None or operation.keep_categories:
        chain = names.category_chain(operation.category_path or ())
        if chain is None:
            raise MissingNameError(" > ".join(operation.category_path or ()))
        others = (i for i in operation.keep_categories if i not in chain)
        associations["categories"] = [{"id": i} for i in (*others, *chain)]
    if operation.features is not None:
        named = [_feature(f, v, names) for f, v in operation.features.items()]
        # A feature that only another shop had when the plan was made was no name then, and is one now.
        kept = [pair for pair in operation.keep_features if pair[0] not in {feature for feature, _ in named}]
        pairs = [*kept, *named]
        associations["product_features"] = [{"id": f, "id_feature_value": v} for f, v in pairs]
    return associations


def _feature(feature: str, value: str, names: Names) -> tuple[int, int]:
    id_feature = names.features.get(fold(feature))
    id_value = names.feature_values.get((id_feature or 0, fold(value)))
    if id_feature is None or id_value is None:
        raise MissingNameError(f"{feature}: {value}")
    return id_feature, id_value


def combination_entity(operation: Operation, id_product: int, names: Names) -> dict[str, Any]:
    """The combination to create or to patch."""
    entity: dict[str, Any] = {"id": operation.id} if operation.id else {"id_product": id_product}
    entity |= {name: as_text(value) for name, value in operation.fields.items()}
    if operation.options is not None:
        values = [_option(group, value, names) for group, value in operation.options]
        entity["associations"] = {"product_option_values": [{"id": i} for i in values]}
    return entity


def _option(group: str, value: str, names: Names) -> int:
    found = names.option_values.get((names.options.get(fold(group), 0), fold(value)))
    if found is None:
        raise MissingNameError(f"{group}: {value}")
    return found


def differences(sent: Mapping[str, Any], read: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(field, sent, read) of what the shop does not hold as it was sent; empty when the write is confirmed."""
    different: list[tuple[str, str, str]] = []
    for name, value in sent.items():
        if value == read.get(name):
            continue
        if name == "associations":
            different += _association_differences(value, read.get("associations", {}))
        elif isinstance(value, dict):
            now = read.get(name, {})
            different += [
                (f"{name}@{language}", text, now.get(language, ""))
                for language, text in value.items()
                if not reads_the_same(name, text, now.get(language, ""))
            ]
        elif name in read and not _same_text(name, str(value), str(read[name])):
            different.append((name, str(value), str(read[name])))
    return different


def _same_text(name: str, sent: str, read: str) -> bool:
    if sent == read or reads_the_same(name, sent, read):
        return True
    try:
        return Decimal(sent or 0) == Decimal(read or 0)
    except InvalidOperation:
        return False


def _association_differences(sent: Mapping[str, Any], read: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    different = []
    for name, rows in sent.items():
        wanted = sorted(tuple(sorted((k, str(v)) for k, v in row.items())) for row in rows)
        now = sorted(
            tuple(sorted((k, str(v)) for k, v in row.items() if any(k in w for w in rows)))
            for row in read.get(name, [])
        )
        if set(wanted) != set(now):
            different.append((name, str(wanted), str(now)))
    return different
