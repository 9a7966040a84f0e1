"""Cegid Retail over SOAP: its wire format in, our words out. The only place that imports zeep."""

from connectors.cegid.access import CegidAccess, Limits
from connectors.cegid.client import Cegid
from connectors.cegid.replies import Hello

__all__ = ["Cegid", "CegidAccess", "Hello", "Limits"]
