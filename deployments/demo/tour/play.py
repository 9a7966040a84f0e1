"""Plays the tour: one working day between a shop and an ERP on this machine, step by step, each of them checked."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import TypeAlias

from deployments.demo.at_rest import Searched, search
from deployments.demo.company import open_company
from deployments.demo.files import KEY_VARIABLE, PASSWORD_VARIABLE
from deployments.demo.folder import make_anew
from deployments.demo.people import WORDS
from deployments.demo.shop import open_shop
from deployments.demo.tour import files, health, orders, prices
from deployments.demo.tour.scene import Scene
from deployments.demo.visitors import Visitors
from deployments.exits import Exit
from deployments.program import program
from deployments.terminal import err, out

Play: TypeAlias = Callable[[Scene], Awaitable[None]]
STEPS: tuple[Play, ...] = (
    orders.opening,
    orders.paid_and_gone,
    orders.not_sold_twice,
    prices.reduced,
    prices.planned,
    prices.put_back,
    health.looked_over,
    health.reconciled,
)


async def play_tour(folder: Path, summary: Path, *, language: str, settings: str = files.SETTINGS) -> Exit:
    """The exit code; `folder` holds the shop's folder and the sandbox's state afterwards, `summary` the figures.

    `settings` switch the parts on that are shown; without them their laws do not hold.
    """
    make_anew(folder)
    began = time.monotonic()
    with ExitStack() as opened:
        shop = opened.enter_context(open_shop(folder / "sandbox.state"))
        company = opened.enter_context(open_company())
        os.environ[KEY_VARIABLE], os.environ[PASSWORD_VARIABLE] = shop.key, company.erp.key
        shop.speak_french_first()
        place, cast = folder / "shop", files.cast()
        files.write_folder(place, shop.url, company.erp, language=language, settings=settings)
        visitors = Visitors(shop, cast.all, {}, Random(files.SEED), ())  # noqa: S311 - seeded
        scene = Scene(place, shop, company, visitors, cast, language)
        for play in STEPS:
            await play(scene)
    words = {*WORDS, health.COMPANY, health.SIREN}
    searched = search(place, Path(os.environ["PREFECT_HOME"]), words)
    broken = [law for step in scene.steps for law in step.broken]
    broken += [scene.text("named", file=file) for file in searched.naming]
    seconds = time.monotonic() - began
    _write_summary(summary, scene, broken, searched, seconds)
    _show_end(scene, summary, broken, searched, seconds)
    return Exit.FAILED if broken else Exit.COMPLETED


def _show_end(scene: Scene, summary: Path, broken: list[str], searched: Searched, seconds: float) -> None:
    reports, port = scene.folder / "reports", scene.shop.url.rpartition(":")[2]
    state = scene.folder.parent / "sandbox.state"
    out.print()
    for code, where in (
        ("reports", reports / "index.html"),
        ("proof", scene.beside("proof.html")),
        ("figures", summary),
    ):
        out.print(scene.text(f"end_{code}", where=where), markup=False, soft_wrap=True)
    out.print(scene.text("end_again"), markup=False, soft_wrap=True)
    for line in (
        f"{program()} sandbox --module --port {port} --state-file {state} &",
        f"export {KEY_VARIABLE}={scene.shop.key}",
        f"{program()} runs {scene.named}",
        f"{program()} prices {scene.cast.reduced.reference} {scene.named}",
    ):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    for law in broken:
        err.print(scene.text("end_broken", law=law), markup=False, soft_wrap=True)
    figures = {"steps": len(STEPS) - 1, "checks": sum(step.checks for step in scene.steps), "files": searched.files}
    code = "end_all_held" if not broken else "end_not_held"
    out.print(scene.text(code, **figures, broken=len(broken), seconds=f"{seconds:.0f}"), markup=False, soft_wrap=True)


def _write_summary(summary: Path, scene: Scene, broken: list[str], searched: Searched, seconds: float) -> None:
    told = {
        "steps": [asdict(step) for step in scene.steps],
        "files_searched": searched.files,
        "broken_laws": broken,
        "seconds": round(seconds, 1),
    }
    summary.parent.mkdir(parents=True, exist_ok=True)
    summary.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
