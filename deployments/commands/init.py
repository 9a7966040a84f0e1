"""`passerelle init`: the folder of a shop, ready to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from connectors.files.folder import folder_of
from deployments.commands.example import as_example, say_what_is_next, write_example
from deployments.exits import Exit
from deployments.terminal import out
from deployments.words import said
from schemas.associations import default_associations_text
from schemas.column_spec import WEB_SERVICE
from schemas.errors import ConfigFault, ConfigurationError
from schemas.fault_texts import language_of_locale
from schemas.import_json import default_export_text, default_import_spec, default_import_text
from schemas.settings import default_settings_text

_GIT_IGNORE = """\
# Everything here but the configuration: data, reports and the ledger stay on this machine.
/streams/
/archives/
/reports/
/rejects/
/ledger.db*
/.work/
/.snapshots/
"""


def init(
    folder: Path,
    *,
    language: Annotated[
        Literal["fr", "en"] | None,
        Parameter(help=said("The language of reports and messages; by default that of the terminal.")),
    ] = None,
    example: Annotated[
        bool, Parameter(negative=(), help=said("With files of a few articles, for the sandbox."))
    ] = False,
) -> Exit:
    """Make the folder of a shop: import.json, export.json, settings.toml, associations.toml, folders for files."""
    spoken = language or language_of_locale()
    settings, associations = default_settings_text(spoken), default_associations_text(spoken)
    if example:
        settings, associations = as_example(settings, associations)
    texts = {
        "import.json": default_import_text(),
        "export.json": default_export_text(),
        "settings.toml": settings,
        "associations.toml": associations,
        ".gitignore": _GIT_IGNORE,
    }
    _refuse_to_overwrite(folder, tuple(texts))
    for stream in default_import_spec().streams.values():
        if stream.enabled and stream.type != WEB_SERVICE:
            (folder / "streams" / folder_of(stream)).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        out.print(said("wrote {path}", spoken, path=folder / name), markup=False, soft_wrap=True)
    if example:
        for path in write_example(folder):
            out.print(said("wrote {path}", spoken, path=path), markup=False, soft_wrap=True)
        say_what_is_next(folder, spoken)
        return Exit.COMPLETED
    next_step = "Next: fill in {settings}, then `passerelle check {folder}`."
    out.print(said(next_step, spoken, settings=folder / "settings.toml", folder=folder), markup=False)
    return Exit.COMPLETED


def _refuse_to_overwrite(folder: Path, names: tuple[str, ...]) -> None:
    faults = tuple(
        ConfigFault(str(folder / name), "file", "it exists already", "Choose another folder, or move this file away.")
        for name in names
        if (folder / name).exists()
    )
    if faults:
        raise ConfigurationError(faults, action="make a shop's folder")
