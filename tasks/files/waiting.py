"""Which streams have files in the drop folder, whoever put them there."""

from __future__ import annotations

from connectors.files.folder import files_of, files_of_no_stream
from schemas.column_spec import WEB_SERVICE
from schemas.messages import Message, message
from tasks.run.shop_folder import ShopFolder


def is_due(folder: ShopFolder, name: str, *, again: bool) -> bool:
    """Whether an import of the stream would find a file, in the drop folder or, to be read `again`, the archives.

    False for a stream that is not there, switched off, or asks the ERP instead of reading files.
    """
    streams = folder.imports.streams
    stream = streams.get(name)
    if stream is None or not stream.enabled or stream.type == WEB_SERVICE:
        return False
    found, _ = files_of(folder.drop, stream, tuple(streams.values()))
    return bool(found) or again


def unclaimed_files(folder: ShopFolder) -> list[Message]:
    """The files in the drop folder that no stream takes, in the shop's language."""
    left = files_of_no_stream(folder.drop, tuple(folder.imports.streams.values()))
    return [message("file_of_no_stream", folder.settings.shop.language, value=name) for name in left]
