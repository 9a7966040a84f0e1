"""How a request to the shop fails: with its error document, or like a PHP script that died."""

from __future__ import annotations


class ServiceError(Exception):
    """The webservice answers with an error document; the last status set is the one sent."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.errors = [(code, message)]

    @classmethod
    def did_you_mean(cls, status: int, code: int, message: str, asked: str, available: list[str]) -> ServiceError:
        """An error that proposes the nearest of the available names."""
        nearest = min(reversed(available), key=lambda name: _distance(asked, name), default="")
        listed = '", "'.join(available)
        return cls(status, code, f'{message}. Did you mean: "{nearest}"? The full list is: "{listed}"')

    def then(self, status: int, code: int, message: str) -> ServiceError:
        """The same error followed by another one."""
        self.status = status
        self.errors.append((code, message))
        return self


class CrashError(Exception):
    """An uncaught PHP or SQL exception: status 500, nothing in the body."""


NOT_SAVED = "Unable to save resource"


def not_saved(why: str, *, silent: bool) -> Exception:
    """What a write ends with that the database refuses: a database layer that is silent lets the engine say it."""
    return ServiceError(500, 46, NOT_SAVED) if silent else CrashError(why)


class PlainReplyError(Exception):
    """The script ended with a reply of its own: a status and a body that is no document of the webservice."""

    def __init__(self, status: int, body: str = "", content_type: str = "text/html; charset=utf-8") -> None:
        super().__init__(f"{status} {body[:80]}")
        self.status = status
        self.body = body
        self.content_type = content_type


def _distance(left: str, right: str) -> int:
    previous = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (one != other)))
        previous = current
    return previous[-1]
