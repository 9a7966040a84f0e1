"""Every command of README and docs: run on the sandboxes where it can be, else looked at word by word."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from tests.benchmarks.__main__ import PARTS
from tests.campaigns.__main__ import CAMPAIGNS
from tests.deployments.doc_commands import PAGES, ROOT, Command, commands
from tests.flows.conftest import PREFECTS_SOCKETS
from tests.flows.order_world import ASSOCIATIONS, OrderWorld

COMMANDS = commands()
NOT_RUN = {
    "export": "sets a variable of the reader's shell",
    ".": "changes the reader's shell",
    "ssh-keyscan": "speaks with the merchant's server",
    "ssh-keygen": "reads what the merchant's server answered",
    "prefect": "test_prefect_server.py runs it, with a server and a worker of its own",
    "make": "make itself says what it would do; the targets are what CI runs",
    ".ci/run": "runs this test",
    "docker": "needs a container engine; test_compose.py starts what it would",
    "systemctl": "changes the reader's machine; test_compose.py looks at the units",
    "cp": "copies what is looked for",
    "chmod": "closes what was copied",
    "pg_dump": "needs the reader's database",
    "pg_restore": "needs the reader's database",
    "pytest": "would run itself; its folders are looked at",
    "python": "takes minutes, or a tenant of Cegid; its module, its parts and its options are looked at",
}
"""By its first word: why a command is not run here. Each has a test of its words."""
ANSWERS = frozenset({("orders", "another"), ("orders", "same"), ("orders", "resend")})
"""Answers to a question about an order, which the shop of this test does not have."""
NOT_SEEN = frozenset({("undo", "3f2a91c0"), ("prices", "correct")})
"""A run, and lines of the price ledger, that the shop of this test has not seen."""
BEFORE = {"omnibus.md": ("run import_products --shop boutique",)}
"""What has been done already where a page is read."""
DEFAULTS = ROOT / "schemas" / "defaults" / "import.json"
READ_FIRST = (ROOT / "README.md", ROOT / "docs" / "getting-started.md")
"""The pages whose commands `make test` runs; those of the others are run by `make slow`."""
_DID_IT = frozenset({Exit.COMPLETED, Exit.REJECTS})


def those_of(word: str) -> list[Command]:
    return [command for command in COMMANDS if Path(command.words[0]).name == word]


def test_every_command_is_run_or_has_a_reason_not_to_be() -> None:
    first = {command.words[0] for command in COMMANDS}
    assert {word for word in first if Path(word).name != "passerelle"} == set(NOT_RUN)


@pytest.fixture
def folder(tmp_path: Path, prefect_api: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a reader sits who has filled in `boutique`, of a shop with products and an order, and of an ERP."""
    monkeypatch.chdir(tmp_path)
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        world.write_settings(omnibus={"keep_prices": True}, events={"poll_seconds": 0.5})
        associations = ASSOCIATIONS.replace("[carriers]", '[carriers]\n1 = "RETRAIT"') + "[taxes]\nNOR = 1\n"
        (world.folder / "associations.toml").write_text(associations, encoding="utf-8")
        world.drop_products({"reference": "SAC1"}, {"reference": "ROBE0001-M", "price": "100"})
        specs = json.loads((world.folder / "import.json").read_text("utf-8"))
        specs["specificprice"] = json.loads(DEFAULTS.read_text("utf-8"))["specificprice"]
        (world.folder / "import.json").write_text(json.dumps(specs), encoding="utf-8")
        world.drop_stock({"SAC1": 3})
        yield tmp_path


@pytest.mark.filterwarnings(PREFECTS_SOCKETS)
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page.name, marks=() if page in READ_FIRST else pytest.mark.slow)
        for page in PAGES
        if any(command.page == page.name for command in those_of("passerelle"))
    ],
)
def test_every_passerelle_command_of_a_page_does_what_it_says(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for before in BEFORE.get(page, ()):
        assert answer(before.split()) in _DID_IT
    for command in those_of("passerelle"):
        if command.page != page:
            continue
        words = list(command.words[1:])
        # The shop's folder is there already, filled in: it is made once more, beside it.
        monkeypatch.chdir(folder if words[0] != "init" else fresh(folder))
        if "--port" in words:
            words[words.index("--port") + 1] = str(free_port())
        with contextlib.redirect_stdout(io.StringIO()) as said, stopped_by_hand(words, said):
            code = answer(words)
        nothing_to_answer = tuple(words[:2]) in ANSWERS and "Nothing is asked about" in said.getvalue()
        not_seen = tuple(words[:2]) in NOT_SEEN and code == Exit.USAGE
        assert code in _DID_IT or nothing_to_answer or not_seen, f"{command} ended with {code}: {said.getvalue()}"


def free_port() -> int:
    """Another program may listen on the one that a page names."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextlib.contextmanager
def stopped_by_hand(words: list[str], said: io.StringIO) -> Iterator[None]:
    """Somebody presses Ctrl-C once a listener has said that it listens, and after half a minute at the latest."""
    if words[0] != "listen":
        yield
        return
    ended = threading.Event()

    def press() -> None:
        until = time.monotonic() + 30
        while "listens to what changes" not in said.getvalue() and time.monotonic() < until:
            if ended.wait(0.1):
                return
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=press)
    hand.start()
    try:
        yield
    finally:
        ended.set()
        hand.join()


def fresh(folder: Path) -> Path:
    (folder / "fresh").mkdir()
    return folder / "fresh"


def test_every_target_of_make_is_there() -> None:
    for target in {command.words[1] for command in those_of("make")}:
        dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert dry.returncode == 0, dry.stderr


def test_every_folder_of_tests_is_there() -> None:
    folders = [word for command in those_of("pytest") for word in command.words[1:]]
    assert folders
    assert all((ROOT / folder).is_dir() for folder in folders)


def test_every_module_of_python_is_there_and_knows_what_it_is_given() -> None:
    known = {"tests.benchmarks": {*PARTS, "PART", "..."}, "tests.campaigns": set(CAMPAIGNS)}
    for command in those_of("python"):
        _, dash, module, *given = command.words
        assert (dash, importlib.util.find_spec(module) is not None) == ("-m", True), command
        names = [word for word in given if re.fullmatch(r"[a-z_-]+", word) and not word.startswith("-")]
        assert set(names) <= known.get(module, set(names)), command
    [contract] = [command for command in those_of("python") if command.words[2] == "pytest"]
    assert (ROOT / contract.words[3]).is_dir()
    options = (ROOT / "tests/conftest.py").read_text(encoding="utf-8")
    assert all(f'"{word}"' in options for word in contract.words if word.startswith("--"))


def test_every_command_of_prefect_is_one_that_the_test_of_the_server_runs() -> None:
    source = (ROOT / "tests/deployments/test_prefect_server.py").read_text(encoding="utf-8")
    for command in those_of("prefect"):
        words = ", ".join(f'"{word}"' for word in command.words[1:])
        assert words.replace(', "--port", "4300"', "") in source, command


def test_what_is_copied_is_there_and_docker_is_given_files_that_are() -> None:
    named = [word for command in [*those_of("cp"), *those_of("docker")] for word in command.words[1:]]
    files = {word for word in named if word.startswith("deployments/")} - {"deployments/compose.env"}
    assert len(files) == 5
    assert all((ROOT / file).is_file() for file in files)


def test_ssh_s_own_commands_are_installed_with_it_under_these_names() -> None:
    assert {command.words[0] for command in COMMANDS if command.words[0].startswith("ssh")} == {
        "ssh-keyscan",
        "ssh-keygen",
    }


def test_the_variables_that_are_set_are_those_that_are_read() -> None:
    names = {re.split("=", command.words[1])[0] for command in those_of("export")}
    prefects = {name for name in names if name.startswith("PREFECT_")}
    settings = (ROOT / "schemas/defaults/settings.toml").read_text(encoding="utf-8")
    assert prefects == {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"}
    for name in names - prefects:
        assert f"env:{name}" in settings, name
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_setup_makes_a_token_of_the_prefect_server_once_and_for_its_user_alone(tmp_path: Path) -> None:
    files = [tmp_path / "one.env", tmp_path / "two.env"]
    for file in (*files, files[0]):
        before = file.read_text("utf-8") if file.exists() else ""
        subprocess.run([ROOT / ".ci/token", file], check=True)
        assert before in {"", file.read_text("utf-8")}
    assert files[0].read_text("utf-8") != files[1].read_text("utf-8")
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    lines = [line for line in files[0].read_text("utf-8").splitlines() if line.startswith("export ")]
    names, tokens = zip(*(line.removeprefix("export ").split("=") for line in lines), strict=True)
    assert names == ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING")
    assert len(set(tokens)) == 1
    assert re.fullmatch("admin:[0-9a-f]{48}", tokens[0])
    assert "prefect.env" in (ROOT / ".gitignore").read_text("utf-8")


def test_the_token_is_the_first_step_of_the_prefect_part_and_setup_makes_it() -> None:
    part = (ROOT / "README.md").read_text("utf-8").partition("## With the Prefect interface")[2]
    assert part.partition("```sh\n")[2].startswith(". ./prefect.env ")
    assert re.search(r"^setup: .*\bprefect\.env\b", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
