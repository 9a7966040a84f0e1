"""What the report of a run says is what happened."""

from __future__ import annotations

import html
import json

from tests.flows.world import World

WORKBOOK = b"PK\x03\x04" + b"\x00" * 26 + b"xl/workbook.xml"


def page(world: World) -> str:
    [found] = (world.folder / "reports").glob("2*.html")
    return html.unescape(found.read_text(encoding="utf-8"))


async def test_a_workbook_under_the_name_of_a_text_is_no_run_to_be_started_again(world: World) -> None:
    (world.folder / "streams" / "product.csv").write_bytes(WORKBOOK)
    state = await world.products()
    assert state.name == "Failed"
    assert "XLSX" in (state.message or "")
    assert "starting the run again with the same file changes nothing" in page(world)
    assert "Starting it again is safe" not in page(world)


async def test_a_row_that_was_rejected_was_not_imported_without_a_value(world: World) -> None:
    world.drop_products(
        {"reference": "SAC1", "ean13": "123x", "price": "sur devis"}, {"reference": "SAC2", "ean13": "123x"}
    )
    await world.products()
    told = [incident for incident in world.report()["incidents"] if "without this value" in incident["reason"]]
    assert [incident["key"] for incident in told] == ["SAC2"]
    assert {reject["key"] for reject in world.report()["rejects"]} == {"SAC1"}


async def test_a_column_elsewhere_is_named_by_the_index_that_import_json_counts(world: World) -> None:
    columns = json.loads((world.folder / "import.json").read_text(encoding="utf-8"))["stock"]["data"]
    (world.folder / "streams" / "stock.csv").write_text("quantity;reference\n1;A\n", encoding="utf-8")
    state = await world.stock()
    expected = columns["reference"]["index"]
    assert f"reference is expected at `index` {expected} and its header stands at `index` 1" in (state.message or "")
