"""Errors named by what happens next.

    PasserelleError
    |-- TransientError        try again
    |-- RefusedError          set this one aside, go on
    |-- DeniedError           stop, call the operator
    |-- UnexpectedReplyError  stop, call the developer
    |-- ContractError         stop, call whoever sends the file
    `-- ConfigurationError    stop before starting

Every one carries the system that spoke, what was being done, the key it was done to, what was said, and the remedy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from schemas.shown import shown, shown_name


class PasserelleError(Exception):
    """What went wrong at the edge of one system, with the remedy a person can follow."""

    def __init__(self, reason: str, *, system: str, action: str, key: str = "", remedy: str = "") -> None:
        reason = shown(reason)
        super().__init__(reason)
        self.reason = reason
        self.system = system
        self.action = action
        self.key = shown_name(key)
        self.remedy = remedy
        self.text = ""
        """The message's code where the merchant reads this error in the shop's language; empty: as it stands."""
        self.params: dict[str, str] = {}

    def worded(self, text: str, **params: str) -> Self:
        """The same error, read by the merchant as the message `text`, `detail` being what was said."""
        self.text, self.params = text, {"detail": self.reason} | params
        return self

    def __str__(self) -> str:
        where = f"{self.system}, {self.action.strip()}" + (f" {self.key}" if self.key else "")
        return f"{where}: {self.reason}" + (f" Remedy: {self.remedy}" if self.remedy else "")


class TransientError(PasserelleError):
    """The system could not answer now; the same call may succeed later.

    `retry_after` is in seconds, when the system named a delay.
    """

    def __init__(
        self,
        reason: str,
        *,
        system: str,
        action: str,
        key: str = "",
        remedy: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason, system=system, action=action, key=key, remedy=remedy)
        self.retry_after = retry_after


class RefusedError(PasserelleError):
    """The system refuses this one entity; `code` is the system's own error code, as text."""

    def __init__(
        self, reason: str, *, system: str, action: str, key: str = "", remedy: str = "", code: str = ""
    ) -> None:
        super().__init__(reason, system=system, action=action, key=key, remedy=remedy)
        self.code = code


class AlreadyThereError(RefusedError):
    """The system refuses to create it, most often because it has it already: look it up, adopt it or give up."""


class DeniedError(PasserelleError):
    """The system does not let us in, or not there: a key, a right or an address is wrong."""


class UnexpectedReplyError(PasserelleError):
    """The system answered something this version of Passerelle does not understand."""


class ContractError(PasserelleError):
    """A file as a whole is not what was agreed: a column is missing, the encoding is unreadable."""


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One fault of the configuration: file, line when known (1-based), key, what is wrong, what to do."""

    file: str
    key: str
    reason: str
    remedy: str
    line: int | None = None

    @property
    def place(self) -> str:
        """File, line and key."""
        return self.file + (f":{self.line}" if self.line is not None else "") + f": {self.key}"

    def __str__(self) -> str:
        return f"{self.place}: {self.reason} -> {self.remedy}"


class ConfigurationError(PasserelleError):
    """The shop's folder holds faults; all of them are listed, nothing has started."""

    def __init__(self, faults: tuple[ConfigFault, ...], *, action: str = "read the configuration") -> None:
        super().__init__(
            "\n".join(str(fault) for fault in faults),
            system="configuration",
            action=action,
            remedy="Correct the lines above and start again.",
        )
        self.faults = faults
        self.language = ""
        """The language of the shop whose folder it is, once it could be read; empty: that of the terminal."""


class StoppedByGuardError(Exception):
    """The plan would change more than the guards allow; nothing has been applied."""
