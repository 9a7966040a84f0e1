"""Cegid, as the settings and associations of a folder say."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from connectors.cegid import CegidAccess
from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from connectors.cegid.erp import opened as opened_cegid
from connectors.ledger import Ledger
from connectors.prestashop.dates import zone_of
from schemas.associations import Associations
from schemas.erp import Erp
from schemas.settings import Erp as ErpSettings
from tasks.erps.filled import check_filled
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder

CACHE = "erp"
"""Folder below `.work` of what its client keeps between runs."""


def opened(folder: ShopFolder, time_zone: str, _ledger: Ledger | None) -> AbstractContextManager[Erp]:
    """The ERP of a folder, not yet open; ConfigurationError when its settings lack something."""
    erp = folder.settings.erp
    access = cegid_access(erp)
    codes = cegid_codes(erp, folder.associations, time_zone)
    return opened_cegid(access, codes, erp.cegid, erp.access, folder.path / ".work" / CACHE)


def cegid_access(settings: ErpSettings) -> CegidAccess:
    """Cegid's access in use; ConfigurationError when it lacks something."""
    access = settings.cegid.production if settings.access == "production" else settings.cegid.test
    missing = [f"erp.cegid.{settings.access}.{name}" for name in access.missing]
    missing += [] if settings.cegid.store else ["erp.cegid.store"]
    check_filled(missing)
    password = resolve(access.password) if access.password else ""
    return CegidAccess(access.url, access.user, password, access.database)


def cegid_codes(settings: ErpSettings, associations: Associations, time_zone: str) -> CegidCodes:
    """What a document of Cegid takes from the settings and the associations."""
    own = settings.cegid
    return CegidCodes(
        store=own.store,
        items=settings.items,
        time_zone=zone_of(time_zone),
        warehouse=own.warehouse,
        order_prefix=settings.order_prefix,
        customer_prefix=settings.customer_prefix,
        document_type=DocumentType(own.document_type),
        default_markdown=own.default_markdown,
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
        group_member=own.group_member,
        vat_member=own.vat_member,
        address_length=own.address_length,
        discount_quantity=own.discount_quantity,
        unknown_items=settings.unknown_items,
    )


def _first_codes(ids: Mapping[str, int]) -> dict[int, str]:
    """Code by id; where several codes lead to one id, the first one written counts."""
    codes: dict[int, str] = {}
    for code, id_ in ids.items():
        codes.setdefault(id_, code)
    return codes
