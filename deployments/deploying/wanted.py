"""The deployments that a shop's folder asks for: a flow for each of its streams, with its times and its parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.deploying.spread import spread
from schemas.column_spec import WEB_SERVICE, StreamSpec
from schemas.erps import ABILITIES, TAKES_FILES
from schemas.errors import ConfigFault
from schemas.flows import FLOWS, IMPORTS, Direction, Flow
from tasks.run.shop_folder import ShopFolder

OURS = "passerelle"
"""The tag of every deployment that we have made."""
ONE_NAME_EACH = "Give each a `name` of its own under [shop]; ledger, reports and Prefect know a shop by it."
_REFUSED_IN_NAMES = "/%&<>"
"""Prefect takes none of them in the name of a deployment."""

_WHERE_SCHEDULED = frozenset({"answer_requests", "audit"})
"""Flows of no stream: whether the module has a page in the back office only the shop knows, audits are a wish."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One flow of one shop, as Prefect is to start it."""

    flow: str
    shop: str
    """The name of the deployment: that of the shop in ledger and reports."""
    cron: str
    """Empty: started by hand, or as a part of `import_files`."""
    time_zone: str
    values: Mapping[str, Any]
    """What else Prefect is told, by its own names."""

    @property
    def name(self) -> str:
        """As Prefect shows it."""
        return f"{self.flow}/{self.shop}"

    @property
    def folder(self) -> str:
        """The folder of the shop."""
        return str(self.values["parameters"].get("shop", ""))


def deployments_of(folder: ShopFolder, pool: str) -> list[Deployment]:
    """One for each flow that the shop has streams or settings for."""
    schedules = folder.settings.schedules
    return [
        Deployment(
            flow.name,
            folder.name,
            schedules.flows.get(flow.name, _usual(folder, flow)),
            schedules.time_zone,
            _values(folder, flow, pool),
        )
        for flow in FLOWS.values()
        if _has(folder, flow)
    ]


def name_faults(folders: Iterable[ShopFolder]) -> dict[Path, ConfigFault]:
    """The folders whose shop Prefect could not call by its name, or has to tell from another one."""
    named = list(folders)
    counted = Counter(folder.name for folder in named)
    faults: dict[Path, ConfigFault] = {}
    for folder in named:
        where = str(folder.path / "settings.toml")
        if counted[folder.name] > 1:
            faults[folder.path] = ConfigFault(where, "shop.name", f"two shops are called {folder.name}", ONE_NAME_EACH)
        elif any(character in folder.name for character in _REFUSED_IN_NAMES):
            remedy = f"Give the shop a `name` under [shop] without {' '.join(_REFUSED_IN_NAMES)}."
            faults[folder.path] = ConfigFault(
                where, "shop.name", f"Prefect does not take the name {folder.name}", remedy
            )
    return faults


def _values(folder: ShopFolder, flow: Flow, pool: str) -> dict[str, Any]:
    promise = flow.promise[0].upper() + flow.promise[1:] + "."
    return {
        "entrypoint": f"flows.{flow.name}.{flow.name}",
        "description": f"{promise}\n\n{folder.settings.shop.address}",
        "parameters": {"shop": str(folder.path), "dry_run": False},
        "tags": sorted({OURS, folder.name, flow.direction.value}),
        "work_pool_name": pool,
        # deployments/automations.yaml ends the runs whose heartbeat stops.
        "job_variables": {"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}},
    }


def _usual(folder: ShopFolder, flow: Flow) -> str:
    """The times of a flow where the shop's settings name none."""
    is_part = IMPORTS.get(flow.stream) is flow and _by_file(folder.imports.streams[flow.stream])
    return "" if is_part or not flow.cron else spread(flow.cron, f"{folder.name}/{flow.name}")


_WANTED_BY: Mapping[str, Callable[[ShopFolder], bool]] = {
    "import_images": lambda folder: (folder.path / folder.settings.images.folder).is_dir(),
    "publish_lowest_prices": lambda folder: folder.settings.omnibus.keep_prices,
}
"""What says whether a flow is wanted whose stream is that of another one."""


def _has(folder: ShopFolder, flow: Flow) -> bool:
    if flow.direction is Direction.TO_DROP_FOLDER:
        return bool(folder.settings.sources.every)
    if flow.name in _WHERE_SCHEDULED:
        return flow.name in folder.settings.schedules.flows
    if not flow.stream:
        return any(stream.enabled and _by_file(stream) for stream in folder.imports.streams.values())
    stream = (folder.exports if flow.is_export else folder.imports).streams.get(flow.stream)
    if stream is None or not stream.enabled:
        return False
    if flow.name in _WANTED_BY:
        return _WANTED_BY[flow.name](folder)
    return _erp_can(folder, flow, stream) if flow.asks and (flow.is_export or not _by_file(stream)) else True


def _erp_can(folder: ShopFolder, flow: Flow, stream: StreamSpec) -> bool:
    kind = folder.settings.erp.kind
    return flow.asks in ABILITIES[kind] and (kind not in TAKES_FILES or stream.template is not None)


def _by_file(stream: StreamSpec) -> bool:
    return stream.type != WEB_SERVICE
