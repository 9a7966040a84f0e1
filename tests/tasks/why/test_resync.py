"""Nothing that was confirmed of an article is believed any more, and its files are found again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.ledger import Link
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.why.files import file_rows
from tasks.why.resync import resync_article
from tests.flows.world import World


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopFolder]:
    """A shop's folder with an archived product file, a waiting one, and links of two combinations."""
    with World.at(tmp_path_factory.mktemp("why") / "boutique") as world:
        done = world.drop_products(*world.dress(1))
        archived = world.folder / "archives" / "2026-11-29" / f"product.{'0' * 32}.csv"
        archived.parent.mkdir(parents=True)
        done.replace(archived)
        world.drop_products({"reference": "ROBE0000-S", "price": "1.00"}, name="product_new.csv")
        folder = open_shop_folder(world.folder)
        with folder.open_ledger() as ledger:
            run = ledger.start_run(folder.name, "import_products", {})
            ledger.file_done(folder.name, "product", "hash", run, archived.relative_to(world.folder).as_posix(), 6)
            links = [Link(f"ROBE0000-{size}", 1, at, "ROBE0000", fingerprint="f") for at, size in enumerate("SM", 1)]
            ledger.confirm(folder.name, "product", [*links, Link("SAC1", 2, fingerprint="f")], run_id=run)
            ledger.confirm(folder.name, "stock", [Link("ROBE0000-S", 9, fingerprint="f")], run_id=run)
        yield folder


def test_the_rows_of_waiting_files_come_before_those_that_were_imported(folder: ShopFolder) -> None:
    with folder.open_ledger() as ledger:
        rows, newest = file_rows(folder, ledger, "ROBE0000-S")
    assert [(row.file, row.line, row.done_at is None) for row in rows] == [
        ("product_new.csv", 2, True),
        ("product.csv", 2, False),
    ]
    assert ("price", "1.00") in rows[0].values
    assert newest == {"product": "product.csv"}


def test_a_parent_doubts_its_combinations_with_their_stock_and_nothing_else(folder: ShopFolder) -> None:
    doubted = resync_article(folder, "ROBE0000")
    assert doubted.count == 3
    assert {flow: at.date() for flow, at in doubted.again.items()} == {"import_products": datetime.now(UTC).date()}
    with folder.open_ledger() as ledger:
        links = dict(ledger.links(folder.name, "product").select("erp_key", "in_doubt").iter_rows())
        stock = ledger.links(folder.name, "stock")["in_doubt"].to_list()
    assert {key for key, in_doubt in links.items() if in_doubt} == {"ROBE0000-S", "ROBE0000-M"}
    assert stock == [True]


def test_what_nobody_knows_doubts_nothing(folder: ShopFolder) -> None:
    doubted = resync_article(folder, "NOWHERE")
    assert (doubted.count, doubted.again) == (0, {})
