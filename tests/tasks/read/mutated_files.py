"""Sound files of every stream, damaged at random the way transfers, spreadsheets and exports damage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tasks.read.sample_streams import PRODUCT, PRODUCT_HEADER, flat_line, product_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from schemas.column_spec import StreamSpec

_ODD_BYTES = b'\x00\x81\x8d\xc3\xe9\xff\xfe";,\r\n\t \xef\xbb\xbf'


def sound_file(chance: Random) -> bytes:
    """A product file of 1 to 30 rows: with or without header, with quotes, cells over lines, accents, any line end."""
    line_end = chance.choice(["\n", "\r\n", "\r"])
    names = ['Chemise "Oxford"', "Écharpe d'été", "Robe;longue", f"Sur{line_end}deux lignes", "Été & Cie", "Pull", ""]
    lines = [PRODUCT_HEADER] if chance.random() < 0.7 else []
    for number in range(chance.randint(1, 30)):
        name = chance.choice(names)
        quoted = '"' + name.replace('"', '""') + '"'
        cells = {"name": quoted if chance.random() < 0.5 or ";" in name or line_end in name else name}
        if chance.random() < 0.4:
            cells |= {"reference_parent": f"P{number // 4}", "couleur": f"C{number}", "taille": chance.choice("SML")}
        lines.append(product_line(f"R{number}", **cells))
    encoding = chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    return (line_end.join(lines) + chance.choice(["", line_end])).encode(encoding)


def sound_flat_file(chance: Random, stream: StreamSpec) -> bytes:
    """A file of 1 to 30 rows of a flat stream."""
    keys = [column.key for column in sorted(stream.columns, key=lambda column: column.index)]
    lines = [";".join(keys)] if chance.random() < 0.7 else []
    lines += [flat_line(stream, number) for number in range(chance.randint(1, 30))]
    return (
        chance.choice(["\n", "\r\n", "\r"])
        .join(lines)
        .encode(chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    )


def mutated_file(chance: Random, stream: StreamSpec = PRODUCT) -> bytes:
    """A sound file of the stream after one to four damages."""
    content = sound_file(chance) if stream is PRODUCT else sound_flat_file(chance, stream)
    for _ in range(chance.randint(1, 4)):
        content = chance.choice(_DAMAGES)(content, chance)
    return content


def _flip_bytes(content: bytes, chance: Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8) if damaged else 0):
        damaged[chance.randrange(len(damaged))] = chance.choice([chance.randrange(256), *_ODD_BYTES])
    return bytes(damaged)


def _insert_bytes(content: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + bytes(chance.choices(_ODD_BYTES, k=chance.randint(1, 4))) + content[at:]


def _cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _move_columns(content: bytes, chance: Random) -> bytes:
    lines = content.split(b"\n")
    for at in range(len(lines)):
        cells = lines[at].split(b";")
        if len(cells) > 1 and chance.random() < 0.6:
            cells.insert(chance.randrange(len(cells)), cells.pop(chance.randrange(len(cells))))
        lines[at] = b";".join(cells)
    return b"\n".join(lines)


def _mix_encodings(content: bytes, chance: Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = lines[at] + "éèà".encode(chance.choice(["utf-8", "cp1252", "utf-16-le", "cp850"]))
    return b"\n".join(lines)


def _repeat_or_drop_lines(content: bytes, chance: Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join(lines[:at] + [lines[at]] * chance.choice([0, 2, 3]) + lines[at + 1 :])


def _other_delimiter(content: bytes, chance: Random) -> bytes:
    return content.replace(b";", chance.choice([b",", b"\t", b"|"]))


_DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip_bytes,
    _insert_bytes,
    _cut,
    _move_columns,
    _mix_encodings,
    _repeat_or_drop_lines,
    _other_delimiter,
)
