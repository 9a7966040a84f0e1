"""Acts that read no file of rows: the pictures of a folder, and the nightly look at the shop's quantities."""

from __future__ import annotations

import os

from tests.campaigns.stage import FIRST_DAY, STOCK, Act
from tests.flows.flat_world import FlatWorld
from tests.flows.pictures import png

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
_FIRST = {
    "SAC0.png": RED,
    "SAC0_2.png": GREEN,
    "SAC1.png": RED,
    "SAC1_2.png": GREEN,
    "SAC1_3.png": BLUE,
    "ROBE0001.png": RED,
    "ROBE0001-ROUGE_1.png": GREEN,
    "ROBE0001-S.png": BLUE,
    "SAC2.png": WHITE,
}
_SECOND = {
    "SAC0.png": BLUE,
    "SAC0_2.png": GREEN,
    "SAC1.png": RED,
    "SAC1_2.png": WHITE,
    "SAC1_3.png": BLUE,
    "ROBE0001.png": RED,
    "ROBE0001-ROUGE_1.png": WHITE,
    "ROBE0001-S.png": BLUE,
    "ROBE0002-M.png": RED,
    "SAC3.png": GREEN,
}


def _put(world: FlatWorld, pictures: dict[str, tuple[int, int, int]]) -> list[str]:
    """The folder of pictures is this; none of them is archived."""
    folder = world.folder / "images"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in pictures:
            path.unlink()
    for number, (name, colour) in enumerate(pictures.items()):
        content = png(colour)
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            (folder / name).write_bytes(content)
            os.utime(folder / name, (1_700_000_000, 1_700_000_000 + number))
    return []


def _disturbed_quantities(world: FlatWorld) -> list[str]:
    """Somebody has changed quantities by hand, of articles and of a combination."""
    rows = [row for row in world.shop.rows("stock_availables") if int(row["quantity"]) > 0]
    lines = [row for row in rows if int(row["id_product_attribute"]) or not _has_combinations(world, row)]
    for row in lines[::2]:
        world.shop.change("stock_availables", int(row["id"]), {"quantity": int(row["quantity"]) + 3})
    return []


def _has_combinations(world: FlatWorld, row: dict[str, object]) -> bool:
    return any(one["id_product"] == row["id_product"] for one in world.shop.rows("combinations"))


PICTURES = Act(
    "images",
    "import_images",
    lambda world: _put(world, _SECOND),
    lambda world: _put(world, _SECOND),
    (
        FIRST_DAY,
        Act("images, first day", "import_images", lambda world: _put(world, _FIRST), lambda world: _put(world, _FIRST)),
    ),
    settings={"images": {"absent": "delete"}},
)
"""Pictures that are new, changed, gone, and shown by combinations; those behind a changed one are sent again."""
CHECK = Act(
    "stock check",
    "check_stock",
    _disturbed_quantities,
    lambda _: None,
    (FIRST_DAY, STOCK),
    settings={"stock": {"repair": True}},
)
"""Quantities that somebody changed by hand are written back, each once."""
PICTURE_ACTS = (PICTURES, CHECK)
