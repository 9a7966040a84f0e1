"""Where a container of Cegid Retail File Exchange is, who we are there, and how much it may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field

SYSTEM = "rfe"


@dataclass(frozen=True, slots=True)
class RfeAccess:
    """One container, and one folder in it."""

    folder_id: str
    container: str
    user: str
    """A Y2 user, without `@` and the folder."""
    password: str = field(repr=False)
    environment: str = "p"
    tenant: str = ""
    folder: str = "out/"
    writes: bool = True
    """Whether files are deleted or renamed: such a key lives ten minutes, one that reads a day."""
    files_per_minute: int = 100
    seconds_between: float = 300.0
    """The least time between two requests for keys."""
    sign_in_url: str = "https://retail-services.cegid.cloud"
    api_url: str = "https://rfe.cegid.cloud"
    verify_tls: bool | str = True
    patience_seconds: float = 60.0

    @property
    def tenant_id(self) -> str:
        """The `X-TenantID`."""
        return self.tenant or self.container.partition("-")[0]
