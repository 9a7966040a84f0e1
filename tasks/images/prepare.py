"""The folder of pictures becomes a plan: what the ledger holds as sent costs no request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import polars as pl

from connectors.ledger import LinkState
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.images.look_up import catalogue_of, images_of
from tasks.images.plan.names import Catalogue
from tasks.images.plan.pictures import Held, ProductPlan, Wanted, plan_product
from tasks.images.read import PictureFile, picture_files
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.look_up import item_ids_of

KIND = "image"
FORMER = "image_former"
"""Pictures that another one stands in for, until they are removed."""
_USUAL_LIMIT = 8
_MILLION = 1_000_000


class ImagesPlan:
    """The products with something to do. Not a dataclass: Prefect walks through those."""

    def __init__(self, products: list[ProductPlan], known: int, former: Mapping[int, list[int]]) -> None:
        self.products = products
        self.known = known
        """How many pictures we have sent."""
        self.former = former
        """Pictures to be removed, by id_product, of runs that were cut off."""


@step_task("plan images")
async def prepare_images(run: Run) -> ImagesPlan:
    """The plan of every picture that is not confirmed; the other files end here."""
    with run.step("plan images"):
        links = run.ledger.links(run.folder.name, KIND)
        files = _files(run, links)
        run.rows.read = len(files)
        run.rows.accepted = _frame((one, Outcome.WAITING, "") for one in files).select("_file", "_line", "_key")
        sound = [one for one in files if one.outcome is None]
        catalogue = await catalogue_of(run, {one.key for one in sound})
        wanted = _owned(run, [one for one in files if one.outcome], sound, catalogue)
        held = _held(links)
        former: dict[int, list[int]] = {}
        for product, image in run.ledger.links(run.folder.name, FORMER).select("sub_id", "shop_id").iter_rows():
            former.setdefault(product, []).append(image)
        return ImagesPlan(await _plans(run, wanted, held, former), links.height, former)


def _files(run: Run, links: pl.DataFrame) -> list[PictureFile]:
    folder = run.folder.path / run.folder.settings.images.folder
    sent = links.filter((pl.col("state") == LinkState.ACTIVE) & pl.col("fingerprint").str.contains(r"^[0-9a-f]{64}"))
    # `since` believes nothing of what was confirmed from then on.
    believed = sent if run.since is None else sent.filter(pl.col("confirmed_at") < run.since)
    known = {
        key: (mark.partition(" ")[0], stamp)
        for key, mark, stamp in believed.select("erp_key", "fingerprint", "mapping_version").iter_rows()
    }
    megabytes = run.facts.settings.get("PS_LIMIT_UPLOAD_IMAGE_VALUE", "")
    limit = int(megabytes) if megabytes.isdecimal() and int(megabytes) else _USUAL_LIMIT
    return picture_files(
        folder, known, most_bytes=limit * _MILLION, stable_seconds=run.folder.settings.files.stable_seconds
    )


def _owned(
    run: Run, unsound: Iterable[PictureFile], sound: Iterable[PictureFile], catalogue: Catalogue
) -> list[Wanted]:
    """The pictures that have an owner, each content once a product; the other files end here."""
    ended = [(one, one.outcome or Outcome.REJECTED, one.code) for one in unsound]
    for one, outcome, code in ended:
        level = Level.RETRY if outcome is Outcome.WAITING else Level.ERROR
        run.note(level, code, one.path.name, file=one.path.name, value=one.path.name, detail=one.detail)
    wanted: list[Wanted] = []
    shown: dict[tuple[int, str], str] = {}
    for one in sound:
        owner = catalogue.owner(one.key)
        if owner is None:
            ended.append((one, Outcome.IGNORED, "image_of_nobody"))
            run.note(Level.INFO, "image_of_nobody", one.path.name, file=one.path.name, value=one.path.name)
        elif twin := shown.get((owner.id_product, one.hash)):
            ended.append((one, Outcome.IGNORED, "image_twice"))
            run.note(Level.INFO, "image_twice", one.path.name, file=one.path.name, value=one.path.name, detail=twin)
        else:
            shown[owner.id_product, one.hash] = one.path.name
            for key in {one.key, one.path.name}:
                run.shown_keys.note(key, "product", owner.id_product)
            wanted.append(Wanted(one.line, one.key, one.path, one.kind, one.hash, one.stamp, owner))
    run.rows.record(_frame(ended))
    return wanted


def _held(links: pl.DataFrame) -> dict[int, dict[str, Held]]:
    """The pictures that we have sent, by product and key."""
    held: dict[int, dict[str, Held]] = {}
    columns = ("erp_key", "shop_id", "sub_id", "state", "fingerprint", "mapping_version")
    for key, image, product, state, mark, told in links.select(columns).iter_rows():
        intent = state == LinkState.INTENDED
        newest = int(told) if intent and told.isdecimal() else 0
        held.setdefault(product, {})[key] = Held(key, image, mark, intent, newest)
    return held


async def _plans(
    run: Run, wanted: Iterable[Wanted], held: Mapping[int, Mapping[str, Held]], unfinished: Collection[int]
) -> list[ProductPlan]:
    """The products with something to do; what the shop was confirmed to have ends as unchanged."""
    removes = run.folder.settings.images.absent == "delete"
    of_product: dict[int, list[Wanted]] = {}
    for one in wanted:
        of_product.setdefault(one.owner.id_product, []).append(one)
    if run.since is None:
        touched = {
            product: pictures
            for product, pictures in of_product.items()
            if product in unfinished or not plan_product(pictures, held.get(product, {}), removes=removes).is_empty
        }
    else:
        touched = of_product
    for product in await _strangers(run, touched):
        _leave(run, of_product.pop(product))
        del touched[product]
    there = await images_of(run, touched)
    plans = []
    for product, pictures in of_product.items():
        mine = dict(held.get(product, {}))
        if product in touched:
            # Somebody removed it in the shop: it is sent again.
            ids = there[product].images if product in there else frozenset()
            mine = {key: one if one.id_image in ids else replace(one, id_image=0, mark="") for key, one in mine.items()}
        plan = plan_product(pictures, mine, removes=removes)
        plan.unfinished = product in unfinished
        busy = {one.key for one in (*plan.send, *plan.reshow)}
        idle = [one for one in plan.wanted if one.key not in busy]
        run.rows.record(_finished((one, Outcome.UNCHANGED, "", "") for one in idle))
        if not plan.is_empty:
            plans.append(plan)
    lost = [product for product in held if product not in of_product] if removes else []
    return plans + [ProductPlan(product, "", [], removed=list(held[product].values())) for product in lost]


async def _strangers(run: Run, touched: Mapping[int, list[Wanted]]) -> list[int]:
    """The products of links that do not bear the reference any more: a shop that was restored gives ids anew."""
    references = {pictures[0].owner.reference: product for product, pictures in touched.items()}
    found = await item_ids_of(run.shop, run.stream.key_column.target, sorted(references))
    return [
        product
        for reference, product in references.items()
        if not isinstance(ids := found.get(reference), tuple) or ids[0] != product
    ]


def _leave(run: Run, pictures: Iterable[Wanted]) -> None:
    """Pictures whose reference no product of the shop bears where the ledger has it: a later run finds them."""
    left = list(pictures)
    for one in left:
        run.note(Level.INFO, "image_of_nobody", one.path.name, file=one.path.name, value=one.path.name)
    run.rows.record(_finished((one, Outcome.IGNORED, "image_of_nobody", "") for one in left))


def _frame(rows: Iterable[tuple[PictureFile, Outcome, str]]) -> pl.DataFrame:
    return row_outcomes(
        RowOutcome(0, one.line, one.key, outcome.value, code, one.detail) for one, outcome, code in rows
    )


def _finished(rows: Iterable[tuple[Wanted, Outcome, str, str]]) -> pl.DataFrame:
    """Pictures that have reached their place, as rows of `ROW_OUTCOMES`."""
    return row_outcomes(
        RowOutcome(0, one.line, one.key, outcome.value, code, detail) for one, outcome, code, detail in rows
    )
