"""How much a command says is asked for anywhere on its line."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.cli import answer
from deployments.exits import Exit
from deployments.talk import Talk, set_up, split


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    ours = [logging.getLogger(name) for name in ("flows", "tasks", "connectors", "deployments")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in ours]
    yield
    for logger, level, handlers in before:
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.mark.parametrize(
    ("line", "talk", "rest"),
    [
        ("run import_stock -q", Talk(quiet=True), ["run", "import_stock"]),
        ("-v runs", Talk(verbose=True), ["runs"]),
        ("runs --log-file a.log --limit 3", Talk(log_file=Path("a.log")), ["runs", "--limit", "3"]),
        ("runs --log-file=a.log", Talk(log_file=Path("a.log")), ["runs"]),
        ("why -- -q", Talk(), ["why", "--", "-q"]),
    ],
)
def test_it_is_taken_from_wherever_it_stands(line: str, talk: Talk, rest: list[str]) -> None:
    assert split(line.split()) == (talk, rest)


def test_steps_are_logged_to_a_file_that_its_owner_alone_may_read(tmp_path: Path) -> None:
    set_up(Talk(log_file=tmp_path / "logs" / "a.log"))
    logging.getLogger("tasks.run.run").info("import_stock: plan")
    written = tmp_path / "logs" / "a.log"
    assert "INFO tasks.run.run: import_stock: plan" in written.read_text("utf-8")
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert answer(["runs", "--log-file", str(tmp_path / "file" / "a.log")]) == Exit.USAGE
    assert "--log-file" in capsys.readouterr().err
