"""The pictures of items are in the ERP, the cover first; only bytes that are new or other travel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.ledger import Link, Refusal
from schemas.catalogue import EntityNumber, FoundPicture, Item, TakesPictures
from schemas.erp import Erp, items_of
from schemas.errors import PasserelleError, RefusedError, TransientError, UnexpectedReplyError
from schemas.incidents import Level
from schemas.pictures import HEAD_BYTES, PictureError, read_picture
from schemas.run_report import PlannedChange
from tasks.catalogue.plan.pictures import KnownPicture, PictureChanges, WantedPicture, picture_changes
from tasks.catalogue.prepare import CataloguePlan
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.refused_before import RefusedBefore, note_refusals, sent_mark
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.run.threads import in_thread

CHUNK = 50
_TRIES = 2


@dataclass(frozen=True, slots=True)
class PlannedPictures:
    """What is to be done about the pictures of one item."""

    item: Item
    number: EntityNumber
    changes: PictureChanges

    def key(self, id_image: int) -> str:
        """What the ledger calls one of them."""
        return f"{self.item.key}:{id_image}"

    def planned(self) -> Iterator[PlannedChange]:
        """As a plan shows it; what travels only if its bytes have changed is not known yet."""
        for each in self.changes.wanted:
            if each.travels:
                yield PlannedChange(self.item.key, "image", "create", (("id", "", str(each.id_image)),))
        for id_, _ in self.changes.former:
            yield PlannedChange(self.item.key, "image", "delete", (("id", str(id_), ""),))


async def sync_pictures(run: Run, erp: Erp, plan: CataloguePlan) -> None:
    """Brings what differs; what is refused holds nothing but itself."""
    if run.folder.settings.catalogue.images == "none" or erp.pictures is None:
        return
    kind = erp.ledger_kind("picture")
    units = [unit for unit in _planned(run, kind, plan) if unit.changes.wanted or unit.changes.former]
    if run.asked.dry_run:
        run.planned += [change for unit in units for change in unit.planned()]
        return
    if not units:
        return
    sender = _Sender(run, erp, erp.pictures, kind)
    with run.step("send the pictures"):
        await fan_out(
            "send the pictures",
            chunked(units, CHUNK, lambda unit: [unit.item.key]),
            lambda chunk: _send_pictures(sender, chunk),
        )


def _planned(run: Run, kind: str, plan: CataloguePlan) -> Iterator[PlannedPictures]:
    settings = run.folder.settings.catalogue
    known = _known(run, kind)
    before = RefusedBefore(run, kind)
    for item in plan.catalogue.items:
        number, there = plan.there.get(item.key), known.get(item.key, {})
        if number is None or ("images" in settings.erp_owns and there):
            continue
        ids = item.pictures if settings.images == "all" else item.pictures[:1]
        changes = picture_changes(ids, number, there, item.changed_text, anew=run.asked.sweep)
        former = changes.former if settings.deleted_images == "delete" else ()
        unit = PlannedPictures(item, number, PictureChanges(changes.wanted, former))
        yield _without_refused(run, before, unit) if before else unit


def _known(run: Run, kind: str) -> dict[str, dict[int, KnownPicture]]:
    """What the ledger knows, by the key of the item and id_image."""
    found: dict[str, dict[int, KnownPicture]] = {}
    names = ("parent_key", "shop_id", "erp_code", "confirmed_value", "fingerprint", "mapping_version")
    for item, id_image, number, placed, digest, seen in run.ledger.links(run.folder.name, kind).select(names).rows():
        position, _, name = (placed or "").partition(" ")
        found.setdefault(item, {})[id_image] = KnownPicture(number or "", name, int(position or 0), digest, seen)
    return found


def _without_refused(run: Run, before: RefusedBefore, unit: PlannedPictures) -> PlannedPictures:
    """What was refused as it is stays out for a day, and is reported."""
    left = []
    for each in unit.changes.wanted:
        refusal = before.of(unit.key(each.id_image), lambda each=each: _content(unit, each))  # type: ignore[misc]
        if refusal is None:
            left.append(each)
        else:
            run.note(Level.ERROR, refusal.code, unit.item.key, value=str(each.id_image), detail=refusal.detail)
    return PlannedPictures(unit.item, unit.number, PictureChanges(tuple(left), unit.changes.former))


def _content(unit: PlannedPictures, wanted: WantedPicture) -> str:
    """What a refusal is remembered of: bytes are not read for it."""
    return f"{unit.number} {wanted.id_image} {unit.item.changed_text}"


class _Sender:
    """One run's pictures. Not a dataclass: Prefect walks through those."""

    def __init__(self, run: Run, erp: Erp, pictures: TakesPictures, kind: str) -> None:
        self.run = run
        self.erp = erp
        self.pictures = pictures
        self.kind = kind

    def confirm(self, unit: PlannedPictures, wanted: WantedPicture, name: str, digest: str) -> None:
        """The ERP has it."""
        link = Link(
            unit.key(wanted.id_image),
            wanted.id_image,
            parent_key=unit.item.key,
            fingerprint=digest,
            mapping_version=unit.item.changed_text,
            erp_code=unit.number,
            confirmed_value=f"{wanted.position} {name}",
        )
        self.run.ledger.confirm(self.run.folder.name, self.kind, [link], run_id=self.run.run_id)

    def forget(self, unit: PlannedPictures, id_image: int) -> None:
        """The ERP no longer has it."""
        self.run.ledger.forget(self.run.folder.name, self.kind, [unit.key(id_image)])

    def count(self, name: str) -> None:
        """One more for the report."""
        counts = self.run.report.beyond_rows
        counts[name] = counts.get(name, 0) + 1


@chunk_task("send the pictures")
async def _send_pictures(sender: _Sender, chunk: Chunk[PlannedPictures]) -> None:
    """One chunk of items, as many at once as the ERP has connections; each holds one picture in memory."""
    at_once = sender.erp.connections
    failures = await asyncio.gather(*(_work(sender, chunk) for _ in range(at_once)))
    worst = [failure for failure in failures if failure is not None]
    if worst:
        raise min(worst, key=lambda failure: isinstance(failure, TransientError))


async def _work(sender: _Sender, chunk: Chunk[PlannedPictures]) -> PasserelleError | None:
    while chunk.left:
        async with chunk.slot(sender.erp.connections):
            if not chunk.left:
                break
            sender.run.lease.check()
            unit = chunk.left.popleft()
            try:
                with chunk.at_work_on([unit]):
                    await _OfItem(sender, unit).sync()
            except PasserelleError as error:
                chunk.left.append(unit)
                return error
    return None


class _OfItem:
    """The pictures of one item on their way."""

    def __init__(self, sender: _Sender, unit: PlannedPictures) -> None:
        self._sender = sender
        self._run = sender.run
        self._pictures = sender.pictures
        self._unit = unit
        self._uid = items_of(sender.erp).uid(unit.item.key)
        self._there: Mapping[str, FoundPicture] = {}
        self._refused: list[Refusal] = []

    async def sync(self) -> None:
        """Each picture is sent where the ERP does not have it; those that the item has no more are removed last."""
        if any(each.travels for each in self._unit.changes.wanted):
            self._there = await asyncio.to_thread(self._pictures.there, self._unit.number)
        sent: list[tuple[WantedPicture, str, str]] = []
        for wanted in self._unit.changes.wanted:
            done = await self._send(wanted)
            if done is not None:
                sent.append(done)
        taken = await asyncio.to_thread(self._read_back, sent)
        for id_image, known in self._unit.changes.former:
            await self._remove(id_image, known)
        for refusal in self._refused:
            number = refusal.key.rpartition(":")[2]
            self._run.note(Level.ERROR, refusal.code, self._unit.item.key, value=number, detail=refusal.detail)
        keys = [self._unit.key(each.id_image) for each in taken]
        await asyncio.to_thread(note_refusals, self._run, self._sender.kind, self._refused, keys)

    async def _send(self, wanted: WantedPicture) -> tuple[WantedPicture, str, str] | None:
        """What was sent, to be read back; None where nothing had to travel, or could."""
        try:
            content = await self._run.shop.images.content(self._unit.item.id_product, wanted.id_image)
            kind = read_picture(content[:HEAD_BYTES] if content else b"").kind
        except (PictureError, UnexpectedReplyError) as error:
            self._leave(wanted, "picture_unreadable", getattr(error, "reason", "") or getattr(error, "detail", ""))
            return None
        content = content or b""
        name = self._pictures.name(self._uid, wanted.id_image, kind)
        digest = self._pictures.digest(content)
        unchanged = not wanted.travels and wanted.known is not None and wanted.known.digest == digest
        if unchanged or self._there.get(name) == FoundPicture(digest, wanted.position):
            await asyncio.to_thread(self._confirm, wanted, name, digest)
            return None
        why = await self._given(name, content, FoundPicture(digest, wanted.position))
        if why is not None:
            self._leave(wanted, "picture_erp_refused", why)
            return None
        return wanted, name, digest

    async def _given(self, name: str, content: bytes, as_sent: FoundPicture) -> str | None:
        """Why the ERP has not taken it; None where it has, or says so.

        One that breaks the ERP each time while it answers all else holds nobody up: PHP ends without a word where its
        memory is too small for a picture.
        """
        number, reason = self._unit.number, ""
        for _ in range(_TRIES):
            try:
                await in_thread(self._pictures.give, number, name, content, as_sent.position)
            except RefusedError as error:
                return error.reason
            except TransientError as error:
                reason = error.reason
            else:
                return None
            if (await asyncio.to_thread(self._pictures.there, number)).get(name) == as_sent:
                return None
        return reason

    def _read_back(self, sent: list[tuple[WantedPicture, str, str]]) -> list[WantedPicture]:
        """Those that the ERP has as they were sent."""
        taken = []
        there = self._pictures.there(self._unit.number) if sent else {}
        for wanted, name, digest in sent:
            if there.get(name) == FoundPicture(digest, wanted.position):
                self._confirm(wanted, name, digest)
                self._sender.count("pictures_sent")
                taken.append(wanted)
            else:
                self._leave(wanted, "picture_read_back_differs", name)
        return taken

    def _confirm(self, wanted: WantedPicture, name: str, digest: str) -> None:
        former = wanted.known
        if former is not None and (former.number, former.name) != (self._unit.number, name):
            self._pictures.remove(EntityNumber(former.number), former.name)
        self._sender.confirm(self._unit, wanted, name, digest)

    async def _remove(self, id_image: int, known: KnownPicture) -> None:
        """Of what the shop does not list, only what it denies by its id is removed."""
        item = self._unit.item
        if id_image not in item.product_pictures and await self._run.shop.images.shown(item.id_product, id_image):
            self._run.note(Level.RETRY, "picture_not_listed", item.key, value=str(id_image))
            return
        try:
            await in_thread(self._pictures.remove, EntityNumber(known.number), known.name)
        except RefusedError as error:
            self._run.note(Level.ERROR, "picture_erp_refused", item.key, value=str(id_image), detail=error.reason)
            return
        await asyncio.to_thread(self._sender.forget, self._unit, id_image)
        self._sender.count("pictures_removed")

    def _leave(self, wanted: WantedPicture, code: str, detail: str) -> None:
        mark = sent_mark(self._run, _content(self._unit, wanted))
        self._refused.append(Refusal(self._unit.key(wanted.id_image), mark, code, detail))
