"""What a page of a report says once, how it can be searched, and how it writes what people type."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from schemas.run_report import (
    IncidentReport,
    PlannedChange,
)
from tasks.report.page import html
from tasks.report.texts import TEMPLATES, texts
from tests.tasks.report.pages import Page, a_reject, a_report, seen


def test_faults_that_are_the_same_stand_together_with_what_to_do_once() -> None:
    rejects = [
        *(a_reject(number) for number in range(3)),
        a_reject(3, column="name", reason="empty", remedy="Fill it."),
    ]
    page = seen(a_report(rejects=rejects, rejects_total=12, faults_by_column=[("price", "not a number", 11)]))
    assert page.count("Write digits.") == 1
    assert "price not a number 11→ Write digits." in page
    assert page.index("not a number 11") < page.index("Fill it.")


def test_faults_of_several_values_stand_together_too_each_with_its_own_remedy() -> None:
    told = {"fault": "“…” is no code.", "column": "tax"}
    rejects = [
        a_reject(at, reason=f"“{code}” is no code.", remedy=f"Add {code}.", **told) for at, code in enumerate("AB")
    ]
    page = seen(a_report(rejects=rejects, faults_by_column=[("tax", "“…” is no code.", 2)]))
    assert "tax “…” is no code. 2" in page
    assert page.index("tax “…” is no code.") < page.index("“A” is no code.")
    assert page.index("Add A.") < page.index("Add B.")


def test_incidents_that_are_settled_in_the_same_way_say_it_once() -> None:
    incidents = [IncidentReport("error", str(key), f"No code for {key}.", "Add it.") for key in (1, 2)]
    page = seen(a_report(incidents=[*incidents, IncidentReport("error", "3", "Closed.", "Open it.")]))
    assert page.count("Add it.") == 1
    assert "1 No code for 1." in page
    assert "Closed. → Open it. 3" in re.sub(r"(?<=\.)→", " →", page).replace("Open it.3", "Open it. 3")


def test_a_long_page_can_be_searched_by_a_script_that_it_allows_by_its_hash() -> None:
    page = Page(html(a_report(rejects=[a_reject(number, value="<script>evil</script>") for number in range(9)])))
    (policy,) = [given["content"] for tag, given in page.tags if given.get("http-equiv") == "Content-Security-Policy"]
    script = (TEMPLATES / "report.js").read_text("utf-8")
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in str(policy)
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert f"<script>{script}</script>" in html(a_report(rejects=[a_reject(number) for number in range(9)]))


def test_a_key_links_to_the_back_office_where_its_page_is_known() -> None:
    address = "https://www.example.com/admin1/index.php?controller=AdminProducts&id_product=7&updateproduct"
    page = Page(html(a_report(rejects=[a_reject(1), a_reject(2)], pages={"REF1": address})))
    assert [given["href"] for tag, given in page.tags if tag == "a" and "rel" in given] == [address]


def test_the_plan_shows_by_how_much_a_price_changes() -> None:
    change = PlannedChange("SAC01", "product", "update", (("price", "21.900000", "11.900000"),))
    page = html(a_report(language="fr", plan=(change,), plan_total=1))
    assert re.search(r"21,90</code> → <code>11,90</code> <span class=\"soft\">\(-46\s%\)", page)


def test_a_limit_that_all_rows_of_a_fault_met_is_told_and_their_values_stay_their_own() -> None:
    told = {"fault": "“…” is more than the maximum, …", "column": "quantity"}
    rejects = [a_reject(at, reason=f"“{value}” is more than the maximum, 9.", **told) for at, value in enumerate("AB")]
    page = seen(a_report(rejects=rejects, faults_by_column=[("quantity", "“…” is more than the maximum, …", 2)]))
    assert "quantity “…” is more than the maximum, 9. 2" in page


def test_what_is_to_be_typed_stands_out_and_french_signs_stay_with_their_words() -> None:
    incident = IncidentReport(
        "error", "A", "« A » manque : <b> !", "Lancez `passerelle orders`, puis `passerelle why A`."
    )
    page = html(a_report(language="fr", incidents=[incident], incidents_total=1))
    assert "«\u00a0A\u00a0» manque\u00a0: &lt;b&gt;\u00a0!" in page
    assert "Lancez <code>passerelle orders</code>, puis <code>passerelle why A</code>." in page
    unpaired = html(a_report(message="One ` and no more: `<i>", state="Failed"))
    assert "One <code> and no more: </code>&lt;i&gt;" in unpaired


@pytest.mark.parametrize(("language", "said"), [("en", "Plan only yes"), ("fr", "Plan seulement oui")])
def test_what_a_run_was_asked_is_said_in_words_and_what_it_was_not_asked_is_left_out(language: str, said: str) -> None:
    asked = {"shop": "/shops/true", "since": "", "dry_run": "true", "some_more": "3"}
    page = seen(a_report(language=language, parameters=asked))
    assert said in page
    assert "/shops/true" in page
    assert "some more 3" in page
    assert texts(language).word("parameter", "since") not in page
