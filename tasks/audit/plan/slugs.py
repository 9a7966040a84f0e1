"""The part of a page's address that names it: empty, with signs that the shop refuses, or another page's too."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from tasks.audit.plan.duplicates import Duplicates
from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import Row

if TYPE_CHECKING:
    from tasks.audit.plan.found import Kind

_REFUSED = re.compile(r"[^\w-]")


class Slugs:
    """The `link_rewrite` of products or of categories, language by language."""

    def __init__(self, kind: Kind, languages: Collection[int], route: str, found: Found) -> None:
        """`languages` are those that visitors see; `route` is the shop's pattern of addresses, empty for its own."""
        self._kind: Kind = kind
        self._languages = sorted(languages)
        self._needs_own = bool(route) and "{id" not in route
        self._values = Duplicates()
        self._found = found

    def look(self, row: Row) -> None:
        """One page, of a product or category that is open."""
        texts = row.get("link_rewrite")
        if row["active"] != "1" or not isinstance(texts, dict):
            return
        empty = [language for language in self._languages if not str(texts.get(language, "")).strip()]
        refused = [
            text for language in self._languages if _REFUSED.search(text := str(texts.get(language, "")).strip())
        ]
        if empty:
            self._add("slug_empty", row["id"], ", ".join(map(str, empty)))
        if refused:
            self._add("slug_refused", row["id"], refused[0])
        if self._needs_own:
            for language in self._languages:
                if text := str(texts.get(language, "")).strip():
                    self._values.note(f"{language} {text}", row["id"])

    def finish(self) -> None:
        """Addresses that lead to several pages: only where they do not bear the id."""
        groups = ({self._values.owner(position) for position in group} for group in self._values.groups())
        for owners in sorted({tuple(sorted(group)) for group in groups if len(group) > 1}):
            self._add("slug_double", owners[0], ", ".join(map(str, owners[1:])))

    def _add(self, code: str, identifier: int, detail: str) -> None:
        self._found.add(code, Faulty(self._kind, identifier, identifier if self._kind == "product" else 0, detail))
