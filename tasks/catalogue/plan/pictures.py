"""Pure: which pictures of one item travel, by what the ERP was confirmed to have of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STEP = 10
"""Left between two positions, so that a picture that comes between moves no other."""


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture that the ERP was confirmed to have."""

    number: str
    """Of its item in the ERP."""
    name: str
    position: int
    digest: str
    seen: str
    """When its product had last changed in the shop as its bytes were read."""


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture whose bytes are read from the shop."""

    id_image: int
    position: int
    known: KnownPicture | None
    travels: bool
    """Whatever its bytes are; otherwise only where they have changed."""


@dataclass(frozen=True, slots=True)
class PictureChanges:
    """What is to be done about the pictures of one item."""

    wanted: tuple[WantedPicture, ...] = ()
    former: tuple[tuple[int, KnownPicture], ...] = ()
    """By id_image those that the item no longer has."""


def picture_changes(
    ids: Sequence[int], number: str, known: Mapping[int, KnownPicture], seen: str, *, anew: bool
) -> PictureChanges:
    """What differs; `ids` are what the item is to have, its cover first, with `anew` every picture is read again.

    An ERP gives a picture another place only with its bytes: of those whose order is as it was, none moves.
    """
    wanted = []
    positions = _positions(ids, known)
    for id_, position in zip(ids, positions, strict=True):
        there = known.get(id_)
        travels = there is None or there.number != number or there.position != position
        if there is None or travels or anew or there.seen != seen:
            wanted.append(WantedPicture(id_, position, there, travels))
    former = tuple((id_, each) for id_, each in known.items() if id_ not in ids)
    return PictureChanges(tuple(wanted), former)


def _positions(ids: Sequence[int], known: Mapping[int, KnownPicture]) -> list[int]:
    found: list[int] = []
    last = 0
    for index, id_ in enumerate(ids):
        held = known[id_].position if id_ in known else 0
        if not index:
            last = 1
        elif held > max(last, 1):
            last = held
        else:
            behind = (known[each].position for each in ids[index + 1 :] if each in known)
            following = min((each for each in behind if each > last), default=2 * (last // _STEP + 1) * _STEP - last)
            last = max(last + 1, (last + following) // 2)
        found.append(last)
    return found
