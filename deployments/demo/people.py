"""People who do not exist: customers that the ERP knows, visitors of the shop, and every word that names one."""

from __future__ import annotations

from dataclasses import dataclass

FROM_ERP = 8
"""So many of `PEOPLE`, the first ones, are customers of the ERP."""
_COUNTRIES = {"4870": "BE", "12060": "IT"}
_ROWS = """\
Zephyrine Quatrebarbes;17 impasse des Mirabelles;57990;Hundling
Theodule Grandperret;4 venelle du Vieux Lavoir;39310;Lajoux
Hermance Bellegueule;22 chemin des Framboisiers;22220;Plouguiel
Onesime Tournebise;9 ruelle aux Hirondelles;12400;Rebourguil
Philippine Malvoisin;31 sentier du Garde Barriere;66480;Maureillas
Gonzague Trompesauce;6 montee des Cordeliers;73670;Entremont
Celestine Boutevilain;14 cour de la Tonnellerie;51480;Venteuil
Isidore Passelaigue;3 traverse du Moulin Brule;84240;Ansouis
Apolline Chantemerle;27 allee du Puits Sale;79150;Argenton
Barnabe Rondepierre;11 clos des Tisserands;88370;Bellefontaine
Clothilde Vaucresson;8 passage de la Sariette;26460;Bouvieres
Dieudonne Haultpas;19 quai des Bateliers Gris;89116;Cezy
Eulalie Brisemiche;5 rampe du Colombier;64220;Lecumberry
Fulgence Maupertuis;33 mail des Noyers Rouges;71520;Trambly
Gwendoline Pisseleu;2 place du Pressoir Fendu;76270;Bully
Hippolyte Croquefer;12 rue du Trou de Loup;4870;Trooz
Ildefonse Cavalcanti;41 via delle Ginestre;12060;Barolo
Josephine Tirepousse;16 cite du Chat Perche;59570;Gussignies
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account of the shop and one address."""

    number: int
    firstname: str
    lastname: str
    address1: str
    postcode: str
    city: str

    @property
    def email(self) -> str:
        """Of nobody: the domain can never be registered."""
        return f"{self.firstname}.{self.lastname}@courriel.example".lower()

    @property
    def phone(self) -> str:
        """A number that is kept for fiction."""
        return f"06399807{self.number:02d}"

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2."""
        return _COUNTRIES.get(self.postcode, "FR")

    @property
    def erp_code(self) -> str:
        """The code under which the ERP knows a customer of its own."""
        return f"C{self.number:09d}"


def _people() -> tuple[Person, ...]:
    rows = (row.split(";") for row in _ROWS.splitlines())
    return tuple(Person(number, *name.split(), *place) for number, (name, *place) in enumerate(rows, start=1))


PEOPLE = _people()
WORDS = frozenset(
    word for one in PEOPLE for word in (one.lastname, one.email, one.address1, one.city, one.phone, one.firstname)
)
"""What nothing at rest may hold, in any case of letters."""
POSTCODES = frozenset(one.postcode for one in PEOPLE)
"""The same, where they stand alone: five digits are also a part of many a number."""
