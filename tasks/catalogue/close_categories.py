"""Categories that the shop has deleted are deleted in the ERP, where the settings want it, once nothing is in them."""

from __future__ import annotations

from connectors.ledger import Refusal
from schemas.catalogue import FoundEntity
from schemas.erp import Erp, categories_of
from schemas.errors import DeniedError, RefusedError
from schemas.incidents import Level
from schemas.run_report import PlannedChange
from tasks.catalogue.known import CATEGORY, KnownEntities
from tasks.catalogue.look_up import Catalogue
from tasks.run.refused_before import RefusedBefore, note_refusals, sent_mark
from tasks.run.run import Run
from tasks.run.threads import in_thread


async def close_categories(run: Run, erp: Erp, catalogue: Catalogue) -> None:
    """Those that the shop denies by their id: the ones below others first, so that an emptied tree goes as a whole."""
    if run.folder.settings.catalogue.deleted_categories == "leave" or not catalogue.categories:
        return
    links = KnownEntities(run, erp, CATEGORY)
    present = {each.key for each in catalogue.categories}
    absent = {int(key[1:]): key for key in links.known if key not in present and key not in links.closed}
    gone = [absent[id_] for id_ in sorted(await run.shop.gone("categories", absent.keys()))]
    if run.asked.dry_run:
        run.planned += [PlannedChange(key, "category", "delete", ()) for key in gone]
    elif gone:
        await in_thread(_Closing(run, erp, links).close, gone)


class _Closing:
    """One run's categories that go."""

    def __init__(self, run: Run, erp: Erp, links: KnownEntities) -> None:
        self._run = run
        self._categories = categories_of(erp)
        self._links = links
        self._before = RefusedBefore(run, links.kind)
        self._refused: list[Refusal] = []

    def close(self, gone: list[str]) -> None:
        """Round after round, as long as one of them goes: its parent may be empty then."""
        uids = {self._categories.uid(key): key for key in gone}
        found = self._categories.bearing(list(uids))
        closed = [key for uid, key in uids.items() if uid not in found]
        left = {uids[uid]: each for uid, each in found.items()}
        deleted = 0
        went = True
        while left and went:
            self._refused.clear()
            went_now = [key for key, each in left.items() if self._goes(key, each)]
            went, deleted = bool(went_now), deleted + len(went_now)
            closed += went_now
            left = {key: each for key, each in left.items() if key not in went_now}
        for refusal in self._refused:
            self._run.note(Level.RETRY, refusal.code, refusal.key, detail=refusal.detail)
        self._links.close(closed)
        kept = [each for each in self._refused if each.sent]
        note_refusals(self._run, self._links.kind, kept, closed)
        if deleted:
            self._run.report.beyond_rows["categories_closed"] = deleted

    def _goes(self, key: str, found: FoundEntity) -> bool:
        """Whether it is gone now; what the ERP has refused is asked of it once a day."""
        self._run.lease.check()
        if (refusal := self._before.of(key, lambda: f"delete {found.number}")) is not None:
            self._refused.append(Refusal(key, "", refusal.code, refusal.detail))
            return False
        try:
            self._categories.close(found, delete=True)
        except (RefusedError, DeniedError) as error:
            is_in_use = isinstance(error, RefusedError) and error.code == "IN_USE"
            sent = "" if is_in_use else sent_mark(self._run, f"delete {found.number}")
            self._refused.append(Refusal(key, sent, "category_not_deleted", error.reason))
            return False
        return True
