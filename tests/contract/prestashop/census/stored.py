"""`census.json`: every kind with its elements, and which recordings show it.

Kinds that are sent to one of several shops stand in `census_of_several_shops.json`; installations of several show them.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CENSUS = Path(__file__).parents[1] / "census.json"
CENSUS_OF_SEVERAL = CENSUS.with_name("census_of_several_shops.json")
SEVERAL = "-several"
"""Ends the name of the recordings of an installation of several shops."""
PROOF = "test_census.py::test_the_sandbox_answers_as_the_recorded_shop"
RECORDINGS = Path(__file__).parents[1] / "recordings"
WHAT_TO_DO = (
    "Add them with `make census`, give new elements a value in tests/contract/prestashop/census/values.py, and record "
    "what a real shop answers with `make contract SHOP_URL=... SHOP_KEY=...`."
)


class Shown(TypedDict):
    """What a shop answered to a request of a kind."""

    kind: str
    """The kind's version when it was recorded."""
    status: int
    type: str
    answer: list[str]
    after: list[str]
    """The entities written, as the shop showed them afterwards."""


def shops() -> list[str]:
    """The shops that were recorded, as `8.2.0-php8`."""
    return sorted(path.name for path in RECORDINGS.glob("*") if path.is_dir())


@cache
def recorded(shop: str) -> dict[str, Shown]:
    """What one shop answered, by kind."""
    found: dict[str, Shown] = {}
    for path in sorted((RECORDINGS / shop).glob("*.json")):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def record(shop: str, shown: Mapping[str, Shown]) -> None:
    """Writes what a shop answered over what it answered before, one file for each resource."""
    folder = RECORDINGS / shop
    folder.mkdir(parents=True, exist_ok=True)
    by_resource: dict[str, dict[str, Shown]] = {}
    known = load()
    for name, one in sorted({**recorded(shop), **shown}.items()):
        if name in known:
            by_resource.setdefault(name.split(" ")[1].partition("/")[0].strip("()"), {})[name] = one
    for path in folder.glob("*.json"):
        path.unlink()
    for resource, kinds in by_resource.items():
        text = json.dumps(kinds, indent=1, ensure_ascii=False)
        (folder / f"{resource}.json").write_text(text + "\n", encoding="utf-8")
    recorded.cache_clear()


def load() -> dict[str, list[str]]:
    """Elements by kind; nothing without the files."""
    return _load(CENSUS) | _load(CENSUS_OF_SEVERAL)


def of_several() -> frozenset[str]:
    """The kinds that only installations of several shops are asked."""
    return frozenset(_load(CENSUS_OF_SEVERAL))


def _load(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    kinds = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    return {name: kind["elements"] for name, kind in kinds.items()}


def save(kinds: Mapping[str, list[str]]) -> None:
    """Writes the census, with the proof of each kind and the shops that show it."""
    everywhere = _load(CENSUS)
    several = {name for name in kinds if "id_shop=n" in name.split(" ") and name not in everywhere}
    _save(CENSUS, {name: elements for name, elements in kinds.items() if name not in several})
    _save(CENSUS_OF_SEVERAL, {name: elements for name, elements in kinds.items() if name in several})


def _save(path: Path, kinds: Mapping[str, list[str]]) -> None:
    shown = {shop: recorded(shop) for shop in shops()}
    told = {
        name: {
            "elements": elements,
            "proof": PROOF,
            "shown_by": [shop for shop, kinds in shown.items() if shows(kinds, name, version_of(name, elements))],
        }
        for name, elements in kinds.items()
    }
    path.write_text(json.dumps({"kinds": told}, indent=1) + "\n", encoding="utf-8")


def shows(recordings: Mapping[str, Shown], name: str, version: str) -> bool:
    """Whether a recording shows the kind as it is in this version."""
    return name in recordings and recordings[name]["kind"] == version


def unproved() -> list[str]:
    """The kinds that no recording shows as they are now."""
    shown = [recorded(shop) for shop in shops()]
    kinds = load()
    versions = {name: version_of(name, elements) for name, elements in kinds.items()}
    return [name for name in kinds if not any(shows(one, name, versions[name]) for one in shown)]


def unknown(seen: Mapping[str, Iterable[str]]) -> list[str]:
    """One line for each kind, or element of one, that the census lacks."""
    known = load()
    lines = []
    for name, elements in seen.items():
        if name not in known:
            lines.append(f"new: {name}")
        elif more := sorted(set(elements) - set(known[name])):
            lines.append(f"new in {name}: {', '.join(more)}")
    return lines


def version_of(name: str, elements: Iterable[str]) -> str:
    """What a recording of this kind must carry to show it as it is now."""
    return sha256("\n".join([name, *sorted(elements)]).encode()).hexdigest()[:12]
