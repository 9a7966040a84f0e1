"""One value of a TOML text changes; comments, order and everything else stay."""

from __future__ import annotations

import tomllib

import pytest

from schemas.edit_toml import with_value
from schemas.errors import ConfigurationError
from schemas.settings import default_settings_text

TEXT = """# the shop
[guards]
# how many
max_zeroed_share = 0.30  # thirty

[orders]
states = [
  2,  # paid
  9,
]
"""


def changed(text: str, table: str, key: str, written: str | None) -> str:
    return with_value(text, table, key, written, source="settings.toml")


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    text = changed(TEXT, "guards", "max_zeroed_share", "0.5")
    assert text == TEXT.replace("0.30 ", "0.5 ")


def test_a_value_of_several_lines_is_replaced_as_a_whole() -> None:
    text = changed(TEXT, "orders", "states", "[2, 11]")
    assert text.endswith("[orders]\nstates = [2, 11]\n")


def test_a_key_that_is_not_there_comes_after_the_last_of_its_table() -> None:
    text = changed(TEXT, "guards", "min_affected", "5")
    assert "max_zeroed_share = 0.30  # thirty\nmin_affected = 5\n\n[orders]" in text


def test_a_table_that_is_not_there_is_added_at_the_end() -> None:
    assert changed("[shop]\nurl = 'a'", "stock", "repair", "true") == "[shop]\nurl = 'a'\n\n[stock]\nrepair = true\n"


def test_a_line_is_taken_out() -> None:
    assert changed('[taxes]\n"NOR" = 1\nRED = 2\n', "taxes", "NOR", None) == "[taxes]\nRED = 2\n"


def test_a_code_that_is_no_bare_word_is_quoted() -> None:
    assert changed("[taxes]\n", "taxes", 'É "1"', "3") == '[taxes]\n"É \\"1\\"" = 3\n'


def test_what_is_written_otherwise_is_left_to_a_person() -> None:
    with pytest.raises(ConfigurationError, match="cannot be changed from here"):
        changed("guards = { max_zeroed_share = 0.3 }\n", "guards", "max_zeroed_share", "0.5")


def test_every_key_of_the_file_that_init_writes_is_changed_where_it_stands() -> None:
    text = default_settings_text("fr")
    after = changed(text, "erp.items", "misc", '"DIVERS"')
    assert len(after.splitlines()) == len(text.splitlines())
    assert tomllib.loads(after)["erp"]["items"]["misc"] == "DIVERS"


def test_a_file_of_windows_keeps_its_line_ends() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = changed(text, "guards", "max_zeroed_share", "0.5")
    assert after == text.replace("0.30 ", "0.5 ")
    after = changed(changed(after, "guards", "min_affected", "5"), "stock", "repair", "true")
    assert after.endswith("]\r\n\r\n[stock]\r\nrepair = true\r\n")
    assert after.count("\n") == after.count("\r\n")


def test_what_no_toml_can_say_is_a_fault() -> None:
    for written in (".4", "05", '"\x7f"'):
        with pytest.raises(ConfigurationError, match="cannot be changed from here"):
            changed(TEXT, "guards", "max_zeroed_share", written)
