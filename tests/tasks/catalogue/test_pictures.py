from __future__ import annotations

from tasks.catalogue.plan.pictures import KnownPicture, picture_changes

ITEM = "MUG/7"


def known(position: int, number: str = ITEM, seen: str = "t") -> KnownPicture:
    return KnownPicture(number, "x.jpg", position, "d", seen)


def sent(ids: list[int], there: dict[int, KnownPicture], seen: str = "t", *, anew: bool = False) -> dict[int, int]:
    """The positions of those that travel whatever their bytes are."""
    changes = picture_changes(ids, ITEM, there, seen, anew=anew)
    return {each.id_image: each.position for each in changes.wanted if each.travels}


def read(ids: list[int], there: dict[int, KnownPicture], seen: str = "t", *, anew: bool = False) -> list[int]:
    return [each.id_image for each in picture_changes(ids, ITEM, there, seen, anew=anew).wanted]


def test_the_first_is_the_cover_and_the_others_stand_behind_with_room_between() -> None:
    assert sent([5, 6, 7], {}) == {5: 1, 6: 10, 7: 20}
    assert read([5, 6], {5: known(1), 6: known(10)}) == []


def test_one_that_comes_between_moves_no_other_and_a_new_cover_moves_the_former_one_alone() -> None:
    there = {5: known(1), 6: known(10), 7: known(20)}
    assert sent([5, 8, 6, 7], there) == {8: 5}
    assert sent([5, 6, 7, 8], there) == {8: 30}
    assert sent([8, 5, 6, 7], there) == {8: 1, 5: 5}
    assert sent([7, 5, 6], there) == {7: 1, 5: 5}
    assert sent([5, 8, 6], {5: known(1), 6: known(2)}) == {8: 2, 6: 10}


def test_what_has_left_the_list_is_former_and_what_may_have_changed_is_read() -> None:
    there = {5: known(1), 6: known(10)}
    assert [id_ for id_, _ in picture_changes([6], ITEM, there, "t", anew=False).former] == [5]
    assert read([5, 6], there, "later") == read([5, 6], there, anew=True) == [5, 6]
    assert sent([5, 6], there, "later") == {}


def test_of_an_item_of_another_number_all_travel() -> None:
    there = {5: known(1, "MUG/6"), 6: known(10)}
    assert sent([5, 6], there) == {5: 1}
