"""The error that sets a whole file aside, told apart by the code of its text."""

from __future__ import annotations

from schemas.errors import ContractError
from schemas.messages import message


class FileRefusedError(ContractError):
    """A file that cannot be read as agreed. No row of it is taken.

    `code` and `params` give its text in any language through `schemas.messages.message`; the error speaks English.
    """

    def __init__(self, code: str, *, name: str, **params: str) -> None:
        text = message(code, "en", **params)
        super().__init__(text.reason, system="files", action="read", key=name, remedy=text.remedy)
        self.code = code
        self.params = params
