"""Where a Cegid Retail is, who we are there, and how much it may ask of us."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

SYSTEM = "cegid"


@dataclass(frozen=True, slots=True)
class CegidAccess:
    """One access to one database of Cegid: production or test."""

    url: str
    """The root of the services, such as `https://123456-retail-ondemand.cegid.cloud/Y2`."""
    user: str
    """`DOMAIN\\USER`; on SaaS the domain is the database's name."""
    password: str = field(repr=False)
    database: str
    """`DatabaseId`, such as `123456_001_PROD`."""

    @property
    def root(self) -> str:
        """The root without a slash at its end."""
        return self.url.rstrip("/")


@dataclass(frozen=True, slots=True)
class Limits:
    """Time, size and number."""

    connections: int = 4
    """Requests at the same time, at most; a fifth one waits."""
    connect_seconds: float = 10.0
    answer_seconds: float = 60.0
    """Silence before an answer is given up; what was asked may have been done."""
    answer_bytes: int = 32 * 1024 * 1024
    contract_seconds: float = 24 * 3600.0
    """How long a WSDL kept on disk is believed."""
    verify_tls: bool | Path = True
    """False, or a file of trusted certificates."""
