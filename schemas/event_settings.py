"""`[events]` of settings.toml: how `passerelle listen` learns that something has changed in the shop."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from schemas.setting_values import Secret, Section, fault


def _ping_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None):
        raise fault("ping_url", "this is not an address", 'Write it like "https://erp.example.com/ping".')
    return value


class Events(Section):
    """`[events]`: how often the shop is asked, and how it may speak by itself."""

    poll_seconds: Annotated[float, Field(ge=0.5, le=3600)] = 2.0
    """The shop is asked what changed so often."""
    wait_seconds: Annotated[int, Field(ge=0, le=25)] = 0
    """The shop answers as soon as something has changed, after so many seconds at the latest; one of its processes is
    busy with it all the time. 0: it answers at once."""
    ping_url: Annotated[str, AfterValidator(_ping_url)] = ""
    """Where the shop says that something is there; empty: nowhere."""
    ping_secret: Secret | None = None
    """Where the secret is with which it signs that."""
    hook_secret: Secret | None = None
    """Where the secret is that the address holds to which the ERP's webhook posts."""
