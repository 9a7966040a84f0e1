"""A Cegid Retail File Exchange on this machine: it gives tokens and keys, and keeps files as Azure does."""

from deployments.sandbox.rfe.server import SandboxRfe

__all__ = ["SandboxRfe"]
