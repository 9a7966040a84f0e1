"""A container of Cegid Retail File Exchange as a source of files."""

from connectors.rfe.access import RfeAccess
from connectors.rfe.keys import KeySchedule
from connectors.rfe.source import RfeSource

__all__ = ["KeySchedule", "RfeAccess", "RfeSource"]
