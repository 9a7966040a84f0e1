"""import.json and export.json: read in exactly the reference product's format, every fault named at once."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from json import JSONDecodeError
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from schemas.column_spec import DATE_FORMATS, FILES, WEB_SERVICE, AbsentRows, Column, StreamSpec
from schemas.column_targets import read_column
from schemas.commented_json import JsonText, parse_commented_json
from schemas.errors import ConfigFault, ConfigurationError
from schemas.export_template import read_template
from schemas.json_keys import FaultNotes, JsonKeys
from schemas.known_columns import KNOWN_STREAMS
from schemas.stream_checks import check_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_FILE = ("customer", "order", "return", "slip")
_EXPORT_STREAMS = ("catalogue", *_BY_FILE)
_ASKED = ("product", "stock", "invoiceDocument", "orderReturnStatus")
"""Streams of import.json that are files, or that the ERP is asked for."""
_ASK_ONLY = ("orderstatus", "catalogue")
"""Streams that are never files."""
WRITTEN_DATES = ("%d/%m/%Y",)
"""How a date is written where export.json says nothing: as Sage, EBP and Gestimum read it."""
_OUR_COLUMNS = ("_file", "_line", "_key")
_DAY_FORMAT = re.compile(r"(?:[^%]|%[-_0]?[YymdebB])+")
_DAY_PARTS = (re.compile("%[yY]"), re.compile("%[-_0]?[mbB]"), re.compile("%[-_0]?[de]"))


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """The streams of a file by technical name, and what a person should know of it."""

    streams: Mapping[str, StreamSpec]
    warnings: tuple[ConfigFault, ...] = field(default=())


def parse_import_json(text: str, *, source: str) -> ImportSpec:
    """The streams of an import.json. `ConfigurationError` names every fault at once, with line and remedy.

    Faults of a disabled stream are warnings: it does not run.
    """
    return _parse(text, source=source, known=tuple(KNOWN_STREAMS), with_columns=True)


def parse_export_json(text: str, *, source: str) -> ImportSpec:
    """The streams of an export.json; one of type `local` has the template by which its files are written."""
    return _parse(text, source=source, known=_EXPORT_STREAMS, with_columns=False)


def default_import_text() -> str:
    """The import.json as shipped: every stream of the guide, column by column."""
    return files("schemas.defaults").joinpath("import.json").read_text(encoding="utf-8")


def default_import_spec() -> ImportSpec:
    """The streams of the import.json as shipped."""
    return parse_import_json(default_import_text(), source="import.json")


def default_export_text() -> str:
    """The export.json as shipped."""
    return files("schemas.defaults").joinpath("export.json").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _parse(text: str, *, source: str, known: tuple[str, ...], with_columns: bool) -> ImportSpec:
    """The streams; a chain opens its folder once for each of its parts, and reads the same text."""
    parsed = _parse_text(text, source)
    notes = FaultNotes(source, parsed.lines)
    for path, _line in parsed.duplicates:
        notes.fault(path, "this key is written twice in the same place", "Keep one of them.")
    streams = {}
    for name, value in parsed.value.items():
        if name not in known:
            notes.warn((name,), "this stream is not known and does nothing", f"Known streams: {', '.join(known)}.")
        if isinstance(value, dict):
            streams[name] = _read_stream(name, value, notes, with_columns=with_columns)
        elif name in known:
            notes.fault((name,), "a stream is written between braces", f'Write `"{name}": {{ ... }}`.')
    if notes.faults:
        raise ConfigurationError(tuple(sorted(notes.faults, key=lambda fault: fault.line or 0)))
    return ImportSpec(streams, tuple(notes.warnings))


def _parse_text(text: str, source: str) -> JsonText:
    try:
        parsed = parse_commented_json(text)
    except JSONDecodeError as error:
        near = text[max(0, error.pos - 20) : error.pos + 20].strip()
        reason = f"this is not JSON: {error.msg} (column {error.colno}, near `{near}`)"
        fault = ConfigFault(source, "JSON", reason, "Correct this line or the one before it.", line=error.lineno)
        raise ConfigurationError((fault,)) from error
    if not isinstance(parsed.value, dict):
        fault = ConfigFault(source, "JSON", "the file does not hold streams", 'Write `{ "product": { ... } }`.', line=1)
        raise ConfigurationError((fault,))
    return parsed


def _read_stream(name: str, values: dict[str, Any], notes: FaultNotes, *, with_columns: bool) -> StreamSpec:
    own = FaultNotes(notes.source, notes.lines)
    keys = JsonKeys(values, (name,), own)
    enabled = keys.flag("enabled", default=True)
    columns = _read_columns(name, keys) if with_columns else ()
    is_written = not with_columns and name in _BY_FILE and keys.text("type") == FILES
    stream = StreamSpec(
        name=name,
        columns=columns,
        class_=keys.text("class") or "",
        enabled=enabled,
        type=_type(name, keys, with_columns=with_columns) or FILES,
        file_extension=(keys.text("fileExtension") or "csv").removeprefix("."),
        delimiter=_delimiter(keys),
        encoding=_encoding(keys),
        header_lines=keys.whole("headerLines"),
        decimal_mark=_decimal_mark(keys),
        date_formats=_date_formats(keys, WRITTEN_DATES if is_written else DATE_FORMATS),
        file_prefix=keys.text("filePrefix") or "",
        folder=_folder(keys),
        allow_frames=keys.flag("allowFrames", default=False),
        absent_rows=keys.choice("absentRows", AbsentRows, AbsentRows.KEEP),
        template=read_template(name, keys) if is_written else None,
        extra=keys.unknown(),
    )
    (notes.faults if enabled else notes.warnings).extend(own.faults)
    notes.warnings.extend(own.warnings)
    return stream


def _type(stream: str, keys: JsonKeys, *, with_columns: bool) -> str | None:
    """Whether it is files, or asked for; a stream that is not known does nothing, whatever its type."""
    if stream not in (KNOWN_STREAMS if with_columns else _EXPORT_STREAMS):
        return keys.text("type")
    if stream in _ASK_ONLY:
        return keys.word("type", (WEB_SERVICE,))
    asks = stream in (_ASKED if with_columns else _BY_FILE)
    return keys.word("type", (FILES, WEB_SERVICE) if asks else (FILES,))


def _read_columns(stream: str, keys: JsonKeys) -> tuple[Column, ...]:
    known = KNOWN_STREAMS.get(stream)
    data = keys.mapping("data")
    if not data:
        has_rows = known is not None and known.keys and keys.text("type") != WEB_SERVICE
        if has_rows and isinstance(keys.raw("data") or {}, dict):
            keys.fault("", "the stream has no columns", 'Add `"data"` with one entry per column.')
        return ()
    columns = []
    for key, values in data.items():
        path = (stream, "data", key)
        if not isinstance(values, dict):
            keys.notes.fault(path, "a column is written between braces", f'Write `"{key}": {{"index": 0}}`.')
        elif key in _OUR_COLUMNS or not key.strip():
            keys.notes.fault(path, "this name cannot be given to a column", "Give it another name.")
        else:
            columns.append(read_column(stream, key, JsonKeys(values, path, keys.notes)))
    found = [column for column in columns if column is not None]
    complete = len(found) == len(data) and keys.text("type") != WEB_SERVICE
    return check_columns(stream, found, keys.notes, complete=complete)


def _delimiter(keys: JsonKeys) -> str:
    delimiter = keys.text("delimiter") or ";"
    if len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum():
        keys.fault("delimiter", "a delimiter is one sign", 'Write one of ";" "," "\\t" "|".')
        return ";"
    return delimiter


def _encoding(keys: JsonKeys) -> str | None:
    encoding = keys.text("encoding")
    if encoding is None:
        return None
    try:
        "a".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        keys.fault("encoding", "this encoding is not known", 'Write "utf-8" or "cp1252", or leave it out.')
        return None


def _decimal_mark(keys: JsonKeys) -> str | None:
    mark = keys.text("decimalMark")
    if mark not in {None, ",", "."}:
        keys.fault("decimalMark", "a decimal mark is a comma or a point", 'Write "," or ".".')
        return None
    return mark


def _date_formats(keys: JsonKeys, usual: tuple[str, ...]) -> tuple[str, ...]:
    formats = keys.texts("dateFormats")
    for one in formats or ():
        if not _DAY_FORMAT.fullmatch(one) or not all(part.search(one) for part in _DAY_PARTS):
            keys.fault(
                "dateFormats",
                f"`{one}` is not the format of a day",
                'Write it like "%d/%m/%Y" or "%Y-%m-%d"; a time after the day is understood by itself.',
            )
    return formats or usual


def _folder(keys: JsonKeys) -> str | None:
    folder = keys.text("folder")
    if folder is None:
        return None
    path = PurePosixPath(folder.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in folder:
        keys.fault("folder", "the folder lies outside the drop folder", 'Write a name below it, like "stocks".')
        return None
    return str(path)
