"""What went wrong at the edge of a system, in the shop's language."""

from __future__ import annotations

from schemas.errors import ConfigurationError, PasserelleError
from schemas.fault_texts import faults_text
from schemas.messages import Message, message


def error_message(error: PasserelleError, language: str) -> Message:
    """What happened and what to do about it; an error without a text of ours is read as it stands."""
    if isinstance(error, ConfigurationError):
        return Message(faults_text(error, language), "")
    return message(error.text, language, **error.params) if error.text else Message(error.reason, error.remedy)


def error_text(error: Exception, language: str) -> str:
    """The error as one text: the system that spoke, what happened, what to do."""
    if isinstance(error, ConfigurationError):
        return faults_text(error, language)
    if not isinstance(error, PasserelleError) or not error.text:
        return str(error)
    read = error_message(error, language)
    where = f"{error.system}, {error.action}".strip() + (f" {error.key}" if error.key else "")
    said, remedy = _WORDS["fr" if language == "fr" else "en"]
    return said.format(where=where, reason=read.reason) + (remedy + read.remedy if read.remedy else "")


_WORDS = {
    "en": ("{where}: {reason}", " Remedy: "),
    "fr": ("{where}\u00a0: {reason}", " Que faire\u00a0: "),
}
