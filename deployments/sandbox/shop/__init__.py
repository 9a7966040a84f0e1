"""A PrestaShop webservice on loopback: :class:`SandboxShop` and the :class:`Fault` it can be given."""

from deployments.sandbox.shop.faults import FAULT_KINDS, Fault, FaultKind
from deployments.sandbox.shop.sandbox_shop import SANDBOX_KEY, SandboxShop
from deployments.sandbox.shop.shops import ShopGroup

__all__ = ["FAULT_KINDS", "SANDBOX_KEY", "Fault", "FaultKind", "SandboxShop", "ShopGroup"]
