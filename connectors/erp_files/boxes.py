"""The outboxes of a shop, one for each stream, and the way from them to the ERP's side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from connectors.erp_files.cells import Style
from connectors.erp_files.deliver import Target, deliver
from connectors.erp_files.outbox import Outbox
from connectors.erp_files.rows import names_row
from schemas.export_template import ExportTemplate

OpenTarget = Callable[[], AbstractAsyncContextManager[Target]]


@dataclass(frozen=True, slots=True)
class Stream:
    """How the documents of one stream are written."""

    template: ExportTemplate
    style: Style


class Boxes:
    """The outboxes of a shop, each opened when a document is first looked for or put in."""

    def __init__(self, streams: Mapping[str, Stream], folder: Path, target: OpenTarget, marker_suffix: str) -> None:
        self.streams = streams
        self.sent = Counter[str]()
        self._folder = folder
        self._target = target
        self._marker_suffix = marker_suffix
        self._open: dict[str, Outbox] = {}
        self._lock = Lock()

    def of(self, stream: str) -> Outbox:
        """The outbox of a stream, open."""
        with self._lock:
            if stream not in self._open:
                outbox = Outbox(self._folder / stream)
                outbox.open()
                self._open[stream] = outbox
            return self._open[stream]

    def dispatch(self, stream: str) -> None:
        """Files of what lies in the outbox, customers first: delivered, each once."""
        names = [name for name in ("customer", stream) if name in self.streams]
        asyncio.run(self._dispatch(list(dict.fromkeys(names))))

    async def _dispatch(self, names: Sequence[str]) -> None:
        now = datetime.now(UTC)
        waiting = []
        for name in names:
            stream, outbox = self.streams[name], self.of(name)
            opening = names_row(stream.template, stream.style)
            outbox.pack(_naming(name, stream, now), opening, one_each=stream.template.files == "document")
            if outbox.files():
                waiting.append(outbox)
        if not waiting:
            return
        async with self._target() as target:
            for outbox in waiting:
                self.sent["files"] += await deliver(outbox, target, now, self._marker_suffix)


def _naming(name: str, stream: Stream, now: datetime) -> Callable[[Sequence[str], str], str]:
    prefix = stream.style.prefix or f"{name}s"

    def named(keys: Sequence[str], digest: str) -> str:
        which = keys[0] if stream.template.files == "document" else f"{now:%Y%m%d-%H%M%S}-{digest}"
        return f"{prefix}-{which}.{stream.style.ending}"

    return named
