from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from schemas.messages import LANGUAGES, catalogue, check_words, message


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue("fr")) == set(catalogue("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_what_its_file_says(language: str) -> None:
    of_check, of_rows = (
        tomllib.loads(files("schemas.defaults").joinpath(f"{name}.{language}.toml").read_text(encoding="utf-8"))
        for name in ("check", "messages")
    )
    words = {section: of_check.pop(section) for section in ("words", "subjects")}
    assert dict(catalogue(language)) == {code: {"remedy": ""} | texts for code, texts in (of_rows | of_check).items()}
    assert {section: check_words(language, section) for section in words} == words


def test_both_languages_have_the_same_placeholders_in_every_text() -> None:
    different = [
        (code, part)
        for code, texts in catalogue("en").items()
        for part in ("reason", "remedy")
        if placeholders(texts[part]) != placeholders(catalogue("fr")[code][part])
    ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_reason_and_a_remedy_and_nothing_else(language: str) -> None:
    odd = [code for code, texts in catalogue(language).items() if set(texts) != {"reason", "remedy"}]
    assert odd == []
    without = [code for code, texts in catalogue(language).items() if not all(text.strip() for text in texts.values())]
    assert all(code.startswith("ok_") for code in without)


@pytest.mark.parametrize("section", ["words", "subjects"])
def test_the_words_of_a_check_are_the_same_in_both_languages(section: str) -> None:
    assert check_words("fr", section).keys() == check_words("en", section).keys()
    assert all(text.strip() for language in LANGUAGES for text in check_words(language, section).values())


def test_a_message_speaks_the_language_of_the_shop() -> None:
    said = message("boolean", "fr", value="peut-être", column="active")
    assert said.reason == "« peut-être » dans la colonne active ne veut dire ni oui ni non."
    assert said.remedy.startswith("Écrivez 1 ou 0")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("fr", "annulé; référence; devise USD, EUR; total 1.00, 2.00; lignes A B; client C7"),
        ("en", "cancelled; reference; currency USD, EUR; total 1.00, 2.00; lines A B; customer C7"),
    ],
)
def test_what_of_two_documents_differs_is_said_in_the_language_of_the_shop(language: str, shown: str) -> None:
    differing = "cancelled; reference; currency USD, EUR; total 1.00, 2.00; lines A B; customer C7"
    told = message("order_document_differs", language, key="1", detail="CO1", differing=differing)
    assert f": {shown}." in told.reason


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert message("required", "nl", column="name") == message("required", "en", column="name")


def test_a_value_that_looks_like_a_placeholder_is_shown_as_it_is() -> None:
    assert "{column}" in message("integer", "en", value="{column}", column="stocks").reason


def test_a_parameter_nobody_gave_does_not_cost_the_text() -> None:
    assert "?" in message("too_long", "en", column="name").reason


@pytest.mark.parametrize(
    ("language", "value", "reason"),
    [
        ("fr", "1", "1 autre n\u2019a pas été changé."),
        ("fr", "2", "2 autres n\u2019ont pas été changés."),
        ("en", "1", "1 more was left as it is."),
    ],
)
def test_the_words_of_a_text_agree_with_its_number(language: str, value: str, reason: str) -> None:
    assert message("undo_left_others", language, value=value).reason == reason


_NO_PLURAL = frozenset(
    {"dans", "des", "has", "is", "was", "does", "lies", "ends", "says", "asks", "means", "stands", "access"}
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_begins_with_a_number_has_words_for_one(language: str) -> None:
    begins = {code: re.match(r"\{value\} (\w+s)\b", texts["reason"]) for code, texts in catalogue(language).items()}
    assert {code for code, found in begins.items() if found and found[1] not in _NO_PLURAL} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_words_go_with_a_number_there_is_one_and_another_for_it(language: str) -> None:
    chosen = [
        spec.split("|")
        for texts in catalogue(language).values()
        for text in texts.values()
        for _, _, spec, _ in Formatter().parse(text)
        if spec
    ]
    assert len(chosen) > 50
    assert [words for words in chosen if len(words) != 2 or not all(words)] == []


def test_an_unknown_code_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        message("no_such_code", "en")


def test_what_is_left_open_at_the_end_of_a_sentence_ends_it() -> None:
    reason = message("above_maximum", "fr", value="…", column="price", detail="…").reason
    assert reason.endswith(" …")
    assert message("above_maximum", "fr", value="…", column="price", detail="9").reason.endswith(" 9.")
