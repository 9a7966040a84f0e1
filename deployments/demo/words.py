"""The words the made-up catalogue is written with: kinds of clothes, colours, sizes, materials, makers."""

from __future__ import annotations

from dataclasses import dataclass

LETTERS = ("XS", "S", "M", "L", "XL", "XXL")
WAISTS = ("34", "36", "38", "40", "42", "44", "46")
SHOES = ("36", "37", "38", "39", "40", "41", "42", "43", "44")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of clothes: its names, where it hangs, its sizes, its materials; prices in euros, tax excluded."""

    fr: str
    en: str
    path: tuple[str, str, str]
    sizes: tuple[str, ...]
    prices: tuple[int, int]
    weight: float
    materials: tuple[str, ...]


_WARM = ("Laine mérinos", "Cachemire", "Alpaga")
_LIGHT = ("Coton", "Lin", "Viscose", "Soie")
_FIRM = ("Coton", "Lin", "Velours côtelé")
_SHOES = ("Cuir", "Cuir velours")

KINDS = (
    Kind("Robe", "Dress", ("Femme", "Robes", "Robes longues"), WAISTS, (45, 140), 0.4, _LIGHT),
    Kind("Robe courte", "Short dress", ("Femme", "Robes", "Robes courtes"), WAISTS, (39, 110), 0.3, _LIGHT),
    Kind("Jupe", "Skirt", ("Femme", "Jupes", "Jupes mi-longues"), WAISTS, (29, 79), 0.3, _LIGHT),
    Kind("Chemisier", "Blouse", ("Femme", "Hauts", "Chemisiers"), LETTERS, (29, 89), 0.2, _LIGHT),
    Kind("Gilet", "Cardigan", ("Femme", "Mailles", "Gilets"), LETTERS, (39, 120), 0.35, _WARM),
    Kind("Manteau", "Coat", ("Femme", "Manteaux", "Manteaux longs"), WAISTS, (99, 320), 1.2, _WARM),
    Kind("Pantalon", "Trousers", ("Homme", "Pantalons", "Chinos"), WAISTS, (49, 99), 0.5, _FIRM),
    Kind("Jean", "Jeans", ("Homme", "Pantalons", "Jeans"), WAISTS, (49, 119), 0.7, ("Denim",)),
    Kind("Chemise", "Shirt", ("Homme", "Chemises", "Chemises droites"), LETTERS, (35, 95), 0.25, _LIGHT),
    Kind("Pull", "Jumper", ("Homme", "Mailles", "Pulls"), LETTERS, (45, 140), 0.4, _WARM),
    Kind("Veste", "Jacket", ("Homme", "Vestes", "Vestes légères"), LETTERS, (79, 240), 0.8, _FIRM),
    Kind("Tee-shirt", "T-shirt", ("Homme", "Hauts", "Tee-shirts"), LETTERS, (15, 39), 0.15, ("Coton", "Lin")),
    Kind("Sandales", "Sandals", ("Chaussures", "Été", "Sandales"), SHOES, (39, 119), 0.5, _SHOES),
    Kind("Bottines", "Ankle boots", ("Chaussures", "Hiver", "Bottines"), SHOES, (69, 199), 0.9, _SHOES),
)

ACCESSORIES = (
    Kind("Écharpe", "Scarf", ("Accessoires", "Maille", "Écharpes"), (), (19, 69), 0.15, _WARM),
    Kind("Ceinture", "Belt", ("Accessoires", "Cuir", "Ceintures"), (), (25, 79), 0.2, ("Cuir",)),
    Kind("Sac cabas", "Tote bag", ("Accessoires", "Sacs", "Cabas"), (), (35, 149), 0.5, ("Cuir", "Coton")),
    Kind("Bonnet", "Beanie", ("Accessoires", "Maille", "Bonnets"), (), (15, 45), 0.1, _WARM),
)

COLOURS = (
    "Noir",
    "Blanc cassé",
    "Bleu marine",
    "Bleu ciel",
    "Vert sauge",
    "Rouge",
    "Écru",
    "Camel",
    "Gris chiné",
    "Rose poudré",
    "Terracotta",
    "Moutarde",
)
SEASONS = ("Printemps-été 2026", "Automne-hiver 2026", "Toute saison")
MAKERS = (
    "Maison Lenoir",
    "Atelier Brume",
    "Côté Mer",
    "Les Sœurs Valois",
    "Fil & Forme",
    "Nordlys",
    "Bel Ouvrage",
    "Petit Large",
    "Rue Daguerre",
    "Saint-Elme",
)
NAMES = (
    "Aube",
    "Brise",
    "Céleste",
    "Dune",
    "Églantine",
    "Faro",
    "Garance",
    "Hélios",
    "Iris",
    "Jade",
    "Kara",
    "Lune",
    "Maëlle",
    "Nora",
    "Océane",
    "Perle",
    "Quille",
    "Rosa",
    "Sienne",
    "Tess",
    "Ulysse",
    "Vega",
    "Willow",
    "Xénia",
    "Ysé",
    "Zéphyr",
)
