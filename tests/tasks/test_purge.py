from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from schemas.associations import parse_associations
from schemas.import_json import default_import_spec
from schemas.settings import parse_settings
from tasks.purge import purge
from tasks.shop import ShopFolder

SETTINGS = '[shop]\nurl = "https://shop.example"\nkey = "env:KEY"\n[files]\nretention_days = 30\n'


def folder(path: Path) -> ShopFolder:
    settings = parse_settings(SETTINGS, source="settings.toml")
    associations = parse_associations("", source="associations.toml")
    return ShopFolder(path, settings, default_import_spec(), associations, default_import_spec())


def written(path: Path, day: date) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    seconds = day.toordinal() * 86_400 - date(1970, 1, 1).toordinal() * 86_400 + 43_200
    os.utime(path, (seconds, seconds))
    return path


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(tmp_path: Path) -> None:
    today = date(2026, 11, 21)
    old_archive = written(tmp_path / "archives/2026-10-01/stock.abc.csv", today)
    old_report = written(tmp_path / "reports/20261001-import-stock.html", date(2026, 10, 1))
    old_rejects = written(tmp_path / "rejects/stock.rejects.csv", date(2026, 10, 1))
    archive = written(tmp_path / "archives/2026-10-22/stock.def.csv", date(2020, 1, 1))
    report = written(tmp_path / "reports/20261120-import-stock.html", date(2026, 11, 20))
    dropped = written(tmp_path / "streams/stock.csv", date(2020, 1, 1))
    assert purge(folder(tmp_path), today) == 3
    assert not any(path.exists() for path in (old_archive, old_report, old_rejects))
    assert all(path.exists() for path in (archive, report, dropped))
    assert purge(folder(tmp_path), today) == 0


def test_a_folder_that_is_no_day_of_ours_is_left_alone(tmp_path: Path) -> None:
    theirs = written(tmp_path / "archives/2026-99-99/keep.csv", date(2020, 1, 1))
    other = written(tmp_path / "archives/old stuff/keep.csv", date(2020, 1, 1))
    assert purge(folder(tmp_path), date(2026, 11, 21)) == 0
    assert theirs.exists()
    assert other.exists()
