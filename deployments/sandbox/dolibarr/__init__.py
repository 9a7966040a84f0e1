"""A Dolibarr on this machine: its REST API on loopback, which remembers what it was told."""

from deployments.sandbox.dolibarr.server import SandboxDolibarr

__all__ = ["SandboxDolibarr"]
