from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.ledger import Ledger
from schemas.associations import parse_associations
from schemas.import_json import default_import_spec
from schemas.incidents import Incident, Level
from schemas.messages import message
from schemas.settings import parse_settings
from tasks.run.purge import purge, purge_and_report
from tasks.run.shop_folder import ShopFolder

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
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


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield ledger


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(tmp_path: Path, ledger: Ledger) -> None:
    today = TODAY.date()
    old_archive = written(tmp_path / "archives/2026-10-01/stock.abc.csv", today)
    old_refused = written(tmp_path / "rejects/files/2026-10-01/stock.abc.csv", today)
    old_report = written(tmp_path / "reports/20261001-import-stock.html", date(2026, 10, 1))
    old_rejects = written(tmp_path / "rejects/stock.rejects.csv", date(2026, 10, 1))
    archive = written(tmp_path / "archives/2026-10-22/stock.def.csv", date(2020, 1, 1))
    report = written(tmp_path / "reports/20261120-import-stock.html", date(2026, 11, 20))
    dropped = written(tmp_path / "streams/stock.csv", date(2020, 1, 1))
    assert +purge(folder(tmp_path), ledger, TODAY) == {"archives": 1, "rejects": 2, "reports": 1}
    assert not any(path.exists() for path in (old_archive, old_refused, old_report, old_rejects))
    assert all(path.exists() for path in (archive, report, dropped))
    assert not +purge(folder(tmp_path), ledger, TODAY)


def test_a_folder_that_is_no_day_of_ours_is_left_alone(tmp_path: Path, ledger: Ledger) -> None:
    theirs = written(tmp_path / "archives/2026-99-99/keep.csv", date(2020, 1, 1))
    other = written(tmp_path / "archives/old stuff/keep.csv", date(2020, 1, 1))
    assert not +purge(folder(tmp_path), ledger, TODAY)
    assert theirs.exists()
    assert other.exists()


def test_what_the_ledger_keeps_of_old_runs_goes_as_well(tmp_path: Path, ledger: Ledger) -> None:
    shop = folder(tmp_path)
    for content in ("aa", "bb", "cc"):
        run_id = ledger.start_run(shop.name, "import_stock", {})
        ledger.record_incidents(run_id, [Incident(Level.INFO, "no_source", "stock")])
        ledger.file_done(shop.name, "stock", content, run_id, f"archives/{content}", 0)
        ledger.finish_run(run_id, "Completed", {"rows_read": 0}, "", None)
    later = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1)
    assert +purge(shop, ledger, later) == {"runs": 2, "incidents": 3, "notes": 2}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_was_removed_is_told_for_each_kind_with_its_number(tmp_path: Path, ledger: Ledger, language: str) -> None:
    written(tmp_path / "archives/2026-10-01/stock.abc.csv", TODAY.date())
    written(tmp_path / "reports/20261001-import-stock.html", date(2026, 10, 1))
    told = purge_and_report(folder(tmp_path), ledger, TODAY)
    assert [incident.code for incident in told] == ["purged_archives", "purged_reports"]
    for incident in told:
        reason = message(incident.code, language, **incident.params).reason
        assert reason.startswith("1 ")
        assert "30" in reason
