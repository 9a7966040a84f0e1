"""Secrets, resolved at run time from where `settings.toml` says they are; never logged, never kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from schemas.errors import ConfigFault, ConfigurationError

if TYPE_CHECKING:
    from prefect.blocks.system import Secret

    from schemas.settings import SecretName


def resolve(name: SecretName | str) -> str:
    """The secret `name` points to: `env:NAME` (an environment variable) or `block:name` (a Prefect Secret block).

    `ConfigurationError` says what to do when nothing is there.
    """
    kind, _, where = str(name).partition(":")
    if kind == "env":
        return _variable(where)
    if kind == "block":
        return _block(where)
    # What was written may be the secret itself: it is not repeated.
    raise _absent("secret", "a secret is named `env:NAME` or `block:name`", "Correct the name in settings.toml.")


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise _absent(
            f"env:{name}",
            f"the environment variable {name} is empty or not set",
            f"Set {name} where the command or the worker is started.",
        )
    return value


def _block(name: str) -> str:
    from prefect.blocks.system import Secret  # noqa: PLC0415 - Prefect takes a second to import, most secrets no block

    try:
        block = cast("Secret[str]", Secret.load(name, _sync=True))  # type: ignore[call-arg] # the dispatcher's own
    except ValueError:
        raise _absent(
            f"block:{name}",
            f"Prefect has no Secret block named {name!r}",
            "Create it in Prefect under Blocks, type Secret, with this very name.",
        ) from None
    return str(block.get()).strip()


def _absent(key: str, reason: str, remedy: str) -> ConfigurationError:
    return ConfigurationError((ConfigFault("settings.toml", key, reason, remedy),), action="find a secret")
