"""Which kinds of requests the product sends to Dolibarr, and which of them a real one has answered.

python -m tests.contract.dolibarr.census [--whole]    takes over what the last test sessions sent
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

CENSUS = Path(__file__).parent / "census.json"
SHOWN = Path(__file__).parent / "shown.json"
"""What real ones have answered, by the versions that did: written by a session with --erp-url and --record."""
SEEN = Path(__file__).parents[3] / "build" / "census-dolibarr"
CLIENT = "Passerelle"
WHAT_TO_DO = "Add it with `make census`, and a test that shows it in tests/contract/dolibarr, recorded on a real one."
_ID = re.compile(r"(?<=/)\d+(?=/|$)")
_FIELD = re.compile(r"^/setup/extrafields/\w+/\w+$")
_CONSTANT = re.compile(r"^/setup/conf/\w+$")
_TERM = re.compile(r"\((\w+\.\w+):([^:]+):")
Kinds = dict[str, list[str]]


def kind_of(verb: str, path: str, query: Mapping[str, Any], body: Any) -> tuple[str, frozenset[str]]:
    """The name of a request's kind, as `POST orders/{id}/validate`, and the elements that it names."""
    route = _FIELD.sub("/setup/extrafields/{element}/{name}", _ID.sub("{id}", "/" + path.strip("/")))
    name = f"{verb} {_CONSTANT.sub('/setup/conf/{name}', route).strip('/')}"
    return name, frozenset({*_of_query(query), *_of_body(body, "")})


def _of_query(query: Mapping[str, Any]) -> Iterator[str]:
    for name, value in query.items():
        if name == "sqlfilters":
            yield from (f"?{field} {operator}" for field, operator in _TERM.findall(str(value)))
        elif name == "properties":
            yield from (f"?{each}" for each in str(value).split(","))
        else:
            yield f"?{name}"


def _of_body(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            here = f"{path}/{'{id}' if str(name).isdecimal() else name}".lstrip("/")
            yield here
            yield from _of_body(each, here)
    elif isinstance(value, list):
        for each in value:
            yield from _of_body(each, path)


def load(path: Path = CENSUS) -> Kinds:
    """Elements by kind; nothing without the file."""
    if not path.exists():
        return {}
    known: Kinds = json.loads(path.read_text(encoding="utf-8"))
    return known


def save(path: Path, together: Mapping[str, Iterable[str]]) -> None:
    """Writes kinds in a fixed order."""
    kinds = {name: sorted(elements) for name, elements in sorted(together.items())}
    path.write_text(json.dumps(kinds, indent=1) + "\n", encoding="utf-8")


def lacking(kinds: Mapping[str, Iterable[str]], known: Mapping[str, Iterable[str]]) -> list[str]:
    """One line for each kind, or elements of one, that is not known."""
    lines = [f"new: {name}" for name in kinds if name not in known]
    for name, elements in kinds.items():
        if name in known and (more := sorted(set(elements) - set(known[name]))):
            lines.append(f"new in {name}: {', '.join(more)}")
    return lines


def refresh(*, whole: bool) -> None:
    """Takes over what sessions have left."""
    together: dict[str, set[str]] = {} if whole else {name: set(elements) for name, elements in load().items()}
    for path in sorted(SEEN.glob("*.json")):
        for name, elements in json.loads(path.read_text(encoding="utf-8")).items():
            together.setdefault(name, set()).update(elements)
        path.unlink()
    save(CENSUS, together)
    print(f"Dolibarr: {len(together)} kinds, {sum(map(len, together.values()))} elements.")


if __name__ == "__main__":
    refresh(whole="--whole" in sys.argv[1:])
