"""The ERP of a shop's folder: which access is used, and what settings and associations say about it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from connectors.cegid import Cegid, CegidAccess, Limits
from connectors.cegid.codes import CegidCodes, ServiceItems
from connectors.prestashop.dates import zone_of
from schemas.associations import Associations
from schemas.documents import DocumentType
from schemas.erp_settings import Cegid as CegidSettings
from schemas.errors import ConfigFault, ConfigurationError
from tasks.run.run import Run
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder

logger = logging.getLogger(__name__)


class Erp:
    """An open Cegid and the words to speak to it. Not a dataclass: Prefect walks through those."""

    def __init__(self, cegid: Cegid, codes: CegidCodes, *, test: bool, connections: int) -> None:
        self.cegid = cegid
        self.codes = codes
        self.test = test
        self.connections = connections

    def kind(self, what: str) -> str:
        """What the ledger calls these deliveries: what went to the test database did not go to the real one."""
        return f"{what}-test" if self.test else what


@asynccontextmanager
async def open_erp(run: Run) -> AsyncIterator[Erp]:
    """The ERP of the run, its contracts read; the report says which access it is."""
    settings = run.folder.settings.cegid
    access = cegid_access(run.folder)
    run.report.parameters["cegid"] = settings.use
    logger.info("%s: Cegid's %s access, database %s", run.asked.flow, settings.use, access.database)
    cegid = open_cegid(run.folder, access)
    await asyncio.to_thread(cegid.__enter__)
    try:
        codes = cegid_codes(settings, run.folder.associations, run.facts.time_zone)
        yield Erp(cegid, codes, test=settings.use == "test", connections=settings.connections)
    finally:
        cegid.__exit__(None, None, None)


def open_cegid(folder: ShopFolder, access: CegidAccess) -> Cegid:
    """The client of an access, not yet connected."""
    settings = folder.settings.cegid
    verify = settings.verify_tls if isinstance(settings.verify_tls, bool) else Path(settings.verify_tls)
    limits = Limits(settings.connections, answer_seconds=settings.timeout_seconds, verify_tls=verify)
    return Cegid(access, cache_folder=folder.path / ".work" / "cegid", limits=limits)


def cegid_access(folder: ShopFolder) -> CegidAccess:
    """The access in use; ConfigurationError when none is, or when it lacks something."""
    settings = folder.settings.cegid
    faults = _faults(settings)
    if faults:
        raise ConfigurationError(faults)
    access = settings.production if settings.use == "production" else settings.test
    password = resolve(access.password) if access.password else ""
    return CegidAccess(access.url, access.user, password, access.database)


def _faults(settings: CegidSettings) -> tuple[ConfigFault, ...]:
    if settings.use == "none":
        remedy = 'Set `use = "test"` or `use = "production"` under [cegid], and fill in the table of that name.'
        return (ConfigFault("settings.toml", "cegid.use", "no access to Cegid is in use", remedy),)
    access = settings.production if settings.use == "production" else settings.test
    missing = [f"cegid.{settings.use}.{name}" for name in access.missing]
    missing += [] if settings.store else ["cegid.store"]
    return tuple(ConfigFault("settings.toml", key, "this key is empty", "Fill it in.") for key in missing)


def cegid_codes(settings: CegidSettings, associations: Associations, time_zone: str) -> CegidCodes:
    """What a document takes from the settings and the associations."""
    items = settings.items
    return CegidCodes(
        store=settings.store,
        items=ServiceItems(items.misc, items.shipping, items.wrapping, items.discount),
        time_zone=zone_of(time_zone),
        warehouse=settings.warehouse,
        order_prefix=settings.order_prefix,
        customer_prefix=settings.customer_prefix,
        document_type=DocumentType(settings.document_type),
        default_markdown=settings.default_markdown,
        countries=associations.countries,
        titles=_first_codes(associations.titles),
        payments={(mode.module, mode.currency): mode.erp for mode in associations.payments if not mode.label},
        payments_by_label={
            (mode.module, mode.label.casefold(), mode.currency): mode.erp
            for mode in associations.payments
            if mode.label
        },
        carriers=associations.carriers,
        groups=_first_codes(associations.groups),
        group_member=settings.group_member,
        vat_member=settings.vat_member,
        address_length=settings.address_length,
        discount_quantity=settings.discount_quantity,
        unknown_items=settings.unknown_items,
        existing_customers=settings.existing_customers,
        other_names=settings.other_names,
    )


def _first_codes(ids: Mapping[str, int]) -> dict[int, str]:
    """Code by id; where several codes lead to one id, the first one written counts."""
    codes: dict[int, str] = {}
    for code, id_ in ids.items():
        codes.setdefault(id_, code)
    return codes
