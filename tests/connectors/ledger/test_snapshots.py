from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.ledger import LINK_FRAME, Ledger, Link
from tests.connectors.ledger.places import Place, SqlitePlace, open_eager
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

ONE, TWO = [Link("A", 1), Link("B", 2)], [Link("A", 10), Link("C", 3)]


def _ids(ledger: Ledger, shop: str = "shop", kind: str = "product") -> Mapping[str, int]:
    return dict(ledger.links(shop, kind).select("erp_key", "shop_id").rows())


def _snapshot(place: Place) -> Path:
    (path,) = place.snapshots.iterdir()
    return path


def test_what_was_read_ahead_is_taken_once(place: Place) -> None:
    with Ledger.open(place.url) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        ledger.read_ahead("shop", "product")
        place.ask("update links set shop_id = 999")  # behind the ledger's back
        assert _ids(ledger) == {"A": 1, "B": 2}
        assert _ids(ledger) == {"A": 999, "B": 999}


def test_what_was_read_ahead_is_not_believed_once_something_was_written(place: Place) -> None:
    with Ledger.open(place.url) as ledger, Ledger.open(place.url) as another:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        ledger.read_ahead("shop", "product")
        another.confirm("shop", "product", TWO, run_id="r2")
        assert _ids(ledger) == {"A": 10, "B": 2, "C": 3}
        ledger.read_ahead("shop", "product")
        another.doubt("shop", "product", ["B"])
        assert dict(ledger.links("shop", "product").select("erp_key", "in_doubt").rows())["B"]


def test_a_fresh_snapshot_is_what_is_read(place: Place) -> None:
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        from_database = ledger.links("shop", "product")
        place.ask("update links set shop_id = 999")  # behind the ledger's back: only a snapshot still says 1 and 2
        assert ledger.links("shop", "product").equals(from_database)


def test_what_is_newer_than_the_snapshot_completes_it(place: Place) -> None:
    with open_eager(place) as eager, Ledger.open(place.url, snapshots=place.snapshots) as ledger:
        eager.confirm("shop", "product", ONE, run_id="r1")
        assert _ids(eager) == {"A": 1, "B": 2}
        before = _snapshot(place).read_bytes()
        ledger.confirm("shop", "product", TWO, run_id="r2")
        ledger.forget("shop", "product", ["B"])
        assert _ids(ledger) == {"A": 10, "C": 3}
        assert _snapshot(place).read_bytes() == before


def test_of_a_snapshot_and_of_what_is_newer_the_columns_and_rows_that_are_asked_for_are_read(place: Place) -> None:
    with open_eager(place) as eager, Ledger.open(place.url, snapshots=place.snapshots) as ledger:
        eager.confirm("shop", "product", ONE, run_id="r1")
        for _ in range(2):  # the first one makes the snapshot, the second reads it
            scan, whole = eager.links_scan("shop", "product"), eager.links("shop", "product")
            assert scan.select("sub_id", "shop_id").collect().equals(whole.select("sub_id", "shop_id"))
        ledger.confirm("shop", "product", TWO, run_id="r2")
        scan, whole = ledger.links_scan("shop", "product"), ledger.links("shop", "product")
        assert whole.columns == list(LINK_FRAME)
        ledger.confirm("shop", "product", ONE, run_id="r3")
        assert scan.select("shop_id").collect().equals(whole.select("shop_id"))
        assert scan.filter(pl.col("erp_key") == "A").collect().equals(whole.filter(pl.col("erp_key") == "A"))


def test_a_snapshot_is_written_only_when_enough_is_newer(place: Place) -> None:
    with Ledger.open(place.url, snapshots=place.snapshots) as ledger:
        ledger.confirm("shop", "stock", [Link(str(n), n) for n in range(4_999)], run_id="r1")
        assert ledger.links("shop", "stock").height == 4_999
        assert not place.snapshots.exists()
        ledger.confirm("shop", "stock", [Link("one more", 1)], run_id="r1")
        assert ledger.links("shop", "stock").height == 5_000
        assert _snapshot(place).stat().st_size


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "one bit", "not ours", "a folder"])
def test_a_damaged_snapshot_is_ignored_and_made_again(place: Place, damage: str) -> None:
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        ledger.links("shop", "product")
        path = _snapshot(place)
        sound = path.read_bytes()
        path.unlink()
        if damage == "a folder":
            path.mkdir()
        elif damage != "missing":
            middle = len(sound) // 2
            flipped = sound[:middle] + bytes([sound[middle] ^ 4]) + sound[middle + 1 :]
            path.write_bytes({"empty": b"", "cut": sound[:-9], "one bit": flipped, "not ours": b"x\n" * 99}[damage])
        assert _ids(ledger) == {"A": 1, "B": 2}
        if damage != "a folder":
            assert path.read_bytes() == sound


def test_the_snapshot_of_another_shop_kind_or_ledger_is_ignored(place: Place, tmp_path: Path) -> None:
    stranger = SqlitePlace(tmp_path, tmp_path / "other snapshots")
    with open_eager(place) as ledger, Ledger.open(f"sqlite:///{tmp_path / 'stranger.db'}") as other:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        ledger.links("shop", "product")
        taken = _snapshot(place)
        for name in ("shop.stock", "lyon.product"):
            shutil.copy(taken, taken.with_name(taken.name.replace("shop.product", name)))
        assert _ids(ledger, "shop", "stock") == {}
        assert _ids(ledger, "lyon", "product") == {}
        stranger.snapshots.mkdir()
        own_name = taken.name.replace(ledger.snapshots.ledger, other.snapshots.ledger)
        shutil.copy(taken, stranger.snapshots / own_name)
    with Ledger.open(f"sqlite:///{tmp_path / 'stranger.db'}", snapshots=stranger.snapshots) as other:
        assert _ids(other) == {}


def test_a_ledger_restored_from_a_backup_does_not_believe_a_later_snapshot(place: Place) -> None:
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
    place.back_up()
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", TWO, run_id="r2")
        assert _ids(ledger) == {"A": 10, "B": 2, "C": 3}
    place.restore()
    with open_eager(place) as ledger:
        assert _ids(ledger) == {"A": 1, "B": 2}


def test_a_restored_ledger_that_has_gone_on_still_does_not_believe_it(place: Place) -> None:
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
    place.back_up()
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", TWO, run_id="r2")
        ledger.links("shop", "product")
    place.restore()
    with open_eager(place) as ledger:
        ledger.confirm("shop", "stock", ONE, run_id="r3")  # the same seq as r2 had
        ledger.confirm("shop", "stock", ONE, run_id="r3")
        assert _ids(ledger) == {"A": 1, "B": 2}


def test_a_folder_that_refuses_the_snapshot_costs_only_time(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.snapshots.write_text("a file where the folder should be")
    with open_eager(place) as ledger:
        ledger.confirm("shop", "product", ONE, run_id="r1")
        assert _ids(ledger) == {"A": 1, "B": 2}
    assert "No snapshot of the product links of shop" in caplog.text


def test_names_that_no_file_could_have_are_written_and_read(place: Place) -> None:
    with open_eager(place) as ledger:
        ledger.confirm("../Été/1", "a/b", ONE, run_id="r1")
        first = ledger.links("../Été/1", "a/b")
        assert _snapshot(place).parent == place.snapshots
        assert ledger.links("../Été/1", "a/b").equals(first)


KEYS = st.lists(st.sampled_from([f"K{number}" for number in range(12)]), min_size=1, max_size=8)
SHOPS = st.sampled_from(["paris", "lyon"])


class LinksAreNeverStale(RuleBasedStateMachine):
    """Confirm, forget, read, back up, restore and damage in any order: the links read are the links written."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="passerelle-ledger-"))
        self.place = SqlitePlace(self.folder, self.folder / "snapshots")
        self.ledger = open_eager(self.place)
        self.known: dict[str, dict[str, int]] = {"paris": {}, "lyon": {}}
        self.backup: dict[str, dict[str, int]] | None = None
        self.written = 0

    @initialize(rows=KEYS, shop=SHOPS)
    def begin(self, rows: list[str], shop: str) -> None:
        self.confirm(shop, rows)

    @rule(shop=SHOPS, keys=KEYS)
    def confirm(self, shop: str, keys: list[str]) -> None:
        links = []
        for key in keys:
            self.written += 1
            self.known[shop][key] = self.written
            links.append(Link(key, self.written))
        self.ledger.confirm(shop, "product", links, run_id="r")

    @rule(shop=SHOPS, keys=KEYS)
    def forget(self, shop: str, keys: list[str]) -> None:
        for key in keys:
            self.known[shop].pop(key, None)
        self.ledger.forget(shop, "product", keys)

    @rule(shop=SHOPS)
    def read(self, shop: str) -> None:
        links = self.ledger.links(shop, "product").sort("erp_key")
        assert dict(links.select("erp_key", "shop_id").rows()) == self.known[shop]
        assert links.equals(self.ledger.links_for(shop, "product", list(self.known[shop])).sort("erp_key"))

    @rule(shop=SHOPS)
    def read_ahead(self, shop: str) -> None:
        self.ledger.read_ahead(shop, "product")

    @rule(shop=SHOPS, keys=KEYS)
    def look_up(self, shop: str, keys: list[str]) -> None:
        found = dict(self.ledger.links_for(shop, "product", keys).select("erp_key", "shop_id").rows())
        assert found == {key: self.known[shop][key] for key in keys if key in self.known[shop]}

    @rule()
    def back_up(self) -> None:
        self.ledger.close()
        self.place.back_up()
        self.backup = {shop: dict(links) for shop, links in self.known.items()}
        self.ledger = open_eager(self.place)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        assert self.backup is not None
        self.ledger.close()
        self.place.restore()
        self.known = {shop: dict(links) for shop, links in self.backup.items()}
        self.ledger = open_eager(self.place)

    @rule(where=st.floats(0, 0.999), cut=st.booleans())
    def damage(self, where: float, cut: bool) -> None:
        for path in self.place.snapshots.glob("*"):
            content = bytearray(path.read_bytes())
            if not content:
                continue
            at = int(where * len(content))
            content[at] ^= 1
            path.write_bytes(content[:at] if cut else content)

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)


TestLinksAreNeverStale = pytest.mark.lasting(LinksAreNeverStale.TestCase)
TestLinksAreNeverStale.settings = settings(max_examples=examples(25), stateful_step_count=16, deadline=None)
