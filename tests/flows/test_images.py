"""Pictures of a folder are the shop's: each once, in order, replaced without a hole, and nothing orphaned."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from flows.import_images import import_images
from tasks.run.state import State
from tasks.run.step_tasks import through_prefect
from tests.flows.beginnings import Beginnings
from tests.flows.lost import one_of
from tests.flows.pictures import jpeg, png
from tests.flows.world import World

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


@pytest.fixture
async def pictured(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with a dress in two sizes and a belt, and an empty folder of pictures."""
    async with beginnings.copy(World, _products, tmp_path) as world:
        (world.folder / "images").mkdir()
        yield world


async def _products(world: World) -> None:
    world.drop_products(*world.dress(2, ("S", "M")), {"reference": "CEINTURE"})
    await world.products()


async def run(world: World, **asked: Any) -> State:
    return await through_prefect(import_images, str(world.folder), **asked)


def put(world: World, name: str, content: bytes) -> Path:
    path = world.folder / "images" / name
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000 + len(list(path.parent.iterdir()))))
    return path


def by_hand(world: World, reference: str, content: bytes) -> None:
    """The merchant adds a picture to a product."""
    body = b'--B\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + content + b"\r\n--B--\r\n"
    url = f"{world.shop.url}/api/images/products/{world.product(reference)['id']}"
    asked = Request(url, body, {"Content-Type": "multipart/form-data; boundary=B"})  # noqa: S310 - loopback
    asked.add_header("Authorization", "Basic " + base64.b64encode(f"{world.shop.key}:".encode()).decode())
    with urlopen(asked) as answer:  # noqa: S310
        assert answer.status == 200


def shown(world: World, reference: str) -> tuple[list[int], int]:
    """The images of a product in their order, and its cover."""
    row = next(row for row in world.shop.rows("products") if row["reference"] == reference)
    return row.get("images", []), row.get("cover") or 0


async def test_a_product_shows_its_pictures_in_order_and_the_first_is_the_cover(pictured: World) -> None:
    for name, colour in (("CEINTURE_2.png", GREEN), ("CEINTURE.png", RED), ("CEINTURE_10.png", BLUE)):
        put(pictured, name, png(colour))
    state = await run(pictured)
    assert state.name == "Completed", state.message
    assert pictured.counts() == {"rows_read": 3, "created": 3}
    images, cover = shown(pictured, "CEINTURE")
    assert (len(images), cover) == (3, images[0])
    names = dict(pictured.links("image").select("erp_key", "shop_id").iter_rows())
    assert [names[key] for key in ("CEINTURE", "CEINTURE_2", "CEINTURE_10")] == images


async def test_a_second_run_asks_for_nothing_and_writes_nothing(pictured: World) -> None:
    put(pictured, "CEINTURE.png", png())
    await run(pictured)
    pictured.shop.reset_counts()
    state = await run(pictured)
    assert (state.name, pictured.counts()) == ("Completed", {"rows_read": 1, "unchanged": 1})
    assert pictured.shop.writes == 0
    assert pictured.shop.count(path="images") == 0


async def test_combinations_show_the_pictures_of_their_colour_and_of_themselves(pictured: World) -> None:
    put(pictured, "ROBE0001.png", png(RED))
    put(pictured, "ROBE0001-ROUGE_1.png", png(GREEN))
    put(pictured, "ROBE0001-S.png", png(BLUE))
    await run(pictured)
    assert pictured.counts() == {"rows_read": 3, "created": 3}
    images, cover = shown(pictured, "ROBE0001")
    names = dict(pictured.links("image").select("erp_key", "shop_id").iter_rows())
    assert cover == images[0] == names["ROBE0001"]
    assert pictured.combination("ROBE0001-M")["images"] == [names["ROBE0001-ROUGE_1"]]
    assert set(pictured.combination("ROBE0001-S")["images"]) == {names["ROBE0001-ROUGE_1"], names["ROBE0001-S"]}


async def test_a_changed_picture_takes_the_place_of_the_former_one(pictured: World) -> None:
    put(pictured, "ROBE0001.png", png(RED))
    put(pictured, "ROBE0001-ROUGE_1.png", png(GREEN))
    await run(pictured)
    before, _ = shown(pictured, "ROBE0001")
    put(pictured, "ROBE0001.png", png(BLUE))
    state = await run(pictured)
    assert state.name == "Completed", state.message
    assert pictured.counts() == {"rows_read": 2, "updated": 2}
    after, cover = shown(pictured, "ROBE0001")
    assert (len(after), cover) == (2, after[0])
    assert not set(before) & set(after)
    assert pictured.combination("ROBE0001-M")["images"] == [after[1]]
    assert pictured.links("image_former").height == 0
    pictured.shop.reset_counts()
    await run(pictured)
    assert pictured.shop.writes == 0


async def test_a_product_that_has_got_the_id_of_another_one_gets_no_picture_of_it(pictured: World) -> None:
    put(pictured, "CEINTURE.png", png())
    [belt] = [int(row["id"]) for row in pictured.shop.rows("products") if row["reference"] == "CEINTURE"]
    pictured.shop.change("products", belt, {"reference": "ANOTHER"})
    state = await run(pictured)
    assert (state.name, pictured.counts()) == ("Completed", {"rows_read": 1, "ignored": 1})
    assert shown(pictured, "ANOTHER") == ([], 0)
    [told] = pictured.report()["incidents"]
    assert "no product or combination of the shop has this name" in told["reason"]


async def test_a_picture_of_the_merchant_stays(pictured: World) -> None:
    product = int(pictured.product("CEINTURE")["id"])
    pictured.shop.change("products", product, {"images": [700], "cover": 700})
    put(pictured, "CEINTURE.png", png(RED))
    await run(pictured)
    put(pictured, "CEINTURE.png", png(BLUE))
    await run(pictured)
    images, cover = shown(pictured, "CEINTURE")
    assert (len(images), images[0], cover) == (2, 700, images[1])


async def test_a_picture_that_was_removed_by_hand_comes_back_when_asked_since(pictured: World) -> None:
    put(pictured, "CEINTURE.png", png())
    await run(pictured)
    pictured.shop.change("products", int(pictured.product("CEINTURE")["id"]), {"images": [], "cover": None})
    await run(pictured)
    assert shown(pictured, "CEINTURE")[0] == []
    await run(pictured, since="2026-01-01")
    assert pictured.counts() == {"rows_read": 1, "created": 1}
    assert len(shown(pictured, "CEINTURE")[0]) == 1


async def test_a_file_that_is_gone_keeps_its_picture_unless_told_otherwise(pictured: World) -> None:
    paths = [put(pictured, f"CEINTURE{end}.png", png(colour)) for end, colour in (("", RED), ("_2", GREEN))]
    await run(pictured)
    paths[1].unlink()
    await run(pictured)
    assert len(shown(pictured, "CEINTURE")[0]) == 2
    pictured.write_settings(images={"absent": "delete"})
    state = await run(pictured)
    assert state.name == "Completed", state.message
    images, cover = shown(pictured, "CEINTURE")
    assert images == [cover]
    paths[0].unlink()
    await run(pictured)
    assert shown(pictured, "CEINTURE") == ([], 0)
    assert pictured.links("image").height == 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("CEINTURE.jpg", b"no picture at all", "is no picture"),
        ("CEINTURE.jpg", jpeg(components=4), "CMYK"),
        ("CEINTURE.jpg", jpeg(whole=False), "in the middle"),
        ("CEINTURE.avif", b"\0\0\0 ftypavif" + b"\0" * 20, "AVIF"),
        ("CEINTURE.png", png(width=9000, height=9000)[:33] + b"IEND" * 4, "too many pixels"),
        ("CEINTURE.jpg", jpeg() + b"\0" * 8_000_001, "too large"),
    ],
    ids=["none", "cmyk", "cut", "avif", "pixels", "megabytes"],
)
async def test_one_bad_picture_is_told_and_the_others_go(pictured: World, name: str, content: bytes, code: str) -> None:
    put(pictured, name, content)
    put(pictured, "ROBE0001.png", png())
    state = await run(pictured)
    assert (state.name, pictured.counts()) == (
        "CompletedWithRejects",
        {"rows_read": 2, "created": 1, "rejected": 1},
    )
    [told] = pictured.report()["incidents"]
    assert (told["level"], told["file"]) == ("error", name)
    assert code in told["reason"]
    assert shown(pictured, "CEINTURE")[0] == []


async def test_names_and_contents_that_come_twice_are_told(pictured: World) -> None:
    put(pictured, "CEINTURE.jpg", jpeg())
    put(pictured, "CEINTURE.png", png())
    put(pictured, "CEINTURE_2.jpg", jpeg())
    put(pictured, "NOBODY.png", png())
    await run(pictured)
    assert pictured.counts() == {"rows_read": 4, "created": 1, "ignored": 2, "rejected": 1}
    assert {told["file"] for told in pictured.report()["incidents"]} == {"CEINTURE.png", "CEINTURE_2.jpg", "NOBODY.png"}


async def test_a_picture_that_the_shop_cannot_read_leaves_no_row_behind(pictured: World) -> None:
    # Its frame is that of a picture; the shop's own library gives up on it, as on a corrupt file.
    put(pictured, "CEINTURE.png", png())
    pictured.shop.faults.add(Fault(kind="500-after", method="POST", path="/api/images"))
    await run(pictured)
    images, cover = shown(pictured, "CEINTURE")
    assert images == [cover]
    assert pictured.counts() == {"rows_read": 1, "created": 1}


@pytest.mark.parametrize(
    "kind", one_of("reset-after", "503", "reset-before", "500-before", "500-after", "php-warnings-500")
)
async def test_a_lost_answer_makes_no_second_picture(pictured: World, kind: FaultKind) -> None:
    for end, colour in (("", RED), ("_2", GREEN)):
        put(pictured, f"CEINTURE{end}.png", png(colour))
    pictured.shop.faults.add(Fault(kind=kind, method="POST", path="/api/images"))
    await run(pictured)
    await run(pictured)
    images, cover = shown(pictured, "CEINTURE")
    assert (len(images), cover) == (2, images[0])
    assert pictured.counts() == {"rows_read": 2, "unchanged": 2}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_run_that_is_cut_off_anywhere_is_completed_by_the_next(pictured: World, method: str) -> None:
    put(pictured, "ROBE0001.png", png(RED))
    put(pictured, "ROBE0001-ROUGE_1.png", png(GREEN))
    await run(pictured)
    put(pictured, "ROBE0001.png", png(BLUE))
    fault = Fault(kind="401", method=method, path="/api/(images|products|combinations)", times=None)
    pictured.shop.faults.add(fault)
    assert (await run(pictured)).name == "Failed"
    fault.times = 0
    pictured.shop.faults.clear()
    await run(pictured)
    images, cover = shown(pictured, "ROBE0001")
    assert (len(images), cover) == (2, images[0])
    assert pictured.combination("ROBE0001-M")["images"] == [images[1]]
    assert pictured.links("image_former").height == 0
    await run(pictured)
    assert pictured.counts() == {"rows_read": 2, "unchanged": 2}


async def test_a_dry_run_names_what_it_would_send(pictured: World) -> None:
    put(pictured, "CEINTURE.png", png())
    pictured.write_settings(shop={"admin_url": "https://shop.example/adm"})
    state = await run(pictured, dry_run=True)
    assert (state.name, pictured.shop.writes) == ("Planned", 0)
    assert [(one["key"], one["action"]) for one in pictured.report()["plan"]] == [("CEINTURE", "create")]
    assert pictured.report()["pages"].keys() == {"CEINTURE"}


@pytest.mark.parametrize("then", ["the file is gone", "the file has changed"])
async def test_a_picture_of_the_merchant_under_an_id_that_was_ours_before_a_restore_stays(
    pictured: World, then: str
) -> None:
    kept = pictured.shop.backup()
    ours = put(pictured, "CEINTURE.png", png(RED))
    await run(pictured)
    pictured.shop.restore(kept)
    await asyncio.to_thread(by_hand, pictured, "CEINTURE", png(BLUE))
    theirs, _ = shown(pictured, "CEINTURE")
    assert theirs == pictured.links("image")["shop_id"].to_list()
    pictured.write_settings(images={"absent": "delete"})
    if then == "the file is gone":
        ours.unlink()
    else:
        put(pictured, "CEINTURE.png", png(GREEN))
    state = await run(pictured, accept_guard=True)
    assert state.name == "Completed", state.message
    images, _ = shown(pictured, "CEINTURE")
    assert images[0] == theirs[0]
    assert len(images) == (1 if then == "the file is gone" else 2)
    [told] = [one for one in pictured.report()["incidents"] if "is another one" in one["reason"]]
    assert "--since" in told["remedy"]
    pictured.shop.reset_counts()
    await run(pictured)
    assert pictured.shop.writes == 0
