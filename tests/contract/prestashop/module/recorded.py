"""The exchanges recorded on a real 8.2.0 with a probe module, where they lie beside the checkout."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

RECORDINGS = Path(__file__).parents[5] / "shared" / "reference" / "prestashop" / "recordings-module"


@dataclass(frozen=True)
class Recorded:
    """One request and what the real shop answered, with the mails it sent."""

    name: str
    method: str
    path: str
    query: str
    body: bytes
    status: int
    content_type: str
    answer: bytes
    mails: int

    @property
    def messages(self) -> list[str]:
        """The texts of the errors."""
        return re.findall(r"<message><!\[CDATA\[(.*?)\]\]></message>", self.answer.decode())


def present() -> bool:
    return RECORDINGS.is_dir()


def load(name: str) -> Recorded:
    """One exchange by folder and case, as `A_returns/get_1`."""
    told = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    request, response = told["request"], told["response"]
    url = urlsplit(request["url"])
    return Recorded(
        name=name,
        method=request["method"],
        path=url.path,
        query=url.query,
        body=(request["body"] or "").encode(),
        status=response["status"],
        content_type=response["headers"]["Content-Type"],
        answer=(response["body"] or "").encode(),
        mails=len((told.get("side_effects") or {}).get("mails", ())),
    )


def names() -> set[str]:
    """All recorded cases; none when the recordings are absent."""
    return {str(path.relative_to(RECORDINGS).with_suffix("")) for path in RECORDINGS.glob("*/*.json")}
