"""The texts of a report in both languages, and how it writes amounts."""

from __future__ import annotations

import re
import tomllib

import pytest

from tasks.report.texts import LANGUAGES, TEMPLATES, texts


@pytest.mark.parametrize(
    ("language", "field", "old", "new", "shown"),
    [
        ("fr", "price", "21.900000", "11.900000", ("21,90", "11,90", "-46\N{NO-BREAK SPACE}%")),
        ("en", "price", "1234.500000", "1296.225000", ("1,234.50", "1,296.225", "+5.0%")),
        ("fr", "weight", "0.000000", "0.350000", ("0,00", "0,35", "")),
        ("fr", "price", "", "12.000000", ("", "12,00", "")),
        ("fr", "reference", "12.000000", "13.000000", ("12.000000", "13.000000", "")),
        ("fr", "price", "about 12", "12.000000", ("about 12", "12,00", "")),
    ],
)
def test_amounts_of_a_change_are_written_as_people_write_them_and_nothing_else_is(
    language: str, field: str, old: str, new: str, shown: tuple[str, str, str]
) -> None:
    words = texts(language)
    assert (words.value(field, old), words.value(field, new), words.step(field, old, new)) == shown


def test_both_languages_hold_the_same_keys_and_placeholders() -> None:
    catalogues = [tomllib.loads((TEMPLATES / f"report.{code}.toml").read_text("utf-8")) for code in LANGUAGES]
    shapes = [
        {
            (section, key): sorted(re.findall(r"\{\w+\}", str(text)))
            for section, entries in catalogue.items()
            if isinstance(entries, dict)
            for key, text in entries.items()
        }
        for catalogue in catalogues
    ]
    assert shapes[0] == shapes[1]
