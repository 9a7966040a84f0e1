"""An ERP that takes files, as the settings and associations of a folder say."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager

from connectors.erp_files.boxes import OpenTarget, Stream
from connectors.erp_files.cells import Style
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.deliver import Target
from connectors.erp_files.erp import opened as opened_files
from connectors.files.folder_source import FolderSource
from connectors.files.private import shared_folder
from connectors.ftps import FtpsSource
from connectors.ledger import Ledger
from connectors.prestashop.dates import zone_of
from connectors.sftp import SftpSource
from schemas.associations import Associations
from schemas.column_spec import StreamSpec
from schemas.erp import Erp
from schemas.settings import Erp as ErpSettings
from tasks.files.sources import ftps_access, sftp_access
from tasks.run.shop_folder import ShopFolder

TEST_FILES = "to-erp-test"
"""Folder of the shop where files go with the test access, so that no ERP takes them."""


def opened(folder: ShopFolder, time_zone: str, _ledger: Ledger | None) -> AbstractContextManager[Erp]:
    """The ERP of a folder, not yet open; ConfigurationError when its settings lack something."""
    erp = folder.settings.erp
    streams = {name: files_stream(stream) for name, stream in folder.exports.streams.items() if stream.template}
    target = file_target(folder)
    codes = files_codes(erp, folder.associations, time_zone)
    return opened_files(streams, codes, folder.outbox / erp.access, target, erp.access, erp.files.marker_suffix)


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

    def target() -> AbstractAsyncContextManager[Target]:
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

    return target
