"""`refresh`: what the last test sessions sent goes into the census; `table`: what shows each kind;
`differences`: the page of docs/facts about what each version answers otherwise.

python -m tests.contract.prestashop.census refresh [--whole]
python -m tests.contract.prestashop.census table
python -m tests.contract.prestashop.census differences
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.contract.prestashop.census import collecting, differing, stored

COMPARED = Path(__file__).parents[4] / "build" / "contract"


def refresh(*, whole: bool) -> None:
    """Adds the kinds seen since the last refresh; after a whole run, those that were not seen go."""
    seen = collecting.kept()
    if not seen:
        sys.exit("No session has left anything in build/census: run tests first.")
    before = stored.load()
    kinds = {name: set(elements) for name, elements in ({} if whole else before).items()}
    for name, elements in seen.items():
        kinds.setdefault(name, set()).update(elements)
    stored.save({name: sorted(elements) for name, elements in sorted(kinds.items())})
    collecting.forget()
    print(f"{len(kinds)} kinds, {len(kinds.keys() - before.keys())} new, {len(before.keys() - kinds.keys())} gone.")
    left = stored.unproved()
    print(f"{len(left)} to be recorded: make contract SHOP_URL=... SHOP_KEY=..." if left else "All are recorded.")


def table() -> None:
    """By kind: which recordings show it, and whether the last real shops answered as recorded."""
    compared = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(COMPARED.glob("*.json"))}
    shops = sorted({*stored.shops(), *compared})
    recorded = {shop: stored.recorded(shop) for shop in shops}
    kinds = stored.load()
    width = min(110, max((len(kind) for kind in kinds), default=4))
    print(f"{'kind':{width}}  " + "  ".join(f"{shop:>14}" for shop in shops))
    for kind, elements in kinds.items():
        version = stored.version_of(kind, elements)
        cells = (_cell(recorded[shop].get(kind), version, compared.get(shop, {}).get(kind, "")) for shop in shops)
        print(f"{kind[:width]:{width}}  " + "  ".join(f"{cell:>14}" for cell in cells))


def _cell(shown: stored.Shown | None, version: str, compared: str) -> str:
    if shown is None:
        return "not shown"
    if shown["kind"] != version:
        return "older"
    return f"{shown['status']} {compared or 'recorded'}"


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="census", description=__doc__)
    parser.add_argument("command", choices=["refresh", "table", "differences"])
    parser.add_argument("--whole", action="store_true", help="the whole suite has run: kinds it did not send go")
    given = parser.parse_args()
    if given.command == "refresh":
        refresh(whole=given.whole)
    elif given.command == "differences":
        differing.PAGE.write_text(differing.page(), encoding="utf-8")
        print(differing.PAGE)
    else:
        table()


if __name__ == "__main__":
    main()
