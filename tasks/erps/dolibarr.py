"""Dolibarr, as the settings and associations of a folder say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from connectors.dolibarr import DolibarrAccess
from connectors.dolibarr import Limits as DolibarrLimits
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.erp import opened as opened_dolibarr
from connectors.ledger import Ledger
from connectors.prestashop.dates import zone_of
from schemas.associations import Associations
from schemas.erp import Erp
from schemas.settings import Erp as ErpSettings
from tasks.erps.filled import check_filled
from tasks.handover.writer_lease import WriterLease
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder


@contextmanager
def opened(folder: ShopFolder, time_zone: str, ledger: Ledger | None) -> Iterator[Erp]:
    """The ERP of a folder, not yet open; ConfigurationError when its settings lack something."""
    erp, own = folder.settings.erp, folder.settings.erp.dolibarr
    access = dolibarr_access(erp)
    codes = dolibarr_codes(erp, folder.associations, time_zone)
    limits = DolibarrLimits(own.connections, answer_seconds=own.timeout_seconds, verify_tls=own.verify_tls)
    catalogue = folder.exports.streams.get("catalogue")
    with_note = folder.settings.catalogue.long_description == "note"
    with (
        WriterLease(folder, ledger, f"dolibarr {access.root}", own.wait_seconds) as lease,
        opened_dolibarr(
            access,
            codes,
            erp.access,
            country=own.country,
            limits=limits,
            before_write=lease.check,
            with_note=with_note,
            with_catalogue=catalogue is not None and catalogue.enabled,
        ) as erp_of_folder,
    ):
        yield erp_of_folder


def dolibarr_access(settings: ErpSettings) -> DolibarrAccess:
    """Dolibarr's access in use; ConfigurationError when it lacks something."""
    own = settings.dolibarr
    access = own.production if settings.access == "production" else own.test
    check_filled([f"erp.dolibarr.{settings.access}.{name}" for name in access.missing])
    return DolibarrAccess(access.url, resolve(access.key) if access.key else "")


def dolibarr_codes(settings: ErpSettings, associations: Associations, time_zone: str) -> DolibarrCodes:
    """What a document of Dolibarr takes from the settings and the associations."""
    own = settings.dolibarr
    return DolibarrCodes(
        time_zone=zone_of(time_zone),
        associations=associations,
        items=settings.items_in_use,
        order_prefix=settings.order_prefix,
        customer_prefix=settings.customer_prefix,
        unknown_items=settings.unknown_items,
        currency=own.currency,
        bank_account=own.bank_account,
        with_invoices=own.invoices,
        rates=frozenset(map(Decimal, own.vat_rates)),
        consumer_type=own.consumer_type,
    )
