"""The last requests and answers of a run, for whoever looks for a fault: their shape, never what they say.

Values are replaced by their length: nothing secret and nothing personal is kept.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from schemas.where import where_at_work

MOST = 50
_LONGEST = 4_000
_PLAIN_PARAMETERS = frozenset({"display", "limit", "sort", "schema", "output_format", "date", "id_shop"})
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_XML_TEXT = re.compile(r"(?<=>)([^<]*[^<\s][^<]*)(?=<)")
_ATTRIBUTE = re.compile(r"=(\"[^\"]*\"|'[^']*')")
_JSON_PART = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d[\d.eE+-]*')


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; status 0 when none came, and then why."""

    at: str
    system: str
    verb: str
    path: str
    status: int
    seconds: float
    why: str
    where: str
    sent_bytes: int
    sent: str
    answered_bytes: int
    answered: str


class Exchanges:
    """The last ones."""

    def __init__(self) -> None:
        self._last: deque[Exchange] = deque(maxlen=MOST)

    def add(self, exchange: Exchange) -> None:
        """One more; the oldest is forgotten."""
        self._last.append(exchange)

    def as_dicts(self) -> list[dict[str, object]]:
        """All that are kept, oldest first."""
        return [asdict(each) for each in self._last]


_KEPT: ContextVar[Exchanges | None] = ContextVar("exchanges", default=None)


@contextmanager
def keeping_exchanges() -> Iterator[Exchanges]:
    """Inside the block, the last exchanges of every run are kept."""
    kept = Exchanges()
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)


def note_exchange(
    system: str,
    verb: str,
    path: str,
    seconds: float,
    *,
    status: int = 0,
    why: str = "",
    sent: bytes | None = None,
    answered: bytes = b"",
) -> None:
    """Keeps one exchange where somebody asked for them; costs nothing otherwise."""
    kept = _KEPT.get()
    if kept is None:
        return
    sent = sent or b""
    kept.add(
        Exchange(
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            system,
            verb,
            _without_values(path),
            status,
            round(seconds, 3),
            why,
            where_at_work(),
            len(sent),
            outline(sent),
            len(answered),
            outline(answered),
        )
    )


def outline(body: bytes) -> str:
    """Elements, members and their order, each value as its length; of what is neither XML nor JSON, nothing."""
    text = body[: 8 * _LONGEST].decode("utf-8", "replace").strip()
    if text.startswith("<") and "<html" not in text[:200].lower():
        text = _CDATA.sub(lambda found: "x" * len(found[1]), text)
        text = _ATTRIBUTE.sub('="..."', text)
        # What is cut in the middle of a value has no element behind it.
        text = _XML_TEXT.sub(lambda found: _length(found[1]), text[: text.rfind(">") + 1])
    elif text.startswith(("{", "[")):
        text = _JSON_PART.sub(_json_part, text)
        text = text[: max(map(text.rfind, ",}]:")) + 1]
    else:
        text = ""
    return text[:_LONGEST]


def _json_part(found: re.Match[str]) -> str:
    return found[0] if found[2] else _length(found[1] if found[1] is not None else found[0])


def _length(value: str) -> str:
    return f"({len(value)})" if value.strip() else value


def _without_values(path: str) -> str:
    """The address, of its query only what names fields and pages."""
    place, _, query = path.partition("?")
    parts = [part.partition("=") for part in query.split("&") if part]
    told = [name + ("=" + (value if name in _PLAIN_PARAMETERS else "...") if sep else "") for name, sep, value in parts]
    return place + ("?" + "&".join(told) if told else "")
