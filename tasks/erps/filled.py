"""Settings that an ERP cannot do without."""

from __future__ import annotations

from schemas.errors import ConfigFault, ConfigurationError


def check_filled(empty: list[str]) -> None:
    """ConfigurationError that names the keys which are empty, where there are any."""
    if empty:
        faults = (ConfigFault("settings.toml", key, "this key is empty", "Fill it in.") for key in empty)
        raise ConfigurationError(tuple(faults))
