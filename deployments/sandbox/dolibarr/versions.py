"""What one version of Dolibarr answers otherwise than another, as recorded on 22.0.1 and 23.0.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Version = Literal["22.0.1", "23.0.1"]
VERSIONS: tuple[Version, ...] = get_args(Version)


@dataclass(frozen=True, slots=True)
class Profile:
    """The differences that the product meets."""

    version: Version
    has_vat_dictionary: bool
    """`/setup/dictionary/vat` and `/setup/dictionary/thirdparty_types`."""
    contact_again: int
    """The status of naming a contact on an order that has it."""
    refuses_unknown_country: bool
    """An unknown code of a country is a 404, or is dropped."""
    countries_as_numbers: bool
    shipment_ids_as_numbers: bool
    deletes_categories: bool
    """Without the module of projects, which the sandbox has not."""
    breaks_lines: bool
    """The line feeds of a line's description become `<br>`."""

    @classmethod
    def of(cls, version: Version) -> Profile:
        """The profile of a version."""
        since_23 = version.startswith("23")
        return cls(
            version, since_23, 400 if since_23 else 304, since_23, since_23, since_23, not since_23, not since_23
        )
