"""Doors around a shop's folder: who may read what runs write, and what is said of those that stand open."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from connectors.files.private import open_to_others, shared_folder
from deployments.flow_names import flow_named
from schemas.associations import parse_associations
from schemas.flows import FLOWS
from schemas.import_json import default_import_spec
from schemas.settings import parse_settings
from tasks.check.doors import check_doors
from tasks.check.finding import Findings
from tasks.run.certificates import unverified
from tasks.run.shop_folder import ShopFolder

SAY = Findings("en")
ROOT = Path(__file__).parents[3]
SHOP = '[shop]\nurl = "https://shop.example"\nkey = "env:KEY"\n'
RUNS_WHAT_IT_READS = {"pickle", "marshal", "shelve", "dill", "joblib", "diskcache", "cloudpickle", "eval", "exec"}


def folder(path: Path, settings: str = SHOP) -> ShopFolder:
    associations = parse_associations("", source="associations.toml")
    specs = default_import_spec()
    return ShopFolder(path, parse_settings(settings, source="settings.toml"), specs, associations, specs)


def named_by(node: ast.AST) -> list[str]:
    """The modules that are imported, or the name of a function that runs a text."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [node.id] if isinstance(node, ast.Name) and node.id in {"eval", "exec"} else []


@pytest.mark.lasting
def test_nothing_of_ours_imports_what_runs_the_code_it_reads() -> None:
    found = [
        f"{path}: {name}"
        for package in ("flows", "tasks", "schemas", "connectors", "deployments")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in named_by(node)
        if name.partition(".")[0] in RUNS_WHAT_IT_READS
    ]
    assert not found


@pytest.mark.lasting
def test_no_task_or_flow_lets_prefect_keep_its_results() -> None:
    """Prefect would pickle them, with what the rows say of people."""
    assert [name for name in FLOWS if flow_named(name).persist_result is not False] == []
    calls = [
        (f"{path}:{node.lineno}", {word.arg for word in node.keywords})
        for path in (ROOT / "tasks").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "task"
    ]
    assert calls
    assert [where for where, given in calls if "persist_result" not in given] == []


def test_a_file_that_others_may_read_is_found_with_its_remedy(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir(mode=0o700)
    for name, mode in (("own.html", 0o600), ("group.html", 0o640), ("all.html", 0o604)):
        (reports / name).touch()
        (reports / name).chmod(mode)
    assert sorted(path.name for path in open_to_others(reports)) == ["all.html", "group.html"]
    [finding] = check_doors(folder(tmp_path), SAY)
    assert (finding.verdict, "2 " in finding.reason) == ("warning", True)
    assert f"chmod -R go= '{reports}'" in finding.remedy
    os.system(f"chmod -R go= '{reports}'")  # noqa: S605 - what the remedy says
    assert not list(check_doors(folder(tmp_path), SAY))


@pytest.mark.parametrize("name", ["reports", "rejects", "archives", ".work", ".snapshots", "ledger.db"])
def test_every_place_that_runs_write_to_is_looked_at(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch() if name.endswith(".db") else path.mkdir()
    path.chmod(0o755)
    assert [finding.subject for finding in check_doors(folder(tmp_path), SAY)] == ["files"]


def test_the_drop_folder_is_open_to_whom_the_machine_opens_folders(tmp_path: Path) -> None:
    usual = os.umask(0o022)
    try:
        shared_folder(tmp_path / "streams")
        (tmp_path / "own").mkdir()
    finally:
        os.umask(usual)
    assert (tmp_path / "streams").stat().st_mode & 0o777 == 0o755 & ~_umask_at_start()


def _umask_at_start() -> int:
    from connectors.files import private  # noqa: PLC0415 - the one look at what it saw

    return private._USUAL


def test_certificates_that_are_not_verified_are_named_by_their_table(tmp_path: Path) -> None:
    assert unverified(folder(tmp_path)) == []
    settings = SHOP + (
        'verify_tls = false\n[erp]\nkind = "cegid"\n[erp.cegid]\nverify_tls = false\n'
        '[[sources.ftps]]\nname = "erp"\nhost = "h"\nuser = "u"\npassword = "env:P"\nverify_tls = false\n'
        '[[sources.ftps]]\nname = "good"\nhost = "h"\nuser = "u"\npassword = "env:P"\nverify_tls = "own.pem"\n'
    )
    open_doors = folder(tmp_path, settings)
    assert unverified(open_doors) == ["[shop]", "[erp.cegid]", "[[sources]] erp"]
    findings = list(check_doors(open_doors, SAY))
    assert [finding.subject for finding in findings] == ["certificate"] * 3
    assert all("verify_tls = true" in finding.remedy for finding in findings)
