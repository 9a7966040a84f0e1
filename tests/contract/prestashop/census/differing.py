"""What another shop answers otherwise than 8.2.0 under PHP 8 to the same kinds of requests, from the recordings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.contract.prestashop.census import stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.contract.prestashop.census.stored import Shown

BASE = "8.2.0-php8"
PAGE = Path(__file__).parents[4] / "docs" / "facts" / "prestashop-by-version.md"
HEAD = """# What each version answers otherwise

The same requests, about the same data, were answered by real shops and recorded. This page is made of the recordings by
`python -m tests.contract.prestashop.census differences`; a kind that it does not name is answered by every shop as by
{base}. `without` names fields that 8.2.0 shows and the other shop does not, `with` those that only the other
shows, `other` those with another value or other attributes, `number` values that are numbers in JSON and were texts.
Behind `then` is how an entity that was written looked when it was read again.
"""
_FIELD = re.compile(r"\s*(\[\w+\]|\w+)(?::| \(|$)")
_INT = " (int)"


def page() -> str:
    """The page in Markdown: for each other shop a table of the kinds that it answers otherwise."""
    parts = [HEAD.format(base=BASE)]
    base = stored.recorded(BASE)
    for shop in stored.shops():
        if shop == BASE or shop.endswith(stored.SEVERAL):
            continue
        other = stored.recorded(shop)
        # Recorded before a kind was what it is now, the other shop was asked for less.
        same = [kind for kind in sorted(base.keys() & other.keys()) if base[kind]["kind"] == other[kind]["kind"]]
        rows = [(kind, differences(base[kind], other[kind])) for kind in same]
        parts.append(_table(shop, [(kind, words) for kind, words in rows if words], len(rows)))
    return "\n".join(parts)


def _table(shop: str, rows: Sequence[tuple[str, Sequence[str]]], asked: int) -> str:
    by_words: dict[str, list[str]] = {}
    for kind, words in rows:
        by_words.setdefault("; ".join(words), []).append(kind)
    lines = [f"## {shop}\n", f"{asked} kinds were asked, {len(rows)} are answered otherwise.\n"]
    lines += ["| kind | what differs |", "|---|---|"]
    for words, kinds in sorted(by_words.items(), key=lambda item: item[1]):
        cells = "<br>".join(f"`{kind.replace('|', chr(92) + '|')}`" for kind in kinds)
        lines.append(f"| {cells} | {words} |")
    return "\n".join(lines) + "\n"


def differences(base: Shown, other: Shown) -> list[str]:
    """What differs in a few words; nothing where both answer alike."""
    if base["status"] != other["status"]:
        first = other["answer"][0] if other["answer"] else ""
        error = f" {first}" if first.startswith(("error", "(")) else ""
        return [f"{other['status']}{error} instead of {base['status']}"]
    words = _words(base["answer"], other["answer"])
    if base["type"] != other["type"]:
        words.insert(0, other["type"])
    return words + [f"then {word}" for word in _words(base["after"], other["after"]) if word not in words]


def _words(base: Sequence[str], other: Sequence[str]) -> list[str]:
    if list(base) == list(other):
        return []
    before, after = _by_field(base), _by_field(other)
    changed = [name for name in before if name in after and before[name] != after[name]]
    numbers = [name for name in changed if _without_type(before[name]) == _without_type(after[name])]
    named = {
        "without": [name for name in before if name not in after],
        "with": [name for name in after if name not in before],
        "other": [name for name in changed if name not in numbers],
        "number": numbers,
    }
    words = [f"{word} {', '.join(names)}" for word, names in named.items() if names]
    return words or ["the order of the fields"]


def _by_field(lines: Iterable[str]) -> dict[str, list[str]]:
    """The lines of an answer by the field that they show; a language or a member belongs to the field above it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        indented = len(line) - len(line.lstrip())
        if indented <= len("  ") and (field := _FIELD.match(line)):
            name = field[1]
        found.setdefault(name, []).append(line)
    return found


def _without_type(lines: Iterable[str]) -> list[str]:
    return [line.removesuffix(_INT) for line in lines]
