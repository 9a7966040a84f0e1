"""Where a Dolibarr is, who we are there, and how much it may ask of us."""

from __future__ import annotations

from dataclasses import dataclass, field

SYSTEM = "dolibarr"
API = "/api/index.php"


@dataclass(frozen=True, slots=True)
class DolibarrAccess:
    """One access to one Dolibarr: production or test."""

    url: str
    """The address of Dolibarr, such as `https://erp.example.com`, with or without `/api/index.php`."""
    key: str = field(repr=False)
    """The API key of the user that Passerelle is in Dolibarr."""

    @property
    def root(self) -> str:
        """The address of the API, without a slash at its end."""
        return self.url.rstrip("/").removesuffix("/index.php").removesuffix("/api") + API


@dataclass(frozen=True, slots=True)
class Limits:
    """Time, size and number."""

    connections: int = 3
    """Requests at the same time; one of them at most writes (docs/facts/dolibarr.md, W1)."""
    answer_seconds: float = 60.0
    """Silence before an answer is given up; what was asked may have been done."""
    answer_bytes: int = 64 * 1024 * 1024
    verify_tls: bool | str = True
    """False, or a file of trusted certificates."""
    collision_tries: int = 6
    """How often a write is sent that Dolibarr has undone because another writer came between."""
    collision_seconds: float = 0.1
    """Waited before the second try; twice as long before each further one."""
