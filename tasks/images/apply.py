"""Pictures go to the shop: the new one, combinations and cover, read back; only then the former one goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from connectors.ledger import Link, LinkState
from connectors.prestashop import Entity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.images.look_up import Shown, images_of, images_of_combinations
from tasks.images.plan.pictures import Held, ProductPlan, Wanted
from tasks.images.prepare import FORMER, KIND, ImagesPlan
from tasks.report.progress import advance
from tasks.run.chunks import Chunk, chunked
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

PRODUCTS_OF_A_CHUNK = 25
TRIES = 3
"""How often a picture is sent that the shop has neither taken nor refused."""
_NOTHING = Shown(frozenset(), 0)


async def apply_images(run: Run, plan: ImagesPlan) -> None:
    """Sends what is to be sent, product by product; pictures of earlier runs that are still to go are removed."""
    if not run.may_write_shop:
        run.planned += image_changes(plan)
        for product in plan.products:
            _end(run, [(one, _outcome(product, one), "", "") for one in (*product.send, *product.reshow)])
        return
    busy = {product.id_product for product in plan.products}
    left = [ProductPlan(number, "", []) for number in plan.former if number not in busy]
    with run.step("write images"):
        done, every = 0, [*plan.products, *left]
        for chunk in chunked(every, PRODUCTS_OF_A_CHUNK):
            done += len(chunk.left)
            await write_images(run, chunk, plan)
            advance("write images", done, len(every))


def image_changes(plan: ImagesPlan) -> list[PlannedChange]:
    """What the plan would do, as a person reads it."""
    changes = []
    for product in plan.products:
        for one in product.send:
            action = "update" if one.key in product.replaced else "create"
            changes.append(
                PlannedChange(one.key, KIND, action, (("image", "", f"{product.reference}: {one.path.name}"),))
            )
        for one in product.reshow:
            shown = ", ".join(map(str, sorted(one.owner.combinations)))
            changes.append(PlannedChange(one.key, KIND, "update", (("combinations", "", shown),)))
        changes += [PlannedChange(one.key, KIND, "delete", (("id", str(one.id_image), ""),)) for one in product.removed]
    return changes


@chunk_task("write images")
async def write_images(run: Run, chunk: Chunk[ProductPlan], plan: ImagesPlan) -> None:
    """One chunk of products, one picture after the other: making its thumbnails keeps the shop busy enough."""
    while chunk.left:
        run.lease.check()
        product = chunk.left[0]
        await _Pictures(run, product, plan.former.get(product.id_product, [])).write()
        chunk.left.popleft()


def _outcome(product: ProductPlan, one: Wanted) -> Outcome:
    return Outcome.UPDATED if one.key in product.replaced or one in product.reshow else Outcome.CREATED


class _Pictures:
    """The pictures of one product on their way."""

    def __init__(self, run: Run, plan: ProductPlan, former: Iterable[int]) -> None:
        self.run = run
        self.plan = plan
        self.former = set(former)
        self.sent: dict[str, int] = {}
        """id_image of what was sent, by key."""
        self.refused: dict[str, tuple[Outcome, str, str]] = {}
        self.shown: dict[int, str] = {}
        """What the shop showed for each of our images when it was confirmed."""

    async def write(self) -> None:
        """All that is to be done; the rows of what could not be done say why."""
        plan = self.plan
        there = await self._there()
        self._recall()
        self._note_former([*plan.replaced.values(), *(one.id_image for one in plan.removed if one.id_image)])
        others = await self._leave_others(there)
        for one in plan.send:
            there = await self._send(one, there)
        await self._show()
        wrong = await self._cover()
        gone = await self._remove()
        for former in plan.removed:
            if not former.id_image or former.id_image in gone | others:
                await asyncio.to_thread(self.run.ledger.forget, self.run.folder.name, KIND, [former.key])
                if former.id_image not in others:
                    self.run.note(Level.INFO, "image_removed", former.key, value=former.key, detail=plan.reference)
        ended = []
        for one in (*plan.send, *plan.reshow):
            outcome, code, detail = self.refused.get(one.key) or wrong or (_outcome(plan, one), "", "")
            ended.append((one, outcome, code, detail))
            if code:
                level = Level.RETRY if outcome is Outcome.WAITING else Level.ERROR
                self.run.note(level, code, one.path.name, file=one.path.name, value=one.path.name, detail=detail)
        _end(self.run, ended)

    def _recall(self) -> None:
        """What was shown for the images of this product that we have sent."""
        keys = [*(one.key for one in self.plan.wanted), *(held.key for held in self.plan.removed)]
        for kind, asked in ((KIND, keys), (FORMER, [str(image) for image in self.former])):
            links = self.run.ledger.links_for(self.run.folder.name, kind, asked)
            self.shown |= {image: seen or "" for image, seen in links.select("shop_id", "confirmed_value").iter_rows()}

    async def _leave_others(self, there: Shown) -> set[int]:
        """The ids that were to be removed, and under which the shop shows another picture now: it stays."""
        others = set()
        for image in sorted(self.former & there.images):
            if await self.run.shop.images.shown(self.plan.id_product, image) not in {"", self.shown.get(image, "")}:
                others.add(image)
                self.run.note(Level.ERROR, "image_of_others", str(image), value=str(image), detail=self.plan.reference)
        self.run.ledger.forget(self.run.folder.name, FORMER, [str(image) for image in others])
        self.former -= others
        return others

    async def _there(self) -> Shown:
        return (await images_of(self.run, [self.plan.id_product])).get(self.plan.id_product, _NOTHING)

    async def _send(self, one: Wanted, there: Shown) -> Shown:
        """Sends one picture, or takes the one that a run sent which was cut off; what the product has afterwards."""
        adopted = await self._adopted(one, there)
        if adopted:
            await self._sent(one, adopted)
            return there
        newest = max(there.images, default=0)
        self._confirm(KIND, Link(one.key, self.plan.replaced.get(one.key, 0), self.plan.id_product,
                                 self.plan.reference, LinkState.INTENDED, one.mark, str(newest)))  # fmt: skip
        content = await asyncio.to_thread(one.path.read_bytes)
        for _ in range(TRIES):
            added = await self.run.shop.images.add(self.plan.id_product, one.path.name, one.kind, content)
            if added.id:
                await self._sent(one, added.id)
                return Shown(there.images | {added.id}, there.cover or added.id)
            await self.run.shop.wait_until_quiet()
            now = await self._there()
            new = now.images - there.images
            shown = [image for image in new if await self.run.shop.images.shown(self.plan.id_product, image)]
            for image in new.difference(shown):
                # A row that a bad file has left behind: the shop shows a broken picture for it (facts I3).
                await self.run.shop.images.remove(self.plan.id_product, image)
            if len(shown) == 1:
                await self._sent(one, shown[0])
                return now
            if new or not added.unknown:
                break
        outcome = Outcome.WAITING if added.unknown and not new else Outcome.REFUSED
        self.refused[one.key] = (outcome, added.code, added.reason)
        self._forget_intent(one)
        return Shown(frozenset(shown) | there.images, there.cover)

    async def _adopted(self, one: Wanted, there: Shown) -> int:
        """The picture of an intent: the first one that came to the product after it and that no other key holds."""
        links = self.run.ledger.links_for(self.run.folder.name, KIND, [one.key])
        intent = links.filter((pl.col("state") == LinkState.INTENDED) & (pl.col("fingerprint") == one.mark))
        if intent.is_empty():
            return 0
        newest = int(intent["mapping_version"].item() or 0)
        ours = set(self.run.ledger.links(self.run.folder.name, KIND)["shop_id"])
        for image in sorted(image for image in there.images - ours if image > newest):
            if await self.run.shop.images.shown(self.plan.id_product, image):
                return image
            await self.run.shop.images.remove(self.plan.id_product, image)
        return 0

    async def _sent(self, one: Wanted, image: int) -> None:
        self.sent[one.key] = image
        self.shown[image] = await self.run.shop.images.shown(self.plan.id_product, image)
        self._confirm(KIND, self._link(one, image))

    def _link(self, one: Wanted, image: int) -> Link:
        return Link(
            one.key,
            image,
            self.plan.id_product,
            self.plan.reference,
            fingerprint=one.mark,
            mapping_version=one.stamp,
            confirmed_value=self.shown.get(image),
        )

    def _forget_intent(self, one: Wanted) -> None:
        """The former picture, if there is one, stays ours and stays shown."""
        former = self.plan.replaced.get(one.key, 0)
        if former:
            kept = Link(one.key, former, self.plan.id_product, self.plan.reference, fingerprint="refused")
            self._confirm(KIND, replace(kept, confirmed_value=self.shown.get(former)))
            self.run.ledger.forget(self.run.folder.name, FORMER, [str(former)])
            self.former.discard(former)
        else:
            self.run.ledger.forget(self.run.folder.name, KIND, [one.key])

    async def _show(self) -> None:
        """Combinations show the pictures that name them, and no longer those that are replaced or removed."""
        plan = self.plan
        changed = [*plan.send, *plan.reshow]
        going = self.former
        wanted = {combination for one in plan.wanted for combination in one.owner.combinations}
        if not wanted and not going:
            return
        product = await self._combinations() if going or plan.reshow else set()
        now = await images_of_combinations(self.run, wanted | product)
        ids = {one.key: self._id(one) for one in plan.wanted}
        managed = {image for one in plan.wanted if (image := ids[one.key])}
        entities: list[Entity] = []
        for combination, images in now.items():
            mine = [ids[one.key] for one in plan.wanted if combination in one.owner.combinations and ids[one.key]]
            left = [image for image in images if image not in going and image not in managed]
            if images != [*left, *mine] and set(images) != {*left, *mine}:
                rows = [{"id": image} for image in (*left, *mine)]
                entities.append({"id": combination, "associations": {"images": rows}})
        receipts = await self.run.shop.update("combinations", entities) if entities else []
        for receipt in receipts:
            if receipt.error is not None:
                for one in changed:
                    self.refused.setdefault(one.key, (Outcome.REFUSED, receipt.message_code, receipt.error.reason))
        for one in plan.reshow:
            if one.key not in self.refused:
                self._confirm(KIND, self._link(one, ids[one.key]))

    async def _combinations(self) -> set[int]:
        rows = await self.run.shop.find("combinations", "id_product", [str(self.plan.id_product)], display=["id"])
        return {int(row["id"]) for row in rows}

    def _id(self, one: Wanted) -> int:
        if one.key in self.sent:
            return self.sent[one.key]
        links = self.run.ledger.links_for(self.run.folder.name, KIND, [one.key])
        return int(links["shop_id"].item()) if links.height else 0

    async def _cover(self) -> tuple[Outcome, str, str] | None:
        """The first picture is the cover where it was sent now or there is none; why it could not be, if so."""
        if not self.plan.wanted:
            return None
        first, now = self.plan.wanted[0], await self._there()
        image = self._id(first)
        if not image or image not in now.images:
            return None
        if now.cover == image or (first.key not in self.sent and now.cover and now.cover not in self.former):
            return None
        [receipt] = await self.run.shop.update("products", [{"id": self.plan.id_product, "id_default_image": image}])
        if receipt.error is not None:
            return Outcome.REFUSED, receipt.message_code, receipt.error.reason
        now = await self._there()
        return None if now.cover == image else (Outcome.WAITING, "image_cover_differs", str(image))

    async def _remove(self) -> set[int]:
        """Removes the former pictures of what the product now shows anew; the ids that are gone."""
        now = await self._there()
        in_use = {self._id(one) for one in self.plan.wanted}
        gone = {image for image in self.former if image not in now.images}
        if all(image in now.images for image in self.sent.values()):
            for image in sorted(self.former - gone - in_use):
                await self.run.shop.images.remove(self.plan.id_product, image)
                gone.add(image)
        # Those in use are no former pictures any more.
        self.run.ledger.forget(self.run.folder.name, FORMER, [str(image) for image in gone | (self.former & in_use)])
        return gone

    def _note_former(self, images: Iterable[int]) -> None:
        for image in images:
            self.former.add(image)
            self._confirm(FORMER, Link(str(image), image, self.plan.id_product, confirmed_value=self.shown.get(image)))

    def _confirm(self, kind: str, link: Link) -> None:
        self.run.ledger.confirm(self.run.folder.name, kind, [link], run_id=self.run.run_id)


def _end(run: Run, rows: Iterable[tuple[Wanted, Outcome, str, str]]) -> None:
    run.rows.record(
        row_outcomes(
            RowOutcome(0, one.line, one.key, outcome.value, code, detail) for one, outcome, code, detail in rows
        )
    )


def removed_by(plan: ImagesPlan) -> list[Held]:
    """The pictures that the plan takes away because their files are gone."""
    return [one for product in plan.products for one in product.removed]
