"""The module's PHP makes and changes specific prices in a core that notes what it is told and keeps these prices."""

from __future__ import annotations

import pytest

from tests.deployments.module_in_php import Run, needs_php, run

pytestmark = needs_php

NO_DATE = "0000-00-00 00:00:00"
MUG, OTHER = 6, 7
OWN, OF_A_CART, OF_A_RULE, OF_THE_OTHER = 41, 42, 43, 44
FIRST_NEW = 45


def line(number: int = 0, product: int = MUG, quantity: int = 1, reduction: str = "0.2", combination: int = 0) -> str:
    case = f"{product};{combination};0;0;0;0;0;0;{quantity}"
    return f"{number};{case};-1;percentage;{reduction};1;{NO_DATE};2026-12-31 23:59:59"


def own(number: int = OWN, product: int = MUG, reduction: str = "0.2") -> str:
    """The price that the shop has, with another reduction."""
    return f"{number};{product};0;0;0;0;0;0;0;1;-1;percentage;{reduction};1;{NO_DATE};{NO_DATE}"


def sent(*lines: str, query: str = "mode=plain", failing: str = "") -> Run:
    return run("specific_price_lines", "\n".join(lines).encode(), query, failing)


def held(php: Run) -> list[tuple[str, str]]:
    """Status and id of each line."""
    lines = php.fields["held"].split("|")
    return [(one.partition(",")[0], one.partition(",")[2].partition(";")[0]) for one in lines]


def test_new_prices_are_one_statement_in_one_transaction() -> None:
    php = sent(line(quantity=5), line(quantity=10, reduction="0.25"), line(product=OTHER, quantity=5))
    assert held(php) == [("c", "45"), ("c", "46"), ("c", "47")]
    start, insert, end = php.named("sql")
    assert (start, end) == ("START TRANSACTION", "COMMIT")
    assert insert.startswith("INSERT INTO `ps_specific_price` (`id_cart`, `id_specific_price_rule`, `id_product`")
    assert insert.count("(0, 0, ") == 3
    assert php.fields["held"].split("|")[1] == (
        f"c,46;6;0;0;0;0;0;0;0;10;-1.000000;percentage;0.250000;1;{NO_DATE};2026-12-31 23:59:59"
    )
    assert [php.fields[name] for name in ("lines", "created", "found", "updated", "unchanged", "left")] == [
        "3", "3", "0", "0", "0", "",
    ]  # fmt: skip
    assert [name for name, _ in php.told("configure")] == ["PS_SPECIFIC_PRICE_FEATURE_ACTIVE"]


def test_changed_prices_are_one_statement_and_what_is_there_is_none() -> None:
    php = sent(own(), own(OF_THE_OTHER, OTHER, "0.1"))
    assert held(php) == [("u", "41"), ("n", "44")]
    assert len(php.named("sql")) == 3
    assert ";0.200000;" in php.fields["held"].split("|")[0]
    assert php.named("configure") == []
    assert len(sent(own(reduction="0.100000")).named("sql")) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no line at all", "invalid"),
        (line().replace("percentage", "gift"), "invalid"),
        (line().replace("2026-12-31 23", "2026-02-31 23"), "invalid"),
        (line().replace("2026-12-31 23", "2026-12-31 25"), "invalid"),
        (line().replace("2026-12-31 23", "2026-00-00 23"), "invalid"),
        (line(quantity=16_777_216), "invalid"),
        (line(combination=4_294_967_296), "invalid"),
        (line(product=404), "unknown_product"),
        (line(combination=9), "unknown_combination"),
        (line(99), "gone"),
        (own(OF_THE_OTHER, MUG), "other"),
        (own(OF_A_CART), "other"),
        (own(OF_A_RULE), "other"),
    ],
)
def test_what_is_left_is_told_and_stops_no_other(text: str, why: str) -> None:
    php = sent(text, line(quantity=5))
    assert (php.fields["left"], held(php)) == (f"0:{why}", [("", ""), ("c", "45")])


def test_a_combination_of_the_product_has_prices_of_its_own() -> None:
    assert held(sent(line(combination=12))) == [("c", "45")]


def test_a_row_of_the_same_case_is_found_and_made_equal() -> None:
    php = sent(own(0))
    assert held(php) == [("e", "41")]
    assert (php.fields["found"], ";0.200000;" in php.fields["held"]) == ("1", True)


def test_or_left_as_it_is_where_that_is_asked_for() -> None:
    php = sent(own(0), own(0, OTHER, "0.1"), query="mode=plain&found=keep")
    assert (php.fields["left"], held(php)) == ("0:exists", [("", ""), ("e", "44")])
    assert len(php.named("sql")) == 2


def test_a_price_moves_to_another_case_but_not_to_that_of_another_row() -> None:
    assert held(sent(line(OWN, quantity=5))) == [("u", "41")]
    php = sent(line(quantity=5), line(OWN, quantity=5))
    assert (php.fields["left"], held(php)) == ("1:exists", [("c", "45"), ("", "")])


def test_a_case_and_an_id_that_stand_twice_are_taken_once() -> None:
    php = sent(line(quantity=5), line(quantity=5, reduction="0.5"), own(), own(reduction="0.7"))
    assert (php.fields["left"], held(php)) == ("1:twice;3:twice", [("c", "45"), ("", ""), ("u", "41"), ("", "")])


@pytest.mark.parametrize("lines", [(own(), own(0)), (own(0), own())], ids=["id first", "case first"])
def test_a_row_that_two_lines_name_each_in_its_way_is_written_once(lines: tuple[str, str]) -> None:
    php = sent(*lines)
    assert php.fields["left"] == "1:twice"
    assert [number for _, number in held(php)] == ["41", ""]


ADDED = ["actionObjectAdd", "actionObjectSpecificPriceAdd"]
UPDATED = ["actionObjectUpdate", "actionObjectSpecificPriceUpdate"]


def test_other_modules_are_told_what_the_webservice_tells_them() -> None:
    php = sent(line(quantity=5), own(), own(0, OTHER, "0.1"), query="mode=hooks")
    notes = [(name, values.get("id")) for name, values in php.told("hook")]
    assert notes == [
        *((f"{name}Before", None) for name in ADDED), *((f"{name}Before", OWN) for name in UPDATED),
        *((f"{name}After", FIRST_NEW) for name in ADDED), *((f"{name}After", OWN) for name in UPDATED),
    ]  # fmt: skip
    assert held(php) == [("c", "45"), ("u", "41"), ("e", "44")]
    verbs = [verb for verb, name, _ in php.notes if verb == "hook" or name in {"START TRANSACTION", "COMMIT"}]
    assert verbs == ["hook"] * 4 + ["sql"] * 2 + ["hook"] * 4


def test_of_hooks_that_nobody_hears_none_is_fired() -> None:
    hooks = [name + moment for name in (*ADDED, *UPDATED) for moment in ("Before", "After")]
    unheard = "".join(f"&unheard[]={name}" for name in hooks)
    assert sent(line(quantity=5), query=f"mode=hooks{unheard}").told("hook") == []
    assert sent(line(quantity=5)).told("hook") == []


@pytest.mark.parametrize("failing", ["START TRANSACTION", "COMMIT", "prices", "reading prices"])
def test_a_step_that_fails_leaves_nothing_behind(failing: str) -> None:
    php = sent(line(quantity=5), own(), failing=failing)
    assert php.answer == "refused: nothing was written: PrestaShopException"
    assert php.named("sql")[-1] == "ROLLBACK"
    assert php.named("ask")[-1] == "RELEASE_LOCK"


def test_tables_that_cannot_roll_back_are_not_written_to() -> None:
    php = sent(line(), failing="MyISAM")
    assert (php.answer, php.named("sql")) == ("refused: the tables of specific prices are not InnoDB", [])


@pytest.mark.parametrize(
    ("query", "said"), [("mode=loud", "mode is hooks or plain"), ("mode=plain&found=take", "found is keep")]
)
def test_what_is_asked_for_otherwise_is_refused(query: str, said: str) -> None:
    assert sent(line(), query=query).answer == f"refused: {said}"
    assert sent("").answer == "refused: no lines"
