"""A first shop to try things on: files of a few articles, one of them with a fault, and the settings of the sandbox."""

from __future__ import annotations

from pathlib import Path

from deployments.program import program, shop_option
from deployments.terminal import out
from schemas.terminal_texts import terminal_text

SANDBOX_URL = "http://127.0.0.1:8080"
_FILES = {
    "product/product_example.csv": """\
reference;reference_parent;ean13;name;active;wholesale_price;price;tax_code;weight;description;stocks;available_date;manufacturer
SAC1;;;Sac cabas;1;12,00;49,90;N;0,8;Un cabas en toile.;;;Atelier
BOL2;;;Bol en grès;1;4,50;18,00;N;0,4;Tourné à la main.;;;Atelier
TAS3;;;Tasse;1;2,00;sur devis;N;0,3;;;;Atelier
""",
    "stock/stock_example.csv": "reference;quantity\nSAC1;12\nBOL2;40\nTAS3;5\n",
}


def as_example(settings: str, associations: str) -> tuple[str, str]:
    """The two texts for the sandbox: its address, and a tax code of its files."""
    tied = associations.replace("[taxes]\n", "[taxes]\nN = 1\n", 1)
    return settings.replace('"https://www.example.com"', f'"{SANDBOX_URL}"', 1), tied


def write_example(folder: Path) -> list[Path]:
    """The files, dropped as the ERP would."""
    written = []
    for name, text in _FILES.items():
        path = folder / "streams" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def say_what_is_next(folder: Path, language: str) -> None:
    """The commands to paste, in their order."""
    from deployments.sandbox.shop.sandbox_shop import SANDBOX_KEY  # noqa: PLC0415 - loaded when it is asked for

    shop = shop_option(folder)
    out.print(terminal_text("init", "example_next", language), soft_wrap=True)
    for line in (
        f"{program()} sandbox &",
        f"export PRESTASHOP_KEY={SANDBOX_KEY}",
        f"{program()} plan import_products{shop}",
        f"{program()} arm{shop}",
        f"{program()} run import_files{shop}",
        f"{program()} why TAS3{shop}",
    ):
        out.print(f"  {line}", markup=False, soft_wrap=True)
