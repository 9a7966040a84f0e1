"""Where many tests begin: a shop and its connector after their first runs, made once and copied for each of them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.flows.world import KEY_VARIABLE, World, sandbox_shop

W = TypeVar("W", bound=World)
FOLDER, STATE, TOLD = "boutique", "shop.json", "told.json"


class Beginnings:
    """Worlds by the function that prepared them, kept in `place`."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @asynccontextmanager
    async def copy(
        self, kind: type[W], prepare: Callable[[W], Awaitable[object]], place: Path, **options: Any
    ) -> AsyncIterator[W]:
        """A world of its own in `place`, as `prepare` left the first one; `options` are the sandbox shop's."""
        kept = self._place / f"{prepare.__module__}.{prepare.__qualname__}"
        if not (kept / TOLD).exists():
            await _keep(kept, kind, prepare, options)
        for name in (FOLDER, STATE):
            copied = shutil.copytree if name == FOLDER else shutil.copyfile
            copied(kept / name, place / name)
        told = json.loads((kept / TOLD).read_text("utf-8"))
        with sandbox_shop(state_file=place / STATE, **options) as shop:
            world = kind(place / FOLDER, shop)
            world.drops = told["drops"]
            os.environ[KEY_VARIABLE] = shop.key
            settings = world.folder / "settings.toml"
            settings.write_text(settings.read_text("utf-8").replace(told["url"], shop.url), "utf-8")
            yield world


async def _keep(place: Path, kind: type[W], prepare: Callable[[W], Awaitable[object]], options: dict[str, Any]) -> None:
    place.mkdir(parents=True)  # noqa: ASYNC240 - nothing else is at work
    with kind(place / FOLDER, sandbox_shop(state_file=place / STATE, **options)) as world:
        await prepare(world)
    (place / TOLD).write_text(json.dumps({"url": world.shop.url, "drops": world.drops}), "utf-8")
