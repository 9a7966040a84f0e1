"""What went wrong at the edge of a system, in the shop's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from schemas.errors import ConfigurationError, PasserelleError
from schemas.fault_texts import fault_in, faults_text
from schemas.messages import Message, message


def error_message(error: PasserelleError, language: str) -> Message:
    """What happened and what to do about it; an error without a text of ours is read as it stands."""
    if isinstance(error, ConfigurationError):
        return _of_faults(error, language)
    return message(error.text, language, **error.params) if error.text else Message(error.reason, error.remedy)


def _of_faults(error: ConfigurationError, language: str) -> Message:
    """What is wrong, one after the other, and what to do about it."""
    faults, colon = [fault_in(fault, language) for fault in error.faults], "\u00a0:" if language == "fr" else ":"
    reasons = [f"{fault.place}{colon} {fault.reason}" for fault in faults]
    return Message("; ".join(reasons), " ".join(dict.fromkeys(fault.remedy for fault in faults)))


def error_text(error: Exception, language: str) -> str:
    """The error as one text: the system that spoke, what happened, what to do."""
    if isinstance(error, ConfigurationError):
        return faults_text(error, language)
    if not isinstance(error, PasserelleError) or not error.text:
        return str(error)
    read = error_message(error, language)
    said, remedy = _WORDS["fr" if language == "fr" else "en"]
    where = where_failed(error, language)
    return said.format(where=where, reason=read.reason) + (remedy + read.remedy if read.remedy else "")


def where_failed(error: PasserelleError, language: str) -> str:
    """The system that spoke, what was being done, and to what: `PrestaShop, GET products 12`.

    In French an action that has no words there, and is none of a system's own (`GET`), is left out.
    """
    system, action = error.system, error.action.strip()
    if language == "fr":
        told = _in_french()
        system = told["systems"].get(system, system)
        action = told["actions"].get(action, action if _IS_OF_A_SYSTEM.match(action) else "")
    return ", ".join(filter(None, (system, action))) + (f" {error.key}" if error.key else "")


@cache
def _in_french() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("schemas").joinpath("defaults/actions.fr.toml").read_text(encoding="utf-8"))


_IS_OF_A_SYSTEM = re.compile(r"[A-Z]")


_WORDS = {
    "en": ("{where}: {reason}", " Remedy: "),
    "fr": ("{where}\u00a0: {reason}", " Que faire\u00a0: "),
}
