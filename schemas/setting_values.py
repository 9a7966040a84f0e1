"""What values of settings.toml are made of: names of secrets, addresses, shares, and tables that know their keys."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf
from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a secret is found, never the secret: `env:NAME` (environment) or `block:name` (Prefect Secret block)."""

    kind: Literal["env", "block"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def fault(kind: str, reason: str, remedy: str) -> PydanticCustomError:
    """A fault of one value, with its remedy."""
    # The reason and the remedy never hold the value: it may be a secret.
    return PydanticCustomError(kind, "{reason}", {"reason": reason, "remedy": remedy})


def secret_name(value: Any) -> Any:
    """The place of a secret; a fault for anything else."""
    if isinstance(value, SecretName):
        return value
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind == "env" and name.isidentifier():
        return SecretName("env", name)
    if kind == "block" and name and not name.isspace():
        return SecretName("block", name)
    raise fault(
        "secret_name",
        "a secret is never written in this file",
        "Write `env:NAME` (an environment variable) or `block:name` (a Prefect Secret block) and put the secret there; "
        "if a real key was written here, replace it in the shop by a new one.",
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Secret = Annotated[InstanceOf[SecretName], BeforeValidator(secret_name)]
Share = Annotated[float, Field(ge=0, le=1)]
ShopId = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A table of the file: frozen, typed strictly, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
