"""Faults of the configuration in the language of who reads them; the catalogue has the French of each English text."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from schemas.errors import ConfigFault, ConfigurationError

_VALUE = re.compile(r"\{\}")
_TAKEN_UP = re.compile(r"\{(\d)\}")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """French where the locale of the terminal is; for texts about a shop whose language cannot be read yet."""
    said = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "fr" if said.casefold().startswith("fr") else "en"


def fault_in(fault: ConfigFault, language: str) -> ConfigFault:
    """The fault with its texts in this language; what has no text of ours there stays English."""
    if language != "fr":
        return fault
    return replace(fault, reason=in_french(fault.reason), remedy=in_french(fault.remedy))


def faults_text(error: ConfigurationError, language: str) -> str:
    """Every fault on a line of its own."""
    return "\n".join(str(fault_in(fault, language)) for fault in error.faults)


def in_french(text: str) -> str:
    """The French of one of our English texts, the values in it as they are."""
    exact = french_texts().get(text)
    if exact is not None:
        return exact
    for pattern, french in _patterns():
        if found := pattern.fullmatch(text):
            values = [in_french(value) if " " in value else value for value in found.groups()]
            return _TAKEN_UP.sub(lambda match, values=values: values[int(match[1])], french)  # type: ignore[misc]
    leading = len(text) - len(text.lstrip())
    return text[:leading] + in_french(text[leading:]) if leading else text


@cache
def french_texts() -> dict[str, str]:
    """The French by the English."""
    return _catalogue("faults")


@cache
def command_texts() -> dict[str, str]:
    """The French by the English, of what the command line says."""
    return _catalogue("command")


def _catalogue(name: str) -> dict[str, str]:
    source = files("schemas.defaults").joinpath(f"{name}.fr.toml").read_text(encoding="utf-8")
    texts: dict[str, str] = tomllib.loads(source)["texts"]
    return texts


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with values, the longest first: the more words agree, the surer it is this one."""
    with_values = sorted((text for text in french_texts() if "{}" in text), key=len, reverse=True)
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, _VALUE.split(text))), re.DOTALL), french_texts()[text])
        for text in with_values
    )
