"""What the ledger follows and the shop does not list: not forgotten before several runs and an answer by id say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connectors.ledger import Link
from schemas.incidents import Level
from tasks.run.run import Run

RUNS = 3
"""In so many runs one after the other the shop must not have listed it before it is asked for by its id."""


async def gone(
    run: Run, resource: str, kind: str, followed: Iterable[str], there: Collection[str], *, code: str
) -> list[str]:
    """Which of the keys `followed` the shop no longer has; `there` are those that it listed.

    `kind` names the ledger's links that count the runs; `code` is the message about one that is not listed for the
    first time. A dry run counts nothing.
    """
    shop, ledger = run.folder.name, run.ledger
    keys = sorted(followed)
    absent = [key for key in keys if key not in there]
    links = ledger.links_for(shop, kind, keys)
    before: dict[str, int] = dict(links.select("erp_key", "sub_id").iter_rows())
    counts = {key: min(before.get(key, 0) + 1, RUNS) for key in absent}
    found = [key for key in absent if counts[key] >= RUNS and await run.shop.is_gone(resource, int(key))]
    for key in absent:
        if not before.get(key) and key not in found:
            run.note(Level.RETRY, code, key, value=str(RUNS))
    if not run.asked.dry_run:
        back = [key for key in before if key in there or key in found]
        if back:
            ledger.forget(shop, kind, back)
        waiting = [Link(key, int(key), sub_id=counts[key]) for key in absent if key not in found]
        if waiting:
            ledger.confirm(shop, kind, waiting, run_id=run.run_id)
    return found
