"""Wrong values of settings and options, as an integrator types them: a fault with its remedy, in French throughout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from schemas.error_texts import error_message
from schemas.errors import ConfigFault, ConfigurationError
from tests.flows.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    with World.at(tmp_path / "boutique") as world:
        world.write_settings(shop={"language": "fr"})
        yield world


def told(world: World, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    capsys.readouterr()
    assert answer([*command]) == Exit.USAGE
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "line", "reason", "remedy"),
    [
        ("settings.toml", '[orders]\nplaced_from = "hier"', "ce doit être une date", "Écrivez un jour sans guillemets"),
        (
            "settings.toml",
            "[orders]\nplaced_from = 30/11/2026",
            "la ligne devrait finir là (colonne",
            "Corrigez cette ligne",
        ),
        ("settings.toml", "[orders]\nstates = 2", "ce doit être une liste", "entre crochets"),
        ("settings.toml", "[orders]\nchunk = 1\nchunk = 2", "cette clé a déjà une valeur", "Corrigez cette ligne"),
        ("settings.toml", "[orders", "il manque ']'", "Corrigez cette ligne"),
        ("import.json", "{", "il manque un `}`", "Corrigez cette ligne"),
        ("import.json", "", "le texte s\u2019arrête trop tôt", "Corrigez cette ligne"),
        ("import.json", "[1 2]", "une virgule ou un `]` est attendu ici", "Corrigez cette ligne"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_in_french(
    world: World, file: str, line: str, reason: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = world.folder / file
    before = path.read_text("utf-8") + "\n" if file == "settings.toml" else ""
    path.write_text(before + line, encoding="utf-8")
    said = told(world, capsys, "check", str(world.folder))
    assert reason in said
    assert remedy in said


def test_seconds_without_end_are_no_number_of_seconds(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Files would be waited for for ever, without a word."""
    path = world.folder / "settings.toml"
    path.write_text(path.read_text("utf-8").replace("stable_seconds = 0.0", "stable_seconds = inf"), encoding="utf-8")
    assert "files.stable_seconds: ce doit être un nombre fini" in told(world, capsys, "check", str(world.folder))


@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.parametrize("command", ["check", "audit"])
def test_certificates_that_cannot_be_read_are_a_fault_of_the_setting(
    world: World, command: str, content: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    world.write_settings(
        shop={"language": "fr", "url": world.shop.url.replace("http:", "https:"), "verify_tls": str(file)}
    )
    capsys.readouterr()
    assert answer([command, str(world.folder)]) == Exit.USAGE
    said = capsys.readouterr()
    assert f"{file} n\u2019est pas un fichier de certificats lisible" in (said.out + said.err).replace("\n", "")
    assert "Traceback" not in said.err


@pytest.mark.parametrize("port", ["99999999", "-1"])
@pytest.mark.parametrize("command", ["sandbox", "board"])
def test_a_port_that_cannot_be_is_told_without_a_traceback(
    world: World, command: str, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [str(world.folder)] if command == "board" else []
    said = told(world, capsys, command, *where, "--port", port)
    assert "aucun port n\u2019a ce numéro" in said
    assert "--port 0" in said


def test_a_run_that_stopped_at_a_wrong_value_says_reason_and_remedy_apart() -> None:
    fault = ConfigFault("since", "2099-01-01", "this key is missing", "Fill it in.")
    read = error_message(ConfigurationError((fault, fault)), "fr")
    assert read.reason.startswith("since: 2099-01-01\u00a0: cette clé manque; ")
    assert read.remedy == "Remplissez-la."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("imprt", "Commande inconnue : « imprt »."),
        ("run", "il manque --flow."),
        ("run import_product", "Vouliez-vous dire « import_products » ?"),
        ("orders resend abc", "« abc » ne convient pas pour ORDER ; attendu : int."),
        ("orders --state livree", "« livree » ne convient pas pour --state."),
        ("run import_products a b", "Ceci est de trop : ['b']."),
        ("runs --foo", "Option inconnue : --foo."),
        ("runs --limt 3", "Vouliez-vous dire --limit ?"),
    ],
)
def test_a_wrong_command_line_is_told_in_the_language_of_the_terminal(
    world: World, line: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    french = " ".join(told(world, capsys, *line.split()).replace("│", " ").split())
    assert said in french
    assert "`--help` derrière une commande dit ce qu\u2019elle prend." in french
    assert [word for word in ("Unknown", "Invalid", "Choose", "requires", "Unused", "Error") if word in french] == []
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "Error" in told(world, capsys, *line.split())
