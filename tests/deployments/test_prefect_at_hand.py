"""Whether a Prefect server is named is found out without Prefect, and never otherwise than Prefect would say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.world import KEY_VARIABLE, World

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:4200/api"
ASK = """
import sys
from deployments.prefect_at_hand import server_may_be_named
found = server_may_be_named()
assert "prefect" not in sys.modules
from prefect.settings import get_current_settings
print(found, get_current_settings().api.url is not None)
"""
RUN = """
import json, sys
from deployments.cli import answer
code = answer(sys.argv[1:])
print(json.dumps({"code": code, "prefect": "prefect" in sys.modules}))
"""
PROFILE = "[profiles.{name}]\nPREFECT_API_URL = 'http://127.0.0.1:4200/api'\n[profiles.other]\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


def without_prefect(home: Path) -> dict[str, str]:
    """The environment of a machine on which Prefect has been told nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PREFECT_")}
    return kept | {"HOME": str(home), "PYTHONPATH": str(ROOT)}


def told(place: Path, files: dict[str, str], environment: dict[str, str]) -> tuple[str, str]:
    """What we say and what Prefect says, as `True` or `False`, where these files and variables are there."""
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    given = {name: value.format(place=place) for name, value in environment.items()}
    command = [sys.executable, "-c", ASK]
    asked = subprocess.run(
        command, cwd=place, env=without_prefect(place) | given, capture_output=True, text=True, check=True
    )
    ours, prefects = asked.stdout.split()
    return ours, prefects


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({}, {"PREFECT_API_URL": URL}),
        ({}, {"prefect_api_url": URL}),
        ({}, {"PREFECT_API": '{{"url": "http://127.0.0.1:4200/api"}}'}),
        ({".env": f"PREFECT_API_URL={URL}\n"}, {}),
        ({"prefect.toml": f"[api]\nurl = '{URL}'\n"}, {}),
        ({"pyproject.toml": f"[tool.prefect.api]\nurl = '{URL}'\n"}, {}),
        ({".prefect/profiles.toml": "active = 'own'\n" + PROFILE.format(name="own")}, {}),
        ({".prefect/profiles.toml": PROFILE.format(name="own")}, {"PREFECT_PROFILE": "own"}),
        ({"home/profiles.toml": "active = 'own'\n" + PROFILE.format(name="own")}, {"PREFECT_HOME": "{place}/home"}),
        ({"p.toml": "active = 'own'\n" + PROFILE.format(name="own")}, {"PREFECT_PROFILES_PATH": "{place}/p.toml"}),
        ({"prefect.toml": "profiles_path = 'p.toml'\n", "p.toml": "active = 'a'\n" + PROFILE.format(name="a")}, {}),
    ],
)
def test_a_server_that_prefect_knows_is_seen(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str]
) -> None:
    assert told(tmp_path, files, environment) == ("True", "True")


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({}, {}),
        ({".env": "PASSERELLE_KEY=x\n"}, {}),
        ({"prefect.toml": (ROOT / "prefect.toml").read_text(encoding="utf-8")}, {}),
        ({"pyproject.toml": (ROOT / "pyproject.toml").read_text(encoding="utf-8")}, {}),
        ({".prefect/profiles.toml": "active = 'other'\n" + PROFILE.format(name="own")}, {}),
        ({".prefect/profiles.toml": PROFILE.format(name="own")}, {}),
        ({".prefect/profiles.toml": "active = 'own'\n" + PROFILE.format(name="own")}, {"PREFECT_PROFILE": "other"}),
        ({".prefect/profiles.toml": "active = 'own'\n" + PROFILE.format(name="own")}, {"PREFECT_PROFILE": "local"}),
    ],
)
def test_where_prefect_knows_none_it_is_not_imported(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str]
) -> None:
    assert told(tmp_path, files, environment) == ("False", "False")


@pytest.mark.parametrize(
    ("name", "text"),
    [("prefect.toml", "[api\n"), ("pyproject.toml", "tool = 1\n"), (".prefect/profiles.toml", "profiles = 1")],
)
def test_files_of_prefect_that_cannot_be_read_are_left_to_prefect(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / ".prefect").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from deployments.prefect_at_hand import *; print(server_may_be_named())"]
    asked = subprocess.run(
        command, cwd=tmp_path, env=without_prefect(tmp_path), capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "True"


def test_where_prefect_is_imported_already_it_is_asked(tmp_path: Path) -> None:
    program = "import prefect; from deployments.prefect_at_hand import *; print(server_may_be_named())"
    asked = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=without_prefect(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == "True"


@pytest.mark.parametrize("arguments", [("run", "import_stock"), ("run", "import_files"), ("plan", "import_products")])
def test_a_run_without_a_server_does_not_import_prefect(world: World, tmp_path: Path, arguments: tuple[str]) -> None:
    world.drop_products({"reference": "MUG"})
    environment = without_prefect(tmp_path) | {KEY_VARIABLE: world.shop.key}
    command = [sys.executable, "-c", RUN, *arguments, str(world.folder)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout.splitlines()[-1]) == {"code": 0, "prefect": False}, ran.stderr
