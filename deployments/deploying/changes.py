"""What Prefect has against what it is to have: what is made, changed, deleted and left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from deployments.deploying.wanted import ONE_NAME_EACH, Deployment
from schemas.errors import ConfigFault
from tasks.run.shop_folder import ShopFolder


@dataclass(frozen=True, slots=True)
class Found:
    """A deployment of ours, as Prefect has it."""

    id: UUID
    deployment: Deployment
    schedule: UUID | None = None
    """That which we have made; a person's own ones are theirs."""
    is_on: bool = True
    """Whether our schedule is: switching it off in the interface is a person's word."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the plan: `+`, `~` or `-`, and what is done for it."""

    sign: str
    name: str
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """What Prefect has and what it is to have, by name."""
    wanted: Deployment | None = None
    found: Found | None = None

    @property
    def reschedules(self) -> bool:
        """Whether the times move."""
        return "cron" in self.differs


def changes_of(
    wanted: Iterable[Deployment], found: Iterable[Found], *, refused: Collection[str], prune: bool
) -> tuple[list[Change], list[Found]]:
    """The changes, and the deployments of shops that were not named, which are left unless `prune`.

    What Prefect has of the folders that were `refused` stays as it is.
    """
    there = {each.deployment.name: each for each in found}
    changes, shops, folders = [], set(), set()
    for each in wanted:
        shops.add(each.shop)
        folders.add(each.folder)
        known = there.pop(each.name, None)
        if known is None:
            changes.append(Change("+", each.name, wanted=each))
        elif differs := _differs(known.deployment, each):
            changes.append(Change("~", each.name, differs, each, known))
    left = []
    for gone in there.values():
        shop, folder = gone.deployment.shop, gone.deployment.folder
        if shop in shops or folder in folders or (prune and folder not in refused):
            changes.append(Change("-", gone.deployment.name, found=gone))
        elif folder not in refused:
            left.append(gone)
    return changes, left


def namesake_faults(folders: Sequence[ShopFolder], found: Iterable[Found]) -> dict[Path, ConfigFault]:
    """The folders under whose name the server starts the flows of another shop, which would never be started again.

    A folder that has moved is no longer where it was: its deployments follow it.
    """
    named = {folder.path for folder in folders}
    elsewhere = {each.deployment.shop: Path(each.deployment.folder) for each in found}
    faults: dict[Path, ConfigFault] = {}
    for folder in folders:
        there = elsewhere.get(folder.name, folder.path)
        if there not in named and (there / "settings.toml").exists():
            where, reason = str(folder.path / "settings.toml"), f"the server knows {folder.name} as the shop in {there}"
            faults[folder.path] = ConfigFault(where, "shop.name", reason, ONE_NAME_EACH)
    return faults


def _differs(has: Deployment, wanted: Deployment) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (has.values.get(name), value) for name, value in wanted.values.items()}
    pairs["cron"] = (_times(has), _times(wanted))
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _times(deployment: Deployment) -> str:
    return f"{deployment.cron} ({deployment.time_zone})" if deployment.cron else ""
