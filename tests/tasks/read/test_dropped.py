from __future__ import annotations

import errno
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.files.archive import NotArchivedError, archive, archive_path_for
from schemas.messages import message
from tasks.read.dropped import collect
from tests.tasks.read.sample_streams import PRODUCT, STOCK, text_stream

if TYPE_CHECKING:
    from schemas.column_spec import StreamSpec
    from tasks.read.dropped import Collected, DroppedFile

STREAMS = (PRODUCT, STOCK)
LONG_AGO = 1_700_000_000
DAY = date(2026, 11, 21)


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def put(path: Path, text: str = "A;1\n", *, changed_at: float = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed_at, changed_at))
    return path


def never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s")


def taken(folder: Path, stream: StreamSpec = STOCK, streams: tuple[StreamSpec, ...] = STREAMS) -> list[str]:
    return [file.name for file in collect(folder, stream, streams=streams, wait=never).files]


def why(collected: Collected) -> dict[str, str]:
    reasons = dict(collected.left_alone)
    assert all(message(code, "fr").reason for code in reasons.values())
    return reasons


def only(collected: Collected) -> DroppedFile:
    (file,) = collected.files
    return file


def test_a_missing_or_empty_drop_folder_holds_no_file(drop: Path) -> None:
    assert taken(drop) == []
    assert taken(drop / "nowhere") == []


def test_a_file_is_known_by_its_content_and_its_time(drop: Path) -> None:
    put(drop / "stock.csv", "A;1\n")
    file = only(collect(drop, STOCK, streams=STREAMS, wait=never))
    assert file.modified_at == datetime.fromtimestamp(LONG_AGO, UTC)
    assert (file.size, file.position, file.name) == (4, 0, "stock.csv")
    assert re.fullmatch("[0-9a-f]{32}", file.content_hash)


def test_in_a_shared_folder_the_longest_stream_name_takes_a_file(drop: Path) -> None:
    stores, orders = text_stream(2), replace(text_stream(2), name="store_order")
    stores = replace(stores, name="store")
    for name in ("store_2026.csv", "STORE_ORDERS.CSV", "stock.csv", "readme.csv"):
        put(drop / name)
    streams = (*STREAMS, stores, orders)
    assert taken(drop, stores, streams) == ["store_2026.csv"]
    assert taken(drop, orders, streams) == ["STORE_ORDERS.CSV"]
    assert taken(drop, STOCK, streams) == ["stock.csv"]
    assert taken(drop, PRODUCT, streams) == []


def test_every_file_in_the_folder_of_a_stream_is_its_own(drop: Path) -> None:
    put(drop / "stock" / "export.csv")
    put(drop / "product" / "stock.csv")
    assert taken(drop) == ["export.csv"]
    assert taken(drop, PRODUCT) == ["stock.csv"]


def test_a_prefix_replaces_the_name_of_the_stream_in_every_folder(drop: Path) -> None:
    prefixed = replace(STOCK, file_prefix="dispo_")
    for name in ("dispo_1.csv", "stock_1.csv", "stock/dispo_2.csv", "stock/other.csv"):
        put(drop / name)
    assert taken(drop, prefixed, (PRODUCT, prefixed)) == ["dispo_1.csv", "dispo_2.csv"]


def test_a_stream_with_a_folder_of_its_own_looks_nowhere_else(drop: Path) -> None:
    elsewhere = replace(STOCK, folder="cegid/out")
    for name in ("stock_1.csv", "stock/stock_2.csv", "cegid/out/anything.csv"):
        put(drop / name)
    assert taken(drop, elsewhere, (PRODUCT, elsewhere)) == ["anything.csv"]


def test_two_streams_with_one_folder_tell_their_files_by_name(drop: Path) -> None:
    streams = (replace(PRODUCT, folder="in"), replace(STOCK, folder="in/"))
    for name in ("in/product.csv", "in/stock.csv", "in/other.csv"):
        put(drop / name)
    assert taken(drop, streams[1], streams) == ["stock.csv"]


def test_the_only_stream_of_a_shop_takes_every_file(drop: Path) -> None:
    put(drop / "export.csv")
    assert taken(drop, STOCK, (STOCK,)) == ["export.csv"]


def test_hidden_temporary_and_foreign_files_are_nobodys(drop: Path) -> None:
    for name in (".stock.csv", "~$stock.csv", "stock.csv.tmp", "stock.csv.part", "stock.csv~", "stock.xml", "stock"):
        put(drop / name)
    put(drop / "archives" / "2026-11-20" / "stock.csv")
    (drop / "stock_folder.csv").mkdir()
    collected = collect(drop, STOCK, streams=STREAMS, wait=never)
    assert (collected.files, collected.left_alone) == ((), ())


def test_links_are_not_followed(drop: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "elsewhere" / "secret.csv")
    (drop / "stock_1.csv").symlink_to(secret)
    (drop / "stock").symlink_to(secret.parent)
    collected = collect(drop, STOCK, streams=STREAMS, wait=never)
    assert collected.files == ()
    assert why(collected) == {"stock_1.csv": "file_outside", "secret.csv": "file_outside"}


def test_files_are_taken_by_time_and_then_by_name(drop: Path) -> None:
    put(drop / "stock_a.csv", "3", changed_at=LONG_AGO + 10)
    put(drop / "stock_c.csv", "2")
    put(drop / "stock" / "b.csv", "1")
    collected = collect(drop, STOCK, streams=STREAMS, wait=never)
    assert [(file.name, file.position) for file in collected.files] == [
        ("b.csv", 0),
        ("stock_c.csv", 1),
        ("stock_a.csv", 2),
    ]


def test_a_young_file_is_looked_at_again_once_it_should_be_old_enough(drop: Path) -> None:
    put(drop / "stock.csv", changed_at=datetime.now(UTC).timestamp())
    waits: list[float] = []
    collected = collect(drop, STOCK, streams=STREAMS, stable_seconds=60, wait=waits.append)
    assert len(collected.files) == 1
    assert len(waits) == 1
    assert 0 < waits[0] <= 60


def test_a_file_from_a_clock_ahead_of_ours_waits_no_longer_than_another(drop: Path) -> None:
    put(drop / "stock.csv", changed_at=datetime.now(UTC).timestamp() + 9999)
    waits: list[float] = []
    collected = collect(drop, STOCK, streams=STREAMS, stable_seconds=60, wait=waits.append)
    assert (len(collected.files), waits) == (1, [60])


def test_a_file_that_grows_meanwhile_is_left_alone_and_the_others_go_on(drop: Path) -> None:
    put(drop / "stock_1.csv")
    growing = put(drop / "stock_2.csv", changed_at=datetime.now(UTC).timestamp())

    def grow(_seconds: float) -> None:
        with growing.open("a", encoding="utf-8") as out:
            out.write("B;2\n")

    collected = collect(drop, STOCK, streams=STREAMS, wait=grow)
    assert only(collected).name == "stock_1.csv"
    assert why(collected) == {"stock_2.csv": "file_still_written"}


def test_with_markers_a_file_without_its_marker_is_left_alone(drop: Path) -> None:
    now = datetime.now(UTC).timestamp()
    put(drop / "stock_1.csv", changed_at=now)
    put(drop / "stock_1.csv.done", "", changed_at=now)
    put(drop / "stock_2.csv")
    collected = collect(drop, STOCK, streams=STREAMS, completeness="marker", marker_suffix=".done", wait=never)
    assert only(collected).marker == drop / "stock_1.csv.done"
    assert why(collected) == {"stock_2.csv": "file_marker_missing"}


def test_a_marker_older_than_its_file_is_the_one_of_an_earlier_file(drop: Path) -> None:
    put(drop / "stock.csv.ok", "", changed_at=LONG_AGO - 60)
    put(drop / "stock.csv")
    collected = collect(drop, STOCK, streams=STREAMS, completeness="marker", wait=never)
    assert why(collected) == {"stock.csv": "file_marker_missing"}


def contents(collected: Collected) -> tuple[list[str], list[str]]:
    return [f.path.read_text("utf-8") for f in collected.files], [f.name for f in collected.already_done]


def test_the_newest_file_done_is_recognised_by_its_content(drop: Path) -> None:
    put(drop / "stock_1.csv", "A")
    done = only(collect(drop, STOCK, streams=STREAMS, wait=never)).content_hash
    collected = collect(drop, STOCK, streams=STREAMS, last_done_hash=done, wait=never)
    assert contents(collected) == ([], ["stock_1.csv"])


def test_what_was_done_before_the_newest_file_is_done_again(drop: Path) -> None:
    put(drop / "stock_1.csv", "A")
    done = only(collect(drop, STOCK, streams=STREAMS, wait=never)).content_hash
    put(drop / "stock_2.csv", "B", changed_at=LONG_AGO + 1)
    put(drop / "stock_3.csv", "A", changed_at=LONG_AGO + 2)
    collected = collect(drop, STOCK, streams=STREAMS, last_done_hash=done, wait=never)
    assert contents(collected) == (["B", "A"], ["stock_1.csv"])


def archived(file: DroppedFile, archives: Path) -> Path:
    place = archive_path_for(file, archives, DAY)
    archive(file, place)
    return place


def test_archived_files_are_offered_again_before_what_was_dropped(drop: Path, tmp_path: Path) -> None:
    put(drop / "stock_1.csv", "A")
    file = only(collect(drop, STOCK, streams=STREAMS, wait=never))
    kept = archived(file, tmp_path / "archives")
    put(drop / "stock_2.csv", "B")
    gone = kept.with_name("stock_0.0123456789abcdef0123456789abcdef.csv")
    collected = collect(drop, STOCK, streams=STREAMS, last_done_hash=file.content_hash, again=[gone, kept], wait=never)
    assert [(f.name, f.is_archived, f.position) for f in collected.files] == [
        ("stock_1.csv", True, 0),
        ("stock_2.csv", False, 1),
    ]
    assert why(collected) == {"stock_0.csv": "file_archive_gone"}
    assert archived(collected.files[0], tmp_path / "archives") == kept
    assert kept.is_file()


def test_an_archived_file_has_a_name_that_cannot_be_guessed_and_its_marker_is_gone(drop: Path, tmp_path: Path) -> None:
    put(drop / "stock.v2.CSV", "A")
    put(drop / "stock.v2.CSV.ok", "")
    file = only(collect(drop, STOCK, streams=STREAMS, completeness="marker", wait=never))
    kept = archived(file, tmp_path / "archives")
    assert kept.parent == tmp_path / "archives" / "2026-11-21"
    assert re.fullmatch(r"stock\.v2\.[0-9a-f]{32}\.CSV", kept.name)
    assert kept.read_text("utf-8") == "A"
    assert list(drop.iterdir()) == []


def test_a_file_that_someone_took_away_cannot_be_archived(drop: Path, tmp_path: Path) -> None:
    put(drop / "stock.csv", "A")
    file = only(collect(drop, STOCK, streams=STREAMS, wait=never))
    file.path.unlink()
    with pytest.raises(NotArchivedError, match="no longer in the drop folder") as failure:
        archived(file, tmp_path / "archives")
    assert message(failure.value.code, "en", value=file.name).reason


def test_a_file_that_took_the_place_of_the_one_that_was_read_stays_where_it_is(drop: Path, tmp_path: Path) -> None:
    put(drop / "stock.csv", "A")
    file = only(collect(drop, STOCK, streams=STREAMS, wait=never))
    put(drop / "stock.csv", "B")
    with pytest.raises(NotArchivedError, match="took its place") as failure:
        archived(file, tmp_path / "archives")
    assert message(failure.value.code, "en", value=file.name).reason
    assert (drop / "stock.csv").read_text("utf-8") == "B"
    assert list((tmp_path / "archives").rglob("*.csv")) == []


def test_archives_on_another_disk_receive_a_copy_and_the_source_goes(
    drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(drop / "stock.csv", "A")
    file = only(collect(drop, STOCK, streams=STREAMS, wait=never))
    inside = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return inside(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    kept = archived(file, tmp_path / "archives")
    assert kept.read_text("utf-8") == "A"
    assert not file.path.exists()
    put(drop / "stock.csv", "B")
    with pytest.raises(NotArchivedError, match="took its place"):
        archived(file, tmp_path / "archives")
    assert (drop / "stock.csv").read_text("utf-8") == "B"
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
