"""The demo: a catalogue that is the same every time, laws that can be broken, and the whole thing once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from deployments.demo.at_rest import search
from deployments.demo.catalogue import ean13, first_day, in_another_order, next_day
from deployments.demo.days import DAYS, FILE_DAYS, Event
from deployments.demo.faults import faulty_lines
from deployments.demo.files import Erp, import_json
from deployments.demo.folder import MARK, make_anew
from deployments.demo.laws import DemoRun, broken_circle, broken_laws, broken_sales
from deployments.demo.people import FROM_ERP, PEOPLE
from deployments.demo.rows import PRODUCT_COLUMNS
from deployments.demo.runner import ErpName, run_demo
from deployments.demo.sage import Sage
from deployments.demo.visitors import Placed
from deployments.exits import Exit
from schemas.errors import ConfigurationError
from schemas.flows import FLOWS
from schemas.import_json import parse_import_json

ROOT = Path(__file__).parents[2]


def a_run(**changes: object) -> DemoRun:
    told: dict[str, object] = {
        "day": 1,
        "flow": "import_stock",
        "state": "Completed",
        "message": "",
        "seconds": 1.0,
        "write_requests": 3,
        "report": "",
        "counts": {"rows_read": 5, "created": 5},
    }
    return DemoRun(**(told | changes))  # type: ignore[arg-type]


def quiet(**changes: object) -> DemoRun:
    return a_run(**({"day": 3, "write_requests": 0, "counts": {"rows_read": 5, "unchanged": 5}} | changes))


def test_the_catalogue_is_as_large_as_promised() -> None:
    articles = first_day(2000, Random(7))
    assert len({article.item for article in articles}) == 2000
    assert 9_000 < sum(bool(article.parent) for article in articles) < 11_000
    assert len({article.reference for article in articles}) == len(articles)
    assert len({article.ean13 for article in articles}) == len(articles)


def test_check_digits_are_right() -> None:
    assert ean13(0) == "3760000000000"
    for article in first_day(50, Random(1)):
        digits = [int(digit) for digit in article.ean13]
        assert sum(digits[::2]) % 10 == -3 * sum(digits[1::2]) % 10


def test_the_same_seed_drops_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        erp = Erp(tmp_path / name, items=30)
        erp.drop_files()
        erp.let_a_day_pass()
        erp.drop_files()
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.csv"))
    assert len(files) == 4
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_night_changes_about_one_row_in_a_hundred() -> None:
    before = {article.reference: article for article in first_day(2000, Random(7))}
    after = {article.reference: article for article in next_day(list(before.values()), Random(8))}
    changed = [reference for reference in before if before[reference] != after[reference]]
    assert 0.01 < len(changed) / len(before) < 0.03
    assert any(not after[reference].active for reference in changed)
    assert any(after[reference].price > before[reference].price for reference in changed)
    assert after.keys() > before.keys()


def test_a_quiet_night_only_shuffles() -> None:
    before = first_day(100, Random(7))
    after = in_another_order(before, Random(8))
    assert before != after
    assert sorted(before, key=lambda article: article.reference) == sorted(after, key=lambda article: article.reference)


def test_a_few_dozen_rows_are_faulty_in_a_dozen_ways() -> None:
    lines = faulty_lines(first_day(100, Random(7)), Random(7))
    assert 36 <= len(lines) <= 60
    text = "\n".join(lines)
    for sign in ("sur devis", "<soldes>", "peut-être", "1.249,9.0", "-19,90", "en trop", "ne se referme pas"):
        assert sign in text


def test_the_demos_import_json_is_one_we_accept() -> None:
    spec = parse_import_json(import_json(), source="import.json")
    assert spec.warnings == ()
    assert [column.key for column in spec.streams["product"].columns] == list(PRODUCT_COLUMNS)


def test_all_well_breaks_no_law() -> None:
    assert broken_laws([a_run(), quiet()], []) == []


@pytest.mark.parametrize(
    ("run", "sign"),
    [
        (quiet(write_requests=1), "1 write requests"),
        (quiet(counts={"rows_read": 6, "unchanged": 5}), "1 rows are not accounted for"),
        (quiet(state="Failed", message="the shop is closed"), "the shop is closed"),
        (quiet(counts={"rows_read": 0}), "ended Completed"),
    ],
)
def test_each_law_can_be_broken(run: DemoRun, sign: str) -> None:
    [broken] = broken_laws([a_run(), run], [])
    assert sign in broken


def test_a_reference_held_twice_breaks_a_law() -> None:
    assert broken_laws([a_run(), quiet()], ["ROBE1"]) == ["the shop holds twice: ROBE1"]


def test_a_write_to_the_erp_on_a_quiet_day_breaks_a_law() -> None:
    [broken] = broken_laws([a_run(), quiet(erp_writes=2)], [])
    assert "2 write requests" in broken


def circle(held: dict[str, list[Decimal]], shown: dict[int, str], parcels: dict[int, str] | None = None) -> list[str]:
    placed = [Placed(1, Decimal("9.90"), goes=True, details=(1,)), Placed(2, Decimal("5.00"), goes=False, details=(2,))]
    return broken_circle(placed, held, {1: "6A1"} if parcels is None else parcels, shown)


def test_orders_that_are_there_once_to_the_cent_with_their_parcels_break_no_law() -> None:
    assert circle({"WEB1": [Decimal("9.90")]}, {1: "6A1", 2: ""}) == []


@pytest.mark.parametrize(
    ("held", "sign"),
    [
        ({}, "should hold 9.90 and holds nothing"),
        ({"WEB1": [Decimal("9.91")]}, "holds 9.91"),
        ({"WEB1": [Decimal("9.90")] * 2}, "holds 9.90 and 9.90"),
        ({"WEB1": [Decimal("9.90")], "WEB2": [Decimal("5.00")]}, "order 2: the ERP should hold nothing"),
        ({"WEB1": [Decimal("9.90")], "WEB7": [Decimal("1.00")]}, "WEB7, which nobody ordered"),
    ],
)
def test_an_order_that_the_erp_has_not_or_twice_or_otherwise_breaks_a_law(
    held: dict[str, list[Decimal]], sign: str
) -> None:
    [broken] = circle(held, {1: "6A1"})
    assert sign in broken


def test_a_sale_that_is_no_order_or_two_breaks_a_law() -> None:
    assert broken_sales(4, 4) == []
    assert broken_sales(4, 3) == ["the stores sold 4 times, and the shop holds 3 such orders"]
    assert broken_sales(4, 5) == ["the stores sold 4 times, and the shop holds 5 such orders"]


def test_every_stream_of_files_is_shown() -> None:
    flows = {step for day in (*DAYS, *FILE_DAYS) for step in day.steps}
    # Pictures are no stream, and suppliers are streams that the shipped import.json has switched off.
    left_out = {"import_files", "import_images", "import_suppliers", "import_product_suppliers"}
    assert {name for name in FLOWS if name.startswith("import_")} - flows == left_out


def test_the_demos_sage_takes_each_order_once_ships_in_two_parcels_and_invoices(tmp_path: Path) -> None:
    sage = Sage(tmp_path / "to-erp", tmp_path / "exports")
    (tmp_path / "to-erp").mkdir()
    head = "DO_Type;DO_Ref;DO_Date;AR_Ref;DL_Design;DL_Qte;DL_PUTTC"
    rows = [f"1;WEB{order};21/11/2026;{item};Robe;2;10,0000" for order in (1, 2, 3, 4) for item in ("A", "B")]
    (tmp_path / "to-erp" / "orders.txt").write_text("\n".join([head, *rows]), encoding="cp1252")
    assert sage.take() == "Sage imports 4 documents and exports what it has"
    assert sage.totals() == {f"WEB{order}": [Decimal("40.00")] for order in (1, 2, 3, 4)}
    sage.ship()
    assert {order: len(numbers.split(",")) for order, numbers in sage.parcels().items()} == {1: 1, 2: 2, 3: 1}
    assert sage.invoice() == "Sage makes 3 invoices of the delivery notes"
    exported = max((tmp_path / "exports").glob("*.csv")).read_text("cp1252").splitlines()[1:]
    assert [line.split(";")[:2] for line in exported] == [
        ["WEB3", "1"],
        ["WEB4", "1"],
        ["WEB4", "1"],
        ["WEB1", "6"],
        ["WEB1", "6"],
        ["WEB2", "6"],
        ["WEB2", "6"],
        ["WEB3", "6"],
    ]


def test_a_parcel_whose_number_the_shop_does_not_show_breaks_a_law() -> None:
    [broken] = circle({"WEB1": [Decimal("9.90")]}, {1: ""})
    assert broken == "order 1: its parcel is 6A1, and the shop shows none"


@pytest.mark.parametrize("number", range(6))
def test_a_word_that_names_somebody_is_found_wherever_it_rests(tmp_path: Path, number: int) -> None:
    one = PEOPLE[number * 3]
    words = (one.lastname.upper(), one.email, one.address1.replace(" ", "+"), one.city, one.phone, f'"{one.postcode}"')
    shop, prefect = tmp_path / "shop", tmp_path / "prefect"
    for folder in (shop / "reports", prefect, shop / "archives"):
        folder.mkdir(parents=True)
    (shop / "archives" / "customer.csv").write_text(one.email, "utf-8")
    (shop / "reports" / "clean.json").write_text(f'{{"rows": 1{one.postcode}, "took": 0.{one.postcode}}}', "utf-8")
    assert search(shop, prefect).naming == ()
    (prefect / "prefect.db").write_bytes(b"\x00\x01" + words[number].encode() + b"\x00")
    assert [path.name for path in search(shop, prefect).naming] == ["prefect.db"]


def test_the_demos_people_are_told_apart_by_their_e_mails() -> None:
    assert len({one.email for one in PEOPLE}) == len(PEOPLE) > FROM_ERP


def played(tmp_path: Path) -> tuple[dict[str, Any], str]:
    """The figures of a whole demo, and what it printed."""
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "demo", "--items", "40"]
    paths = ["--folder", str(tmp_path / "demo"), "--summary", str(tmp_path / "build" / "demo.json")]
    home = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    home["HOME"] = str(tmp_path / "home")
    ran = subprocess.run([*command, *paths], cwd=ROOT, env=home, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told = json.loads((tmp_path / "build" / "demo.json").read_text("utf-8"))
    assert told["broken_laws"] == []
    assert not (tmp_path / "home" / ".prefect").exists()
    return told, ran.stdout


@pytest.mark.slow
async def test_the_demo_with_a_dolibarr_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await played_by_itself(tmp_path, monkeypatch, "dolibarr")
    runs = {(run["day"], run["flow"]): run for run in told["runs"]}
    assert runs[1, "export_catalogue"]["counts"]["created"] > 100
    assert runs[1, "export_orders"]["counts"]["created"] == 23
    assert runs[2, "import_order_statuses"]["counts"]["updated"] == 23
    assert {(run["write_requests"], run["erp_writes"]) for run in told["runs"] if run["day"] == 3} == {(0, 0)}


@pytest.mark.slow
async def test_the_demo_with_a_sage_from_end_to_end_in_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await played_by_itself(tmp_path, monkeypatch, "files", language="fr")
    printed = "".join(capsys.readouterr())
    for said in ("Jour 1 : des commandes arrivent", "Sage a maintenant", "Terminé avec des rejets", "Toutes les vérif"):
        assert said in printed
    for untranslated in ("Day 1", "Write", "Sage imports", "Sage now", "Completed", "Reports:", "All checks"):
        assert untranslated not in printed
    assert [(run["day"], run["flow"]) for run in told["runs"]] == [
        (number, step)
        for number, day in enumerate(FILE_DAYS, start=1)
        for step in day.steps
        if not isinstance(step, Event)
    ]
    counts = {(run["day"], run["flow"]): run["counts"] for run in told["runs"]}
    assert counts[1, "export_orders"]["created"] == 22
    assert counts[2, "import_invoices"]["created"] == 21
    assert {(run["write_requests"], run["erp_writes"]) for run in told["runs"] if run["day"] == 3} == {(0, 0)}


async def played_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, erp: ErpName, language: str = "en"
) -> dict[str, Any]:
    """The figures of a whole demo whose flows run as functions."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    summary = tmp_path / "demo.json"
    ended = await run_demo(tmp_path / "demo", summary, items=40, language=language, erp=erp, with_prefect=False)
    told: dict[str, Any] = json.loads(summary.read_text("utf-8"))
    assert (ended, told["broken_laws"]) == (Exit.COMPLETED, [])
    return told


@pytest.mark.slow
def test_the_demo_through_prefect_from_end_to_end(tmp_path: Path) -> None:
    told, printed = played(tmp_path)
    is_as_told(told)
    assert told["files_searched"] > 30
    assert "passerelle sandbox --module --port" in printed


async def test_the_demo_by_itself_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await played_by_itself(tmp_path, monkeypatch, "cegid")
    is_as_told(told)
    assert told["files_searched"] > 30
    assert "All checks passed: nothing lost, nothing twice" in capsys.readouterr().out


def is_as_told(told: dict[str, Any]) -> None:
    """Three days as the documents tell them: every step, what became of orders, sales, returns, a quiet end."""
    assert [(run["day"], run["flow"]) for run in told["runs"]] == [
        (number, step) for number, day in enumerate(DAYS, start=1) for step in day.steps if not isinstance(step, Event)
    ]
    assert {run["state"] for run in told["runs"]} == {"Completed", "CompletedWithRejects"}
    assert all(Path(run["report"]).is_file() for run in told["runs"])
    assert told["runs"][0]["flow"] == "collect_files"
    assert told["runs"][1]["counts"]["created"] > 100
    assert {(run["write_requests"], run["erp_writes"]) for run in told["runs"] if run["day"] == 3} == {(0, 0)}
    counts = {(run["day"], run["flow"]): run["counts"] for run in told["runs"]}
    orders = counts[1, "export_orders"]
    assert (orders["created"], orders["waiting"], orders["rejected"]) == (22, 1, 1)
    assert (counts[2, "import_store_orders"]["created"], counts[2, "import_store_orders"]["refused"]) == (5, 1)
    assert counts[2, "import_order_statuses"]["updated"] == 22
    assert (counts[2, "export_returns"]["created"], counts[2, "import_return_statuses"]["updated"]) == (1, 1)
    assert len(told["day_seconds"]) == len(DAYS)


def test_a_demo_leaves_other_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious", "utf-8")
    with pytest.raises(ConfigurationError, match="holds other things"):
        make_anew(tmp_path)
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ["precious"]


def test_the_folder_of_a_demo_is_made_anew_by_the_next_one(tmp_path: Path) -> None:
    make_anew(tmp_path / "demo")
    (tmp_path / "demo" / "ledger.db").write_text("of yesterday", "utf-8")
    make_anew(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [MARK]
