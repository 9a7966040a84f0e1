"""Cegid Retail over SOAP: its wire format in, our words out. The only place that imports zeep."""

from connectors.cegid.access import CegidAccess, Limits
from connectors.cegid.client import ALREADY_THERE, Cegid
from connectors.cegid.replies import Hello

__all__ = ["ALREADY_THERE", "Cegid", "CegidAccess", "Hello", "Limits"]
