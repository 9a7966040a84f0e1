"""What the last run learnt of a shop's pace, kept in a file beside the snapshots: the next run starts from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from connectors.prestashop import Shop
from connectors.prestashop.pace import Learnt
from schemas.where import located_logger
from tasks.run.shop_folder import ShopFolder

logger = located_logger(__name__)


def recall_pace(folder: ShopFolder, shop: Shop) -> None:
    """The shop's pace starts where the last run's ended; a file that is absent or not understood says nothing."""
    try:
        told = json.loads(_path(folder).read_text(encoding="utf-8"))
        sizes = {str(lane): int(size) for lane, size in told["sizes"].items()}
        quickest = {
            str(kind): {int(size): float(seconds) for size, seconds in times.items()}
            for kind, times in told["quickest"].items()
        }
        shop.pace.start_from(Learnt(sizes, quickest))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


def remember_pace(folder: ShopFolder, shop: Shop) -> None:
    """Keeps what this run has learnt; a folder that refuses it is only logged."""
    path = _path(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(shop.pace.learnt())), encoding="utf-8")
    except OSError as error:
        logger.warning("The pace of %s is not kept: %s", folder.name, error.strerror)


def _path(folder: ShopFolder) -> Path:
    return folder.snapshots / f"pace-{folder.settings.shop.limits.pace}.json"
