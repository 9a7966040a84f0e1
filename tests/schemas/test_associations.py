from __future__ import annotations

import re

import pytest

from schemas.associations import Associations, default_associations_text, parse_associations
from schemas.errors import ConfigFault, ConfigurationError

FULL = """
[taxes]
"NOR" = 1
"EXO" = 0
[titles]
"M" = 1
"MR" = 1
[countries]
FR = "FRA"
[carriers]
2 = "COL"
[groups]
"VIP" = 4
[[payments]]
module = "ps_wirepayment"
erp = "VIR"
[[payments]]
module = "ps_wirepayment"
currency = "USD"
erp = "VIRUSD"
[[payments]]
module = "marketplace"
label = "Amazon"
erp = "AMZ"
"""


def faults_of(text: str) -> list[ConfigFault]:
    with pytest.raises(ConfigurationError) as caught:
        parse_associations(text, source="associations.toml")
    return list(caught.value.faults)


@pytest.fixture
def associations() -> Associations:
    return parse_associations(FULL, source="associations.toml")


def test_a_tax_code_is_a_tax_rules_group(associations: Associations) -> None:
    assert associations.tax_rules_group("NOR") == 1
    assert associations.tax_rules_group("EXO") == 0
    assert associations.tax_rules_group("UNKNOWN") is None


@pytest.mark.parametrize(
    ("module", "currency", "label", "erp"),
    [
        ("ps_wirepayment", "EUR", "Bank transfer", "VIR"),
        ("ps_wirepayment", "USD", "Bank transfer", "VIRUSD"),
        ("marketplace", "EUR", "amazon", "AMZ"),
        ("marketplace", "EUR", "Cdiscount", None),
        ("unknown", "EUR", "", None),
    ],
)
def test_a_payment_is_found_by_its_label_then_its_currency_then_its_module(
    associations: Associations, module: str, currency: str, label: str, erp: str | None
) -> None:
    assert associations.payment(module, currency, label) == erp


def test_the_first_line_counts_on_the_way_back(associations: Associations) -> None:
    assert associations.title_code(1) == "M"
    assert associations.country_iso("FRA") == "FR"
    assert associations.group_code(4) == "VIP"
    assert associations.carriers[2] == "COL"
    assert (associations.title_code(9), associations.country_iso("X"), associations.group_code(9)) == (None, None, None)


def test_the_file_to_start_from_holds_no_association() -> None:
    assert parse_associations(default_associations_text(), source="a") == Associations()


def test_the_examples_of_the_file_to_start_from_are_good_once_uncommented() -> None:
    example = re.compile(r"# (\[|\w+ = |\"[A-Z*]+\" = )")
    lines = [
        line.removeprefix("# ") if example.match(line) else line for line in default_associations_text().splitlines()
    ]
    text = "\n".join(lines)
    filled = parse_associations(text, source="a")
    assert all(getattr(filled, table) for table in Associations.model_fields)


def test_every_fault_is_named_at_once_with_its_line() -> None:
    faults = faults_of(
        """[taxes]
"NOR" = "1"
[carriers]
colissimo = "COL"
[countries]
fra = "FRA"
[[payments]]
modul = "ps_wirepayment"
currency = "EURO"
erp = "VIR"
[devises]
"""
    )
    assert [(fault.key, fault.line) for fault in faults] == [
        ("taxes.NOR", 2),
        ("carriers", 3),
        ("countries.fra", 6),
        ("payments.0.module", 7),
        ("payments.0.modul", 8),
        ("payments.0.currency", 9),
        ("devises", 11),
    ]


@pytest.mark.parametrize(
    "twice",
    [
        '[taxes]\n"NOR" = 1\n"nor" = 2\n',
        '[taxes]\n"NOR" = 1\n"NOR" = 2\n',
        '[[payments]]\nmodule = "a"\nerp = "X"\n[[payments]]\nmodule = "a"\nerp = "Y"\n',
        '[[payments]]\nmodule = "a"\nlabel = "L"\nerp = "X"\n[[payments]]\nmodule = "a"\nlabel = "l"\nerp = "Y"\n',
    ],
)
def test_what_is_associated_twice_is_a_fault(twice: str) -> None:
    assert len(faults_of(twice)) == 1
