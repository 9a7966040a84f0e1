"""A Cegid Retail ERP on this machine: SOAP services on loopback that remember what they were told."""

from deployments.sandbox.cegid.server import SandboxCegid

__all__ = ["SandboxCegid"]
