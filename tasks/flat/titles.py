"""The shop's titles of people, which only our module gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.prestashop import Shop, ShopFacts, folded


@dataclass(frozen=True, slots=True)
class ShopTitles:
    """Ids of the titles, and those that a name alone identifies; `ids` None: the shop does not give them."""

    ids: frozenset[int] | None = None
    by_name: dict[str, int] = field(default_factory=dict)
    """id_gender by name in any language, as people compare names, without the dot of an abbreviation."""

    def named(self, text: str) -> int | None:
        """The title of this name; None when there is none, or several."""
        return self.by_name.get(_name(text))


async def shop_titles(shop: Shop, facts: ShopFacts) -> ShopTitles:
    """The titles, where the module's `genders` can be read."""
    if not facts.may("GET", "genders"):
        return ShopTitles()
    titles = await shop.read("genders", display=["id", "name"])
    names: dict[str, set[int]] = {}
    for title in titles:
        for text in title["name"].values():
            names.setdefault(_name(text), set()).add(int(title["id"]))
    alone = {name: min(ids) for name, ids in names.items() if name and len(ids) == 1}
    return ShopTitles(frozenset(int(title["id"]) for title in titles), alone)


def _name(text: str) -> str:
    return folded(text).rstrip(".")
