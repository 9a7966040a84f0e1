"""Friendly URLs that a POST makes from the names, or mends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.slugs import slug
from deployments.sandbox.shop.validators import rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployments.sandbox.shop.entity import Draft


def derived_links(place: str) -> Callable[[Draft], None]:
    """A step that fills ``link_rewrite``; PHP walks over the names and warns at ``place`` when they are no list."""

    def derive(draft: Draft) -> None:
        if not draft.is_new:
            return
        names, links = draft.values["name"], draft.values["link_rewrite"]
        if not isinstance(names, dict):
            draft.warnings.append(
                f"[PHP Warning #2] foreach() argument must be of type array|object, string given ({place})",
            )
            draft.put("link_rewrite", {})
            return
        made = dict(links) if isinstance(links, dict) else {}
        for language, name in names.items():
            made[language] = _link(made.get(language, ""), name)
        draft.put("link_rewrite", made)

    return derive


def _link(link: str, name: str) -> str:
    if link and rule("isLinkRewrite")(link):
        return link
    return slug(link or name)
