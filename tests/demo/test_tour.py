"""The tour: each of its laws can be broken, and the whole day once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from deployments.cli import answer
from deployments.demo.company import Company
from deployments.demo.shop import DemoShop
from deployments.demo.tour.files import cast, former_prices, lowest_before
from deployments.demo.tour.play import STEPS, play_tour
from deployments.demo.tour.scene import Scene, Step
from deployments.demo.visitors import Visitors
from deployments.exits import Exit
from deployments.sandbox.dolibarr import SandboxDolibarr

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Prefect of anybody's is at hand, and what is played lies in a folder of its own."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.chdir(tmp_path)


def test_every_article_has_one_part_to_play() -> None:
    one = cast()
    single = [one.last_pieces, one.reduced, *one.repriced, *one.slipped, *one.sold, one.twin]
    assert len({article.reference for article in single}) == len(single)
    assert one.last_pieces.quantity == 2
    assert cast() == one


def test_the_price_of_the_tour_that_is_the_lowest_is_neither_the_one_before_nor_the_lowest_of_all() -> None:
    prices = former_prices(cast().reduced)
    lowest = lowest_before(prices)
    assert min(price for _, price in prices) < lowest < prices[-1][1]


@pytest.mark.parametrize(
    ("prices", "lowest"),
    [
        (((40, "70"), (31, "80"), (10, "100")), "80"),
        (((40, "70"), (30, "80"), (10, "100")), "80"),
        (((40, "70"), (29, "80"), (10, "100")), "70"),
        (((5, "90"), (2, "100")), "90"),
    ],
)
def test_the_price_that_the_30_days_begin_with_counts_and_the_one_before_it_does_not(
    prices: tuple[tuple[int, str], ...], lowest: str
) -> None:
    assert lowest_before([(ago, Decimal(price)) for ago, price in prices]) == Decimal(lowest)


def missing(paths: Iterable[Path]) -> list[Path]:
    """Those that are no file."""
    return [path for path in paths if not path.is_file()]


def not_pointing(pages: Sequence[str]) -> list[str]:
    """The pages of steps, but for the opening, that do not point to their step."""
    texts = {page: (ROOT / "docs" / page).read_text("utf-8") for page in pages}
    return [
        page for number, page in enumerate(pages) if number and f"Step {number} of [`make tour`]" not in texts[page]
    ]


def read_last(told: dict[str, Any], code: str) -> str:
    """The last page of a step that is named after what it did."""
    (step,) = [step for step in told["steps"] if step["code"] == code]
    named = {"undo": "-undo-", "france": "-reconcile-"}[code]
    return Path([report for report in step["reports"] if named in report][-1]).read_text("utf-8").replace("\u00a0", " ")


async def test_the_day_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = await play_tour(tmp_path / "tour", tmp_path / "tour.json", language="fr")
    printed = capsys.readouterr().out
    assert ended == Exit.COMPLETED, printed
    told = json.loads((tmp_path / "tour.json").read_text("utf-8"))
    assert told["broken_laws"] == []
    assert [step["code"] for step in told["steps"]] == [
        "opening", "events", "net_stock", "omnibus", "plan", "undo", "audit", "france",
    ]  # fmt: skip
    assert len(told["steps"]) == len(STEPS)
    assert all(step["checks"] for step in told["steps"])
    assert missing(ROOT / "docs" / step["page"] for step in told["steps"]) == []
    assert not_pointing([step["page"] for step in told["steps"]]) == []
    assert missing(Path(report) for step in told["steps"] for report in step["reports"]) == []
    typed = [command for step in told["steps"] for command in step["commands"]]
    assert {command.split()[1] for command in typed} == {
        "run", "listen", "prices", "plan", "apply", "undo", "audit", "reconcile",
    }  # fmt: skip
    assert printed.count("   $ ") == len(typed)
    assert "✗" not in printed
    assert "7 étapes" in printed
    for french in ("Plan signé : ", "export_orders (1) : Terminé", "120,90 EUR", "il dit 1."):
        assert french in printed
    assert re.search(r"export_orders \(1\) : Terminé, [0-9]+,[0-9] s", printed)
    undone, reconciled = (read_last(told, code) for code in ("undo", "france"))
    assert "« … » a été changé depuis" in undone
    assert "(price: 5,69 / 54,90 ; écrit / maintenant)" in undone
    assert "Fichiers reçus" not in undone
    assert "Commande 2 vaut 232,34 EUR" in reconciled
    assert "56,28" in (tmp_path / "tour" / "proof.html").read_text("utf-8")


@pytest.mark.slow
async def test_with_its_parts_switched_off_the_day_breaks_their_laws_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    off = '[orders]\ncompany_numbers = "ignore"\n[events]\npoll_seconds = 0.5\n[undo]\nkeep_days = 0\n'
    assert await play_tour(tmp_path / "tour", tmp_path / "tour.json", language="en", settings=off) == Exit.FAILED
    told = json.loads((tmp_path / "tour.json").read_text("utf-8"))
    broken = {step["code"]: step["broken"] for step in told["steps"] if step["broken"]}
    assert broken.keys() == {"net_stock", "omnibus", "undo", "france"}
    assert "Wanted: 0; found: 1." in broken["net_stock"][0]
    assert all(law in told["broken_laws"] for laws in broken.values() for law in laws)
    said = capsys.readouterr()
    assert said.err.count("BROKEN: ") == len(told["broken_laws"]) == said.out.count("✗")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scene in which a step has begun, between sides that nobody asks."""
    shop = DemoShop("http://127.0.0.1:1", "nobody")
    company = Company(SandboxDolibarr())
    visitors = Visitors(shop, (), {}, Random(1), ())
    scene = Scene(tmp_path, shop, company, visitors, cast(), "en")
    scene.steps.append(Step("undo", "undo.md"))
    return scene


def test_what_is_as_wanted_is_said_and_breaks_no_law(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.check("mended", {"1": 2}, {"1": 2})
    scene.check("slipped_shown", 1, 1, quietly=True)
    assert capsys.readouterr().out == "   ✓ The account is in the group of customers, by one write request.\n"
    assert (scene.steps[0].checks, scene.steps[0].broken) == (2, [])


@pytest.mark.parametrize(
    ("wanted", "found", "said"),
    [
        ({"BAG": 1, "BELT": 2}, {"BAG": 1, "BELT": 3}, "Wanted: BELT: 2; found: BELT: 3."),
        ({"BAG": 1}, {"BAG": 1, "BELT": 3}, "Wanted: -; found: BELT: 3."),
        (({"BAG": 1, "BELT": 2}, 0), ({"BAG": 1, "BELT": 2}, 4), "Wanted: -, 0; found: -, 4."),
        ([Decimal("9.90")], [], "Wanted: 9.90; found: -."),
        (7, None, "Wanted: 7; found: None."),
    ],
)
def test_what_is_not_as_wanted_breaks_a_law_and_only_what_differs_is_said(
    scene: Scene, capsys: pytest.CaptureFixture[str], wanted: object, found: object, said: str
) -> None:
    scene.check("slipped_shown", wanted, found, quietly=True)
    assert scene.steps[0].broken == [f"The shop shows the wrong prices. {said}"]
    assert said in capsys.readouterr().out


async def test_a_command_that_ends_otherwise_breaks_a_law_and_is_shown_whole(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    await scene.type("reconcile", str(scene.folder), "--from", "2026-11-01")
    assert scene.steps[0].broken == ["`reconcile` ends as it should. Wanted: 0; found: 2."]
    assert "Name a month with --month" in capsys.readouterr().out


def test_the_tour_has_its_own_items_and_its_own_erp(capsys: pytest.CaptureFixture[str]) -> None:
    for option in (("--items", "5"), ("--erp", "files")):
        assert answer(["demo", "--tour", *option]) == Exit.USAGE
        assert "leave out --items and --erp" in capsys.readouterr().out
