"""Products and their combinations go to the shop, are read back, and are confirmed product by product."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from connectors.ledger import Link, LinkState, Refusal
from connectors.prestashop import IDS_ONLY, Entity, Identity, Receipt
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.products.hold_refused import COMBINATION, PRODUCT, last_changes, report_refused_sibling
from tasks.products.items_anew import forget_former_items
from tasks.products.look_up_names import create_names
from tasks.products.plan.shapes import DELETED, Operation, PlannedRow, ProductPlan
from tasks.products.read_back import ReadBack
from tasks.products.replaced import replaced_products
from tasks.products.translate.entities import MissingNameError, combination_entity, differences, product_entity
from tasks.products.translate.names import MissingNames, Names
from tasks.products.write_path import WritePath, write_path_of
from tasks.run.chunks import Chunk, chunked, fan_out, units_of_a_chunk
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.refused_before import note_refusals, sent_mark
from tasks.run.replacing import replacing
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

KIND = "product"
CONFIRMED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.DEACTIVATED})
_STATES = {
    "generic_item": LinkState.GENERIC,
    "closed_and_unknown": LinkState.ABSENT,
    DELETED: LinkState.DELETED,
}


class ProductsPlan:
    """All products to write or to confirm, the names they need first, and the fingerprint of each row by key.

    Not a dataclass: Prefect walks through every field of those among a task's arguments.
    """

    def __init__(
        self, products: list[ProductPlan], missing: MissingNames, names: Names, fingerprints: Mapping[str, str]
    ) -> None:
        self.products = products
        self.missing = missing
        self.names = names
        self.read_back = ReadBack()
        self.fingerprints = fingerprints


@dataclass(slots=True)
class _Sent:
    """One entity sent: what became of it and what was sent, to be read back."""

    operation: Operation
    entity: Entity
    id: int = 0
    refused: str = ""
    code: str = "shop_refused"
    for_itself: bool = False
    """Refused for what it holds: the same is refused again."""
    held: Entity | None = None
    """What our module has read again of it, once it had made it."""


async def apply_products(run: Run, plan: ProductsPlan) -> None:
    """Creates the missing names, then writes products in batches; rows with nothing to write are confirmed."""
    if not run.may_write_shop:
        for product in plan.products:
            run.rows.record(_outcomes(product.rows))
        run.planned += product_changes(plan)
        run.report.beyond_rows |= plan.missing.counts()
        return
    idle = [product for product in plan.products if not product.operations]
    if kept := list(replaced_products(idle, plan.names)):
        replacement = replacing(run, kept, _wants(plan, idle))
        await asyncio.to_thread(
            run.ledger.doubt, run.folder.name, KIND, [one.key for one in kept], replacing=replacement
        )
    await _confirm(run, plan, idle, {})
    busy = [product for product in plan.products if product.operations]
    with run.step("create names"):
        created = await create_names(run.shop, run.facts, plan.missing, plan.names)
        for resource, count in created.items():
            run.report.beyond_rows[resource] = run.report.beyond_rows.get(resource, 0) + count
    with run.step("write products"):
        path = write_path_of(run, busy)
        chunks = chunked(
            busy, max(1, units_of_a_chunk(run, path.resource) // _mean_weight(busy)), lambda product: [product.key]
        )
        await fan_out("write products", chunks, lambda chunk: _write(run, chunk, plan, path))


async def _write(run: Run, chunk: Chunk[ProductPlan], plan: ProductsPlan, path: WritePath) -> None:
    doubted = [row.ref.key for product in chunk.left for row in product.rows]
    kept = replacing(run, replaced_products(chunk.left, plan.names), _wants(plan, chunk.left))
    await asyncio.to_thread(run.ledger.doubt, run.folder.name, KIND, doubted, replacing=kept)
    await write_products(run, chunk, plan, path)


def _wants(plan: ProductsPlan, products: Iterable[ProductPlan]) -> dict[str, str]:
    """The fingerprint of each row, empty where a complete file closes it by leaving it out."""
    return {row.ref.key: plan.fingerprints.get(row.ref.key, "") for product in products for row in product.rows}


def product_changes(plan: ProductsPlan) -> list[PlannedChange]:
    """What the plan would write, as a person reads it."""
    return [_planned(product, operation) for product in plan.products for operation in product.operations]


def _planned(product: ProductPlan, operation: Operation) -> PlannedChange:
    return PlannedChange(
        operation.key or f"{product.key} #{operation.id}", operation.kind, operation.action, tuple(operation.changes)
    )


def _mean_weight(products: list[ProductPlan]) -> int:
    return max(1, sum(map(_weight, products)) // max(1, len(products)))


def _weight(product: ProductPlan) -> int:
    return len(product.operations)


@chunk_task("write products")
async def write_products(run: Run, chunk: Chunk[ProductPlan], plan: ProductsPlan, path: WritePath) -> None:
    """One chunk of products: every batch is written, read back and confirmed on its own."""

    async def send(batch: list[ProductPlan]) -> None:
        await _write_batch(run, plan, batch, path)

    await chunk.in_batches(run, lambda: path.sizes(run), _weights, send)


def _weights(product: ProductPlan) -> dict[str, int]:
    return {"products": 1 if product.product else 0, "combinations": len(product.combinations)}


async def _write_batch(run: Run, plan: ProductsPlan, batch: list[ProductPlan], path: WritePath) -> None:
    field_name = run.stream.key_column.target
    again = any(product.attempted for product in batch)
    for product in batch:
        product.attempted = True
    products = await _write_kind(
        run,
        "products",
        [product.product for product in batch if product.product],
        plan.names,
        path,
        lambda operation: product_entity(operation, plan.names),
        Identity(field_name, (field_name,)),
        again=again,
    )
    by_key = {sent.operation.key: sent for sent in products}
    owner: dict[int, ProductPlan] = {}
    operations: list[Operation] = []
    for product in batch:
        sent = by_key.get(product.key)
        product.id_product = sent.id if sent and sent.id else product.id_product
        # An impact is worth nothing beside another base than the one it was computed with.
        alone = sent is not None and bool(sent.refused) and sent.operation.carries_combinations
        if product.id_product and not alone:
            owner |= {id(operation): product for operation in product.combinations}
            operations += product.combinations
    combinations = await _write_kind(
        run,
        "combinations",
        operations,
        plan.names,
        path,
        lambda operation: combination_entity(operation, owner[id(operation)].id_product, plan.names),
        Identity("id_product", ("id_product", field_name)),
        again=again,
    )
    await _refuse_homeless(run, combinations, owner, {sent.id for sent in products if not sent.refused})
    await asyncio.gather(
        _read_back(run, plan.read_back, "products", products),
        _read_back(run, plan.read_back, "combinations", combinations),
    )
    results = {id(product): [by_key[product.key]] for product in batch if product.key in by_key}
    for sent in combinations:
        results.setdefault(id(owner[id(sent.operation)]), []).append(sent)
    await _confirm(run, plan, batch, results)


async def _refuse_homeless(
    run: Run, combinations: list[_Sent], owner: Mapping[int, ProductPlan], written: Collection[int]
) -> None:
    """Refuses combinations that were made in a product that somebody has deleted since it was planned.

    The shop makes a combination of a product that does not exist (facts A3). `written` are ids of products that this
    batch has written, and that are there.
    """
    made = [one for one in combinations if one.operation.action == "create" and not one.refused]
    asked = {owner[id(one.operation)].id_product for one in made} - set(written)
    if not asked:
        return
    there = await run.shop.find("products", "id", map(str, sorted(asked)), display=IDS_ONLY, within="all")
    gone = asked - {int(entity["id"]) for entity in there}
    for one in made:
        if (number := owner[id(one.operation)].id_product) in gone:
            one.refused, one.code = str(number), "gone_meanwhile"


async def _write_kind(
    run: Run,
    resource: str,
    operations: list[Operation],
    names: Names,
    path: WritePath,
    entity_of: Callable[[Operation], dict[str, Any]],
    identity: Identity,
    *,
    again: bool,
) -> list[_Sent]:
    """Deletes, then updates, then creates: a default combination goes before another becomes the default (D9)."""
    sent: list[_Sent] = []
    for_good = not names.may_be_made_later
    for operation in operations:
        try:
            sent.append(_Sent(operation, {} if operation.action == "delete" else entity_of(operation), operation.id))
        except MissingNameError as error:
            sent.append(_Sent(operation, {}, operation.id, str(error), "name_refused", for_itself=for_good))
    fine = [one for one in sent if not one.refused]
    updates = [one for one in fine if one.operation.action in {"update", "deactivate"}]
    creates = [one for one in fine if one.operation.action == "create"]
    deletes = [one for one in fine if one.operation.action == "delete"]
    if deletes:
        _note(deletes, await run.shop.delete(resource, [one.id for one in deletes]))
    joining = [one for one in updates if one.operation.associates]
    known = [one for one in updates if not one.operation.associates]
    if known:
        _note(known, await run.shop.update(resource, [one.entity for one in known]))
    if joining:
        _note(joining, await run.shop.associate(resource, [one.entity for one in joining]))
    if creates:
        receipts = await path.create(run, resource, [one.entity for one in creates], identity, look_first=again)
        _note(creates, receipts)
        # What an earlier try left behind may have been saved in part.
        adopted = [one for one, receipt in zip(creates, receipts, strict=True) if receipt.outcome == "adopted"]
        if adopted:
            _note(adopted, await run.shop.update(resource, [one.entity | {"id": one.id} for one in adopted]))
    return sent


def _note(sent: list[_Sent], receipts: list[Receipt]) -> None:
    for one, receipt in zip(sent, receipts, strict=True):
        one.id = receipt.id or one.id
        # What was there already is completed, and read after that.
        one.held = receipt.entity if receipt.outcome == "created" else None
        if receipt.error is not None:
            one.refused, one.code = receipt.error.reason, receipt.message_code
            one.for_itself = receipt.is_of_what_was_sent
        elif receipt.outcome == "missing" and one.operation.action != "delete":
            one.refused, one.code = str(one.id), "gone_meanwhile"


async def _read_back(run: Run, together: ReadBack, resource: str, sent: list[_Sent]) -> None:
    """Reads again what was written; an entity that does not hold what was sent is refused."""
    written = [one for one in sent if not one.refused and one.entity]
    if run.folder.settings.read_back.mode == "none" or not written:
        return
    # What was written once more after the module had read it again is read, whoever else of the batch bears its id.
    asked = {one.id for one in written if one.held is None or not _holds_all(one.held, one.entity)}
    left = [one for one in written if one.id in asked]
    now = {one.id: one.held for one in written if one.held is not None and one.id not in asked}
    if left:
        fields = sorted({name for one in left for name in one.entity if name not in {"associations", "id"}})
        associations = {name for one in left for name in one.entity.get("associations", {})}
        display = ("id", *fields, *(_ASSOCIATION_DISPLAY[name] for name in sorted(associations)))
        now |= await together.held(run.shop, resource, display, [one.id for one in left])
    for one in written:
        if one.id not in now:
            one.refused, one.code = str(one.id), "gone_meanwhile"
            continue
        different = differences(one.entity, now[one.id])
        if different:
            name, was_sent, was_read = different[0]
            one.refused, one.code = f"{name}: {was_sent} / {was_read}", "read_back_differs"
            one.for_itself = True


def _holds_all(held: Entity, sent: Entity) -> bool:
    """Whether our module has told every field and association that was sent."""
    members = sent.get("associations", {}).keys() - held.get("associations", {}).keys()
    return not members and sent.keys() - {"id", "associations"} <= held.keys()


_ASSOCIATION_DISPLAY = {
    "categories": "categories[id]",
    "product_features": "product_features[id,id_feature_value]",
    "product_option_values": "product_option_values[id]",
}


async def _confirm(run: Run, plan: ProductsPlan, batch: list[ProductPlan], results: Mapping[int, list[_Sent]]) -> None:
    links: list[Link] = []
    for product in batch:
        sent = results.get(id(product), [])
        _record_results(product, sent)
        links += _links(product, plan)
        if product.product and product.product.action == "create" and product.id_product and not product.simple:
            run.report.beyond_rows["parents"] = run.report.beyond_rows.get("parents", 0) + 1
        for code, key, params in product.notes:
            run.note(Level.INFO, code, key, **params)
        for one in _refused_siblings(sent):
            report_refused_sibling(run, product.key, one.operation, one.refused)
    if links:
        # The disk acknowledges each confirmation: other requests go out meanwhile.
        await asyncio.to_thread(forget_former_items, run, KIND, links)
        await asyncio.to_thread(run.ledger.confirm, run.folder.name, KIND, links, run_id=run.run_id)
    await _note_refusals(run, plan.names, batch, results)
    run.rows.record(_outcomes([row for product in batch for row in product.rows]))


def _record_results(product: ProductPlan, sent: list[_Sent]) -> None:
    """Rows whose entity, or whose product, was refused are refused; those written learn their ids."""
    of_product = next((one for one in sent if one.operation.kind == "product" and one.refused), None)
    by_key = {one.operation.key: one for one in sent if one.operation.kind == "combination" and one.operation.key}
    for row in product.rows:
        mine = by_key.get(row.ref.key)
        refused = of_product or (mine if mine and mine.refused else None)
        if refused and row.outcome not in {Outcome.IGNORED, Outcome.REJECTED}:
            row.outcome, row.code, row.detail = Outcome.REFUSED, refused.code, refused.refused
        elif mine and mine.id:
            row.id_combination = mine.id


async def _note_refusals(run: Run, names: Names, batch: list[ProductPlan], results: Mapping[int, list[_Sent]]) -> None:
    """Remembers what was refused for what it holds, and forgets it of what the shop has taken."""
    refused = [product for product in batch if any(one.for_itself for one in results.get(id(product), ()))]
    changes = await last_changes(run, (product.id_product for product in refused))
    refusals: dict[str, list[Refusal]] = {PRODUCT: [], COMBINATION: []}
    taken: dict[str, list[str]] = {PRODUCT: [], COMBINATION: []}
    for product in batch:
        for one in results.get(id(product), ()):
            key = one.operation.remembered_as
            if one.refused and one.for_itself:
                content = one.operation.content(names, changes.get(product.id_product, ""))
                refusals[one.operation.kind].append(Refusal(key, sent_mark(run, content), one.code, one.refused))
            elif not one.refused:
                taken[one.operation.kind].append(key)
    for kind, found in refusals.items():
        await asyncio.to_thread(note_refusals, run, kind, found, taken[kind])


def _refused_siblings(sent: list[_Sent]) -> list[_Sent]:
    """Combinations of no row that could not follow their product; one that is gone has nothing to follow."""
    siblings = [one for one in sent if one.operation.kind == "combination" and not one.operation.key]
    return [one for one in siblings if one.refused and one.code != "gone_meanwhile"]


def _links(product: ProductPlan, plan: ProductsPlan) -> list[Link]:
    links = (_link(product, row, plan.fingerprints.get(row.ref.key, "")) for row in product.rows)
    return [link for link in links if link is not None]


def _link(product: ProductPlan, row: PlannedRow, fingerprint: str) -> Link | None:
    """What the ledger remembers of a row; a row that writes nothing is remembered without ids."""
    parent = None if product.simple else product.key
    if row.outcome is Outcome.IGNORED:
        return Link(row.ref.key, 0, parent_key=parent, state=_STATES[row.code], fingerprint=fingerprint)
    if row.outcome not in CONFIRMED or not product.id_product:
        return None
    state = LinkState.CLOSED if row.closed else LinkState.ACTIVE
    combination = 0 if product.simple else row.id_combination
    return Link(row.ref.key, product.id_product, combination, parent_key=parent, state=state, fingerprint=fingerprint)


def _outcomes(rows: list[PlannedRow]) -> pl.DataFrame:
    return row_outcomes(
        RowOutcome(row.ref.file, row.ref.line, row.ref.key, row.outcome.value, row.code, row.detail, row.column)
        for row in rows
    )
