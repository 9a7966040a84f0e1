"""The ERP of a shop's folder, opened by its settings: the only file that lists the ERPs there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from decimal import Decimal

from connectors.cegid import CegidAccess
from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from connectors.cegid.erp import opened as opened_cegid
from connectors.dolibarr import DolibarrAccess
from connectors.dolibarr import Limits as DolibarrLimits
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.erp import opened as opened_dolibarr
from connectors.erp_files.cells import Style
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.deliver import Target
from connectors.erp_files.erp import OpenTarget, Stream
from connectors.erp_files.erp import opened as opened_files
from connectors.files.folder_source import FolderSource
from connectors.files.private import shared_folder
from connectors.ftps import FtpsSource
from connectors.ledger import Ledger
from connectors.prestashop.dates import zone_of
from connectors.sftp import SftpSource
from schemas.associations import Associations
from schemas.column_spec import StreamSpec
from schemas.erp import Erp, ledger_kind
from schemas.errors import ConfigFault, ConfigurationError
from schemas.settings import Erp as ErpSettings
from schemas.where import located_logger
from tasks.files.sources import ftps_access, sftp_access
from tasks.handover.writer_lease import WriterLease
from tasks.run.run import Run
from tasks.run.secrets import resolve
from tasks.run.shop_folder import ShopFolder

ERP_CACHE = "erp"
"""Folder below `.work` of what an ERP's client keeps between runs."""
TEST_FILES = "to-erp-test"
"""Folder of the shop where files go with the test access, so that no ERP takes them."""
logger = located_logger(__name__)


@asynccontextmanager
async def open_erp(run: Run) -> AsyncIterator[Erp]:
    """The ERP of the run; the report says which it is."""
    erp_of_folder = erp_of(run.folder, run.facts.time_zone, run.ledger)
    erp = await asyncio.to_thread(erp_of_folder.__enter__)
    run.report.parameters["erp"] = f"{erp.kind} {erp.access}"
    logger.info("%s: %s, %s access", run.asked.flow, erp.kind, erp.access)
    try:
        yield erp
    finally:
        erp_of_folder.__exit__(None, None, None)
        run.report.requests |= {f"{erp.kind} {operation}": count for operation, count in sorted(erp.sent().items())}


def erp_of(folder: ShopFolder, time_zone: str, ledger: Ledger | None = None) -> AbstractContextManager[Erp]:
    """The ERP of a folder, not yet open; ConfigurationError when there is none, or when its settings lack something.

    `ledger` is that of the run, where there is one.
    """
    kind = folder.settings.erp.kind
    if kind == "none":
        raise ConfigurationError((ConfigFault("settings.toml", "erp.kind", "no ERP is set up", _SET_UP),))
    return _ERPS[kind](folder, time_zone, ledger)


_SET_UP = (
    'Set `kind = "cegid"`, `"dolibarr"` or `"files"`, and `access = "test"` or `"production"`, under [erp], and fill '
    "in the table of that ERP."
)


def kind_of(folder: ShopFolder, what: str) -> str:
    """What the ledger calls the deliveries of the access in use."""
    settings = folder.settings.erp
    return ledger_kind(settings.kind, settings.access, what)


def _cegid(folder: ShopFolder, time_zone: str, _ledger: Ledger | None) -> AbstractContextManager[Erp]:
    erp = folder.settings.erp
    access = cegid_access(erp)
    codes = cegid_codes(erp, folder.associations, time_zone)
    return opened_cegid(access, codes, erp.cegid, erp.access, folder.path / ".work" / ERP_CACHE)


def _files(folder: ShopFolder, time_zone: str, _ledger: Ledger | None) -> AbstractContextManager[Erp]:
    erp = folder.settings.erp
    streams = {name: files_stream(stream) for name, stream in folder.exports.streams.items() if stream.template}
    target = file_target(folder)
    codes = files_codes(erp, folder.associations, time_zone)
    return opened_files(streams, codes, folder.outbox / erp.access, target, erp.access, erp.files.marker_suffix)


@contextmanager
def _dolibarr(folder: ShopFolder, time_zone: str, ledger: Ledger | None) -> Iterator[Erp]:
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
        ) as opened,
    ):
        yield opened


_ERPS: Mapping[str, Callable[[ShopFolder, str, Ledger | None], AbstractContextManager[Erp]]] = {
    "cegid": _cegid,
    "dolibarr": _dolibarr,
    "files": _files,
}


def dolibarr_access(settings: ErpSettings) -> DolibarrAccess:
    """Dolibarr's access in use; ConfigurationError when it lacks something."""
    own = settings.dolibarr
    access = own.production if settings.access == "production" else own.test
    _check_filled([f"erp.dolibarr.{settings.access}.{name}" for name in access.missing])
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


def _check_filled(empty: list[str]) -> None:
    if empty:
        faults = (ConfigFault("settings.toml", key, "this key is empty", "Fill it in.") for key in empty)
        raise ConfigurationError(tuple(faults))


def cegid_access(settings: ErpSettings) -> CegidAccess:
    """Cegid's access in use; ConfigurationError when it lacks something."""
    access = settings.cegid.production if settings.access == "production" else settings.cegid.test
    missing = [f"erp.cegid.{settings.access}.{name}" for name in access.missing]
    missing += [] if settings.cegid.store else ["erp.cegid.store"]
    _check_filled(missing)
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


def files_codes(settings: ErpSettings, associations: Associations, time_zone: str) -> FilesCodes:
    """What a document of an ERP that takes files takes from the settings and the associations."""
    own = settings.files
    return FilesCodes(
        time_zone=zone_of(time_zone),
        associations=associations,
        items=settings.items,
        order_prefix=settings.order_prefix,
        customer_prefix=settings.customer_prefix,
        account=own.account,
        depot=own.depot,
        series=own.series,
        unknown_items=settings.unknown_items,
    )


def files_stream(stream: StreamSpec) -> Stream:
    """How the files of a stream of export.json are written."""
    if stream.template is None:
        raise ValueError(f"the stream {stream.name} has no template")
    style = Style(
        encoding=stream.encoding or "cp1252",
        delimiter=stream.delimiter,
        decimal_mark=stream.decimal_mark or ",",
        date_format=stream.date_formats[0],
        ending=stream.file_extension,
        prefix=stream.file_prefix,
    )
    return Stream(stream.template, style)


def file_target(folder: ShopFolder) -> OpenTarget:
    """Where the files of an ERP go; secrets are looked for when it is opened."""
    own = folder.settings.erp.files

    def opened() -> AbstractAsyncContextManager[Target]:
        if folder.settings.erp.access == "test":
            shared_folder(folder.path / TEST_FILES)
            return FolderSource(folder.path / TEST_FILES)
        if own.to == "sftp" and own.sftp is not None:
            return SftpSource(sftp_access(own.sftp))
        if own.to == "ftps" and own.ftps is not None:
            return FtpsSource(ftps_access(own.ftps))
        path = folder.path / own.folder.path
        if path.parent == folder.path and not path.is_symlink() and not path.exists():
            shared_folder(path)
        return FolderSource(path)

    return opened


def _first_codes(ids: Mapping[str, int]) -> dict[int, str]:
    """Code by id; where several codes lead to one id, the first one written counts."""
    codes: dict[int, str] = {}
    for code, id_ in ids.items():
        codes.setdefault(id_, code)
    return codes
