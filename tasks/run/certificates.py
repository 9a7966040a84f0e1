"""Which servers of a shop are trusted without their certificate being verified."""

from __future__ import annotations

from tasks.run.shop_folder import ShopFolder


def unverified(folder: ShopFolder) -> list[str]:
    """The tables of settings.toml that switch the verification of certificates off."""
    settings = folder.settings
    tables = {"[shop]": settings.shop.verify_tls}
    tables |= settings.erp.verify_tls
    for source in settings.sources.every:
        tables[f"[[sources]] {source.name}"] = getattr(source, "verify_tls", True)
    return [table for table, verified in tables.items() if verified is False]
