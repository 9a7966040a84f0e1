"""What the command says exists in both languages, with the same placeholders."""

from __future__ import annotations

import re

from schemas.terminal_texts import LANGUAGES, terminal_texts


def test_both_languages_hold_the_same_texts_and_placeholders() -> None:
    shapes = [
        {
            (section, code): sorted(re.findall(r"\{\w+\}", text))
            for section, texts in terminal_texts(language).items()
            for code, text in texts.items()
        }
        for language in LANGUAGES
    ]
    assert shapes[0] == shapes[1]
