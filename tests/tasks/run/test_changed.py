"""Rows find their link, whatever the numbers are by which they are looked for."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.ledger import LINK_FRAME
from tasks.run.changed import changed_and_same, indices_among, with_links

_KEYS = st.text(st.sampled_from("ab"), max_size=3)
_LINKS = st.lists(_KEYS, unique=True, max_size=9)
_ROWS = st.lists(_KEYS | st.none(), max_size=9)


def length(texts: pl.Series) -> pl.Series:
    """A number that many texts share."""
    return texts.str.len_bytes()


def places(rows: list[str | None], links: list[str]) -> list[int | None]:
    return [links.index(key) if key is not None and key in links else None for key in rows]


@settings(deadline=None)
@given(_ROWS, _LINKS)
def test_each_key_is_found_where_it_stands(rows: list[str | None], links: list[str]) -> None:
    found = indices_among(pl.Series(rows, dtype=pl.String), pl.Series(links, dtype=pl.String))
    assert found.to_list() == places(rows, links)


@settings(deadline=None)
@given(_ROWS, _LINKS)
@example(["ab"], ["ba"])
@example(["ab"], ["ba", "ab", "bb"])
def test_keys_of_one_number_are_told_apart(rows: list[str | None], links: list[str]) -> None:
    found = indices_among(pl.Series(rows, dtype=pl.String), pl.Series(links, dtype=pl.String), numbered=length)
    assert found.to_list() == places(rows, links)


@settings(deadline=None)
@given(_ROWS, _LINKS, st.integers(1, 3))
@example(["a", "b", "ab"], ["ab", "a", "b"], 1)
@example(["a", "b", None, "ab"], ["ab", "a", "b"], 2)
@example(["b", "b", "a"], ["a", "b"], 1)
def test_keys_that_follow_one_another_as_links_do_are_found_too(
    rows: list[str | None], links: list[str], shortest: int
) -> None:
    keys, known = pl.Series(rows, dtype=pl.String), pl.Series(links, dtype=pl.String)
    assert indices_among(keys, known, shortest_run=shortest).to_list() == places(rows, links)


@settings(deadline=None)
@given(st.permutations(range(7)), st.lists(st.integers(0, 8), max_size=3))
def test_runs_of_keys_in_any_order_are_found(order: list[int], lacking: list[int]) -> None:
    links = [str(number) for number in range(24)]
    rows = [str(3 * run + at) for run in order for at in range(3) if 3 * run + at not in lacking]
    keys, known = pl.Series(rows, dtype=pl.String), pl.Series(links, dtype=pl.String)
    assert indices_among(keys, known, shortest_run=2).to_list() == places(list(rows), links)


def test_a_row_is_changed_unless_its_link_says_the_same_and_is_believed() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    links = pl.DataFrame(
        [
            {"erp_key": "late", "shop_id": 1, "sub_id": 0, "confirmed_at": late},
            {"erp_key": "same", "shop_id": 2, "sub_id": 0, "confirmed_at": early},
            {"erp_key": "other", "shop_id": 3, "sub_id": 4, "confirmed_at": early, "confirmed_value": "6"},
            {"erp_key": "doubted", "shop_id": 4, "sub_id": 0, "confirmed_at": early, "in_doubt": True},
        ],
        schema=LINK_FRAME,
    ).with_columns(
        pl.col("confirmed_value").fill_null("5"), pl.col("in_doubt").fill_null(value=False), state=pl.lit("active")
    )
    rows = pl.DataFrame({"_key": ["other", "new", "same", "late", "doubted"], "confirmed_value": "5"})
    told = with_links(rows, links, None, compared="confirmed_value")
    assert told.select("_key", "shop_id", "sub_id", "state", "_confirmed", "_changed").rows() == [
        ("other", 3, 4, "active", "6", True),
        ("new", None, None, None, None, True),
        ("same", 2, 0, "active", "5", False),
        ("late", 1, 0, "active", "5", False),
        ("doubted", 4, 0, "active", "5", True),
    ]
    since = with_links(rows, links, datetime(2026, 2, 1, tzinfo=UTC), compared="confirmed_value")
    assert since["_changed"].to_list() == [True, True, False, True, True]
    for day, linked in ((None, told), (datetime(2026, 2, 1, tzinfo=UTC), since)):
        changed, same = changed_and_same(rows, links, day, compared="confirmed_value")
        assert changed.equals(rows.filter(linked["_changed"]))
        assert same.equals(rows.filter(~linked["_changed"]))
    doubted = pl.Series(["same", "nobody"])
    changed, same = changed_and_same(rows, links, None, compared="confirmed_value", never_same=doubted)
    assert changed["_key"].to_list() == ["other", "new", "same", "doubted"]
    assert same["_key"].to_list() == ["late"]
