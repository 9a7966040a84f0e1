from __future__ import annotations

import pytest

from schemas.errors import DeniedError, PasserelleError, StoppedByGuardError
from schemas.file_refused import FileRefusedError
from schemas.outcomes import Counts, Outcome
from schemas.run_report import GuardCheck, RunReport
from tasks.report.final_message import final_message
from tests.tasks.report.pages import a_report

COUNTS = Counts(1200, {Outcome.CREATED: 3, Outcome.UNCHANGED: 1190, Outcome.REJECTED: 7})
DENIED = DeniedError("no right", system="PrestaShop", action="GET products", remedy="Tick it.")


def said(
    language: str,
    counts: Counts = COUNTS,
    error: PasserelleError | StoppedByGuardError | None = None,
    *refused: FileRefusedError,
    **parameters: str,
) -> str:
    report = RunReport("r1", "import_stock", "boutique", language, "2026-11-21T00:00:00+00:00")
    report.parameters = parameters
    report.guard = [GuardCheck("zeroed", 40, 100, 0.4, 0.2, tripped=True), GuardCheck("few-rows", 1, 1, 1, 0.5, False)]
    return final_message(report, counts, error, refused).replace("\u00a0", " ")


def test_the_counts_are_told_in_the_language_of_the_shop() -> None:
    assert said("en") == "1200 rows read: 3 created, 1190 unchanged, 7 rejected."
    assert said("fr") == "Lignes lues : 1200 (créées : 3, inchangées : 1190, rejetées : 7)."
    assert said("fr", Counts(0, {})) == "Lignes lues : 0 (aucune)."


def test_which_access_to_the_erp_was_used_is_told_with_the_counts() -> None:
    assert "Cegid: TEST access, nothing is written to the shop." in said("en", erp="cegid test")
    assert said("fr", COUNTS, DENIED, erp="cegid production").startswith(
        f"{said('fr')} Cegid : accès de production. Pres"
    )
    assert "Cegid" not in said("en")


def test_a_guard_tells_its_figures_and_how_to_go_on() -> None:
    told = said("fr", COUNTS, StoppedByGuardError())
    assert "Arrêté par un garde-fou : Mises à zéro 40 sur 100 (40,0 %, limite 20,0 %)." in told
    assert "`--accept-guard`, ou accept_guard dans Prefect" in told
    assert "habitude" not in told


def test_a_refused_file_is_told_with_reason_and_remedy() -> None:
    told = said("fr", COUNTS, None, FileRefusedError("file_not_text", name="stock.csv", detail="XLSX"))
    assert "Fichier stock.csv refusé : Le fichier n\u2019est pas un texte en colonnes mais du XLSX" in told
    assert "CSV" in told


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_system_said_is_told_in_its_own_words(language: str) -> None:
    assert said(language, COUNTS, DENIED).endswith("PrestaShop, GET products: no right Remedy: Tick it.")


def test_rows_without_a_place_are_told_before_everything_else() -> None:
    assert "1 row is not accounted for" in said("en", Counts(8, {Outcome.CREATED: 7}), DENIED)


@pytest.mark.parametrize(
    ("language", "closed"),
    [("en", "1 item closed in the ERP because the shop no longer has it."), ("fr", "la boutique ne les a plus : 1.")],
)
def test_what_was_closed_in_the_erp_is_told_though_it_is_no_row(language: str, closed: str) -> None:
    report = a_report(language=language, flow="export_catalogue", state="Completed", beyond_rows={"items_closed": 1})
    assert closed in final_message(report, COUNTS, None, ()).replace("\u00a0", " ")
