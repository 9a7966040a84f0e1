"""The pictures that the ERP has of the shop's items lie in the folder of pictures, below `erp`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path

from connectors.files.durable import make_durable
from connectors.files.private import shared_folder
from schemas.catalogue import ErpPicture, TellsPictures
from schemas.erp import Erp, need
from schemas.errors import ConfigFault, ConfigurationError
from tasks.catalogue.drop_file import of_others
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.stock.look_up import item_ids_of

FOLDER = "erp"


@step_task("read the ERP's pictures")
async def drop_pictures(run: Run, erp: Erp) -> None:
    """Once a day, or with `since`: the folder below has the ERP's pictures and no other. Nothing of a plan."""
    ability = need(erp.tells_pictures, erp.kind, "import_images from the ERP")
    _check(run)
    sweep = Sweep(run, erp.ledger_kind("pictures read"))
    if not run.may_write_shop or erp.is_test or not (sweep.is_due or run.since is not None):
        return
    with run.step("read the ERP's pictures"):
        folder = run.folder.path / run.folder.settings.images.folder / FOLDER
        shared_folder(folder)
        owners = await asyncio.to_thread(ability.owners)
        held = await of_others(run, {name: owner for name, owner in owners.items() if owner is not None})
        found = await item_ids_of(run.shop, run.stream.key_column.target, [name for name in owners if name not in held])
        kept: set[str] = set()
        for reference in sorted(name for name, ids in found.items() if isinstance(ids, tuple) and _is_plain(name)):
            kept |= await asyncio.to_thread(_mirror, run, ability, reference, set(owners), folder)
        for path in folder.iterdir():
            if path.name not in kept and path.is_file():
                path.unlink()
        sweep.done = True
        sweep.keep()


def _is_plain(name: str) -> bool:
    """Whether a file of this name stays in its folder."""
    return not name.startswith(".") and not any(sign in name for sign in "/\\:\0")


def _check(run: Run) -> None:
    """A picture that both sides send would go back and forth."""
    catalogue, settings = run.folder.exports.streams.get("catalogue"), run.folder.settings.catalogue
    if catalogue is not None and catalogue.enabled and settings.images != "none" and "images" not in settings.erp_owns:
        reason = "export_catalogue sends the pictures to the ERP, and import_images takes them from there"
        remedy = 'Add "images" to `erp_owns`, so that they are the ERP\'s, or set `images` under [catalogue] to "none".'
        raise ConfigurationError((ConfigFault("settings.toml", "catalogue.erp_owns", reason, remedy),))


def _mirror(run: Run, ability: TellsPictures, reference: str, references: Collection[str], folder: Path) -> set[str]:
    """The names of the files of an item, which are as the ERP has them; what is the same is not fetched."""
    names: set[str] = set()
    number = 0
    for picture in ability.pictures(reference):
        number += 1
        while number > 1 and f"{reference}_{number}" in references:
            number += 1
        path = folder / f"{reference}{f'_{number}' if number > 1 else ''}.{picture.kind}"
        if _is_same(path, picture) or _fetch(run, ability, reference, picture, path):
            names.add(path.name)
    return names


def _is_same(path: Path, picture: ErpPicture) -> bool:
    if not picture.md5 or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest() == picture.md5


def _fetch(run: Run, ability: TellsPictures, reference: str, picture: ErpPicture, path: Path) -> bool:
    """Whether the ERP still has it; the file appears whole, and as one that nobody is writing any more."""
    content = ability.content(reference, picture)
    if not content:
        return False
    if path.is_file() and path.read_bytes() == content:
        return True
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    before = time.time() - run.folder.settings.files.stable_seconds - 1
    os.utime(part, (before, before))
    make_durable(part)
    part.rename(path)
    return True
