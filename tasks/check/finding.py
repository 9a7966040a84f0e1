"""One thing that a check looked at, and how it is said in a language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.error_texts import error_message
from schemas.errors import ConfigFault, ConfigurationError, PasserelleError
from schemas.fault_texts import fault_in
from schemas.messages import check_words, message

Verdict = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, how it stands, in words, and what to do about it if anything."""

    subject: str
    """Our name of the thing, the same in every language: `drop folder`."""
    verdict: Verdict
    reason: str
    remedy: str = ""

    def title(self, language: str) -> str:
        """The subject as a person reads it."""
        return check_words(language, "subjects").get(self.subject.replace(" ", "_"), self.subject)


@dataclass(frozen=True, slots=True)
class Findings:
    """Makes findings whose texts are those of a code in one language."""

    language: str

    def ok(self, subject: str, code: str, **params: str) -> Finding:
        """A finding that asks for nothing."""
        return Finding(subject, "ok", message(code, self.language, **params).reason)

    def warning(self, subject: str, code: str, **params: str) -> Finding:
        """A finding that a run can live with."""
        return self._with_remedy(subject, "warning", code, params)

    def error(self, subject: str, code: str, **params: str) -> Finding:
        """A finding that must be mended before a run."""
        return self._with_remedy(subject, "error", code, params)

    def fault(self, subject: str, fault: ConfigFault) -> Finding:
        """A fault of the configuration."""
        told = fault_in(fault, self.language)
        return Finding(subject, "error", told.reason, told.remedy)

    def failed(self, subject: str, error: PasserelleError) -> list[Finding]:
        """What an error says: every fault of a configuration by itself."""
        if isinstance(error, ConfigurationError):
            told = (fault_in(fault, self.language) for fault in error.faults)
            return [
                Finding(subject, "error", f"{fault.key}: {fault.reason}" if fault.key else fault.reason, fault.remedy)
                for fault in told
            ]
        read = error_message(error, self.language)
        return [Finding(subject, "error", read.reason, read.remedy)]

    def _with_remedy(self, subject: str, verdict: Verdict, code: str, params: dict[str, str]) -> Finding:
        text = message(code, self.language, **params)
        return Finding(subject, verdict, text.reason, text.remedy)
