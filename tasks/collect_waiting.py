"""Which streams have files in the drop folder, whoever put them there."""

from __future__ import annotations

from datetime import date

from connectors.files.folder import files_of
from tasks.shop import ShopFolder


def is_due(folder: ShopFolder, name: str, since: date | None) -> bool:
    """Whether an import of the stream would find a file, in the drop folder or, with `since`, in the archives.

    False for a stream that is not there or switched off.
    """
    streams = folder.imports.streams
    stream = streams.get(name)
    if stream is None or not stream.enabled:
        return False
    found, _ = files_of(folder.drop, stream, tuple(streams.values()))
    return bool(found) or since is not None
