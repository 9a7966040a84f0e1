"""The `passerelle` command as a person meets it: what it says, and what its exit code says to cron."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from rich.table import Table

from deployments import environment
from deployments.cli import answer
from deployments.environment import own_prefect
from deployments.exits import Exit, exit_of
from deployments.sandbox.shop import SandboxShop
from deployments.terminal import show_table
from schemas.flows import FLOWS, FlowName
from schemas.import_json import parse_export_json
from tests.campaigns.prefect_here import migrated
from tests.flows.conftest import PREFECTS_SOCKETS
from tests.flows.world import KEY_VARIABLE, World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.at(tmp_path / "boutique") as world:
        yield world


@pytest.fixture
def own_environment(tmp_path: Path) -> dict[str, str]:
    """As after a login: no Prefect of anybody's, and the key of the sandbox."""
    migrated(tmp_path / "prefect" / "prefect.db")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_PROFILES_PATH": str(tmp_path / "profiles.toml")}


def test_every_flow_that_can_be_named_can_be_run() -> None:
    assert get_args(FlowName) == tuple(FLOWS)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("Completed", 0),
        ("Planned", 0),
        ("Failed", 1),
        ("Crashed", 1),
        ("CompletedWithRejects", 3),
        ("StoppedByGuard", 4),
        ("AlreadyRunning", 5),
    ],
)
def test_each_state_has_its_exit_code(state: str, code: int) -> None:
    assert exit_of(state) == code


@pytest.mark.parametrize(
    "line",
    [
        "run",
        "run import_everything",
        "run import_stock --since lastweek",
        "run export_orders --accept-guard",
        "run export_returns --since 3d",
        "run import_stock --sweep",
        "nothing",
        "init",
        "check --wrong",
    ],
)
def test_a_wrong_command_line_ends_with_two_and_starts_nothing(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(line.split()) == Exit.USAGE
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["--help"]) == Exit.COMPLETED
    said = capsys.readouterr().out
    for command in ("demo", "init", "check", "run", "plan", "runs", "sandbox"):
        assert f" {command} " in said


def test_a_folder_that_is_not_there_is_said_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["run", "import_stock", "--shop", str(tmp_path / "nowhere")]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "passerelle init" in said
    assert "Traceback" not in said


def test_every_fault_of_the_configuration_is_told_at_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (world.folder / "settings.toml").write_text('[shop]\nurl = "ftp://x"\nkey = "env:K"\ncolour = 1\n', "utf-8")
    (world.folder / "import.json").write_text("{", "utf-8")
    assert answer(["check", str(world.folder)]) == Exit.USAGE
    said = capsys.readouterr().err
    assert "settings.toml:2" in said
    assert "settings.toml:4" in said
    assert "import.json:1" in said


def test_faults_are_told_in_the_language_of_the_shop_else_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    (tmp_path / "settings.toml").write_text('[shop]\nlanguage = "fr"\ncolour = 1\n', "utf-8")
    assert answer(["check", str(tmp_path)]) == Exit.USAGE
    assert "cette clé est inconnue" in capsys.readouterr().err
    (tmp_path / "settings.toml").write_text("[shop]\ncolour = 1\n", "utf-8")
    assert answer(["check", str(tmp_path)]) == Exit.USAGE
    assert "this key is not known" in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert answer(["check", str(tmp_path)]) == Exit.USAGE
    assert "cette clé est inconnue" in capsys.readouterr().err


def test_init_makes_a_folder_that_only_lacks_the_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "boutique"
    assert answer(["init", str(folder), "--language", "fr"]) == Exit.COMPLETED
    assert tomllib.loads((folder / "settings.toml").read_text("utf-8"))["shop"]["language"] == "fr"
    assert (folder / "streams" / "product").is_dir()
    exports = parse_export_json((folder / "export.json").read_text("utf-8"), source="export.json").streams
    assert {name for name, stream in exports.items() if stream.enabled} == {"order", "return"}
    capsys.readouterr()
    assert answer(["runs", str(folder)]) == Exit.COMPLETED
    assert "Aucune exécution" in capsys.readouterr().out


@pytest.mark.parametrize(("locale", "asked", "comment"), [
    ("fr_FR.UTF-8", (), "# La langue des rapports"), ("en_GB.UTF-8", (), "# The language of reports"),
    ("fr_FR.UTF-8", ("--language", "en"), "# The language of reports"),
])  # fmt: skip
def test_init_comments_the_files_in_the_language_asked_for_or_in_that_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, asked: tuple[str, ...], comment: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert answer(["init", str(tmp_path / "boutique"), *asked]) == Exit.COMPLETED
    settings = (tmp_path / "boutique" / "settings.toml").read_text(encoding="utf-8")
    assert comment in settings
    language = tomllib.loads(settings)["shop"]["language"]
    associations = (tmp_path / "boutique" / "associations.toml").read_text(encoding="utf-8")
    is_french = comment.startswith("# La")
    assert ("Quel code de" in associations, language) == (is_french, "fr" if is_french else "en")


def test_init_makes_a_drop_folder_for_every_stream_whose_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "boutique"
    answer(["init", str(folder)])
    made = {path.name for path in (folder / "streams").iterdir()}
    assert made == {"product", "stock", "store", "customer", "specificprice", "storeOrder"}


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.toml").write_text("mine", "utf-8")
    assert answer(["init", str(tmp_path)]) == Exit.USAGE
    assert (tmp_path / "settings.toml").read_text("utf-8") == "mine"
    assert not (tmp_path / "import.json").exists()
    assert "exists already" in capsys.readouterr().err


def test_check_says_ready_when_all_is_well(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["check", str(world.folder)]) == Exit.COMPLETED, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "Ready." in said
    assert "8.2" in said
    assert world.shop.writes == 0


def test_check_takes_the_folder_from_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_SHOP", str(world.folder))
    assert answer(["check"]) == Exit.COMPLETED, capsys.readouterr().out


def test_check_never_shows_the_key(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    answer(["check", str(world.folder)])
    said = capfd.readouterr()
    assert world.shop.key not in said.out + said.err


def run_passerelle(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from deployments.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def _told(output: str, label: str) -> str:
    """What a line of the output says behind its label."""
    return next(line for line in output.splitlines() if line.startswith(label)).removeprefix(label)


@pytest.mark.slow
def test_run_ends_with_what_happened_and_where_to_read_it_although_prefect_is_away(
    world: World, own_environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    world.drop_products(*world.dress(2), {"reference": "MAUVAIS", "price": "sur devis"})
    away = own_environment | {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    run = run_passerelle(away, "run", "import_products", "--shop", str(world.folder), "--debug")
    assert run.returncode == Exit.REJECTS, run.stderr
    assert "does not answer" in run.stderr
    kept = Path(page).with_suffix(".debug.txt") if (page := _told(run.stdout, "Report: ")) else Path()
    assert _told(run.stdout, "Last exchanges: ") == str(kept)
    assert kept.stat().st_mode & 0o077 == 0
    exchanges = json.loads(kept.read_text("utf-8"))
    assert {each["where"].partition(", key")[0] for each in exchanges if each["verb"] == "POST"} >= {
        "flow import_products, shop boutique, step write products"
    }
    assert "Chemise" not in kept.read_text("utf-8")
    assert world.shop.key not in kept.read_text("utf-8")
    assert "Completed with rejects 7 rows read: 6 created, 1 rejected" in run.stdout
    assert Path(page).is_file()
    assert "Traceback" not in run.stderr
    assert "Beginning flow run" not in run.stderr
    assert answer(["runs", str(world.folder)]) == Exit.COMPLETED
    listed = capsys.readouterr().out
    assert "import_products" in listed
    assert "6 created" in listed


@pytest.mark.slow
def test_where_no_prefect_is_named_none_is_started(
    world: World, own_environment: dict[str, str], tmp_path: Path
) -> None:
    world.drop_stock({"NOBODY": 1})
    home = tmp_path / "alone"
    run = run_passerelle(own_environment | {"PREFECT_HOME": str(home)}, "run", "import_stock", str(world.folder))
    assert run.returncode == Exit.COMPLETED, run.stderr
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert list(home.glob("*.db*")) == []


@pytest.mark.slow
@pytest.mark.filterwarnings(PREFECTS_SOCKETS)
@pytest.mark.usefixtures("prefect_api")
def test_plan_writes_nothing(world: World, own_environment: dict[str, str]) -> None:
    world.drop_products(*world.dress(2))
    away = own_environment | {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    run = run_passerelle(away, "plan", "import_products", "--shop", str(world.folder))
    assert run.returncode == Exit.COMPLETED, run.stderr
    assert "Dry run 6 rows read" in run.stdout
    assert "+ ROBE0000-S combination" in run.stdout or "+ ROBE0000" in run.stdout
    assert "does not answer" in run.stderr
    assert world.shop.writes == 0


@pytest.mark.slow
def test_a_wrong_key_fails_with_a_remedy_and_no_traceback(
    world: World, own_environment: dict[str, str], prefect_api: str
) -> None:
    world.drop_products(*world.dress(1))
    wrong = own_environment | {KEY_VARIABLE: "X" * 32, "PREFECT_API_URL": prefect_api}
    run = run_passerelle(wrong, "run", "import_products", "--shop", str(world.folder))
    assert run.returncode == Exit.FAILED
    assert "Traceback" not in run.stdout + run.stderr
    assert "X" * 32 not in run.stdout + run.stderr
    assert "key" in run.stdout + run.stderr


def test_the_sandbox_serves_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from deployments.cli import main; main()", "sandbox", "--port", "0"]
    with subprocess.Popen(
        [*command, "--state-file", str(tmp_path / "state")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        assert served.stdout.readline().startswith("url http://127.0.0.1:")
        served.send_signal(2)
        assert served.wait(30) in {0, Exit.INTERRUPTED}


def test_a_port_that_is_taken_is_said_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert answer(["sandbox", "--port", str(port)]) == Exit.USAGE
    said = capsys.readouterr().err
    assert f"--port {port}: another program listens on it" in said
    assert "--port 0" in said


def test_check_of_an_address_where_nothing_answers_takes_seconds(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    world.write_settings(shop={"url": f"http://127.0.0.1:{port}"})
    start = time.monotonic()
    assert answer(["check", str(world.folder)]) == Exit.USAGE
    assert time.monotonic() - start < 30
    assert "Nothing answers at the shop's address" in " ".join(capsys.readouterr().out.split())


def test_a_table_that_is_no_terminal_s_holds_every_word_whole_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("flow", "state", "what happened to them"):
        table.add_column(title)
    table.add_row("import_specific_prices", "CompletedWithRejects", "10517 created, " * 20)
    table.add_row("import_stock", "Completed", "")
    show_table(table)
    header, prices, stock = capsys.readouterr().out.splitlines()
    assert prices == f"import_specific_prices  CompletedWithRejects  {'10517 created, ' * 20}".rstrip()
    assert stock.split() == ["import_stock", "Completed"]
    assert stock == stock.rstrip()
    assert header.startswith("flow ")


def test_a_prefect_of_our_own_knows_nothing_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        os, "environ", {"PREFECT_API_URL": "http://127.0.0.1:9", "PREFECT_SERVER_API_AUTH_STRING": "a:b"}
    )
    own_prefect(tmp_path)
    assert "PREFECT_API_URL" not in os.environ
    assert "PREFECT_SERVER_API_AUTH_STRING" not in os.environ
    assert os.environ["PREFECT_HOME"] == str(tmp_path)
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_what_prefect_toml_says_our_command_says_too() -> None:
    told = tomllib.loads((ROOT / "prefect.toml").read_text("utf-8"))
    assert told["server"] == {
        "analytics_enabled": False,
        "api": {
            "cors_allowed_origins": environment._QUIET["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"],
            "csrf_protection_enabled": environment._QUIET["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true",
        },
        "ui": {"v2_enabled": False, "show_promotional_content": False},
    }
    assert "*" not in told["server"]["api"]["cors_allowed_origins"]
    assert told["server"]["api"]["csrf_protection_enabled"]


def test_a_shop_without_rights_is_told_which_boxes_to_tick(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    shop: SandboxShop = world.shop
    shop.add_key("K" * 32, {"configurations": ("GET",), "languages": ("GET",), "products": ("GET",)})
    os.environ[KEY_VARIABLE] = "K" * 32
    assert answer(["check", str(world.folder)]) == Exit.USAGE
    said = " ".join(capsys.readouterr().out.split())
    assert "Add (POST)" in said
    assert "manufacturers" in said
    assert "to put right" in said
