from __future__ import annotations

import json
from json import JSONDecodeError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.commented_json import parse_commented_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.sampled_from([None, 2]))
def test_plain_json_means_what_it_means_elsewhere(value: object, indent: int | None) -> None:
    assert parse_commented_json(json.dumps(value, indent=indent)).value == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        parsed = parse_commented_json(text)
    except JSONDecodeError as error:
        line = error.lineno
    else:
        line = max(parsed.lines.values(), default=1)
    assert 1 <= line <= text.count("\n") + 1


def test_comments_and_trailing_commas_are_accepted() -> None:
    text = """{ // first
      /* a
         block */ "a": [1, 2,], // "b": 3
      "c": {"d": true,},
    }"""
    assert parse_commented_json(text).value == {"a": [1, 2], "c": {"d": True}}


def test_two_slashes_inside_a_text_are_no_comment() -> None:
    assert parse_commented_json('{"url": "http://shop.example/* x */"}').value == {"url": "http://shop.example/* x */"}


def test_every_key_is_known_by_its_line() -> None:
    parsed = parse_commented_json('{\n "a": {\n  // note\n  "b": [1,\n   2]}\n}')
    assert parsed.lines == {("a",): 2, ("a", "b"): 4, ("a", "b", 0): 4, ("a", "b", 1): 5}


def test_a_key_written_twice_is_noted_and_the_last_one_counts() -> None:
    parsed = parse_commented_json('{"a": 1,\n"a": 2}')
    assert (parsed.value, parsed.duplicates) == ({"a": 2}, [(("a",), 2)])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a" 1}', 1),
        ('{"a": 1\n"b": 2}', 2),
        ('{"a": 1', 1),
        ('{"a": [1 2]}', 1),
        ("{a: 1}", 1),
        ('{"a": 01}', 1),
        ('{"a": "x\ny"}', 1),
        ("", 1),
        ("{}\n{}", 2),
        ("{,}", 1),
        ("[" * 1000, 1),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(JSONDecodeError) as caught:
        parse_commented_json(text)
    assert caught.value.lineno == line
