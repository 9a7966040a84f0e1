"""The picture of the cost curve holds every point, each where its values say."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.chart import HEIGHT, WIDTH, Diagram, Mark, Scale, draw

SVG = "{http://www.w3.org/2000/svg}"
CPU = Diagram(
    "CPU",
    (Mark("stock", 1_000, 2.0), Mark("stock", 10_000, 4.0), Mark("stock", 1_000_000, 20.0), Mark("items", 1_000, 3.0)),
)
REQUESTS = Diagram(
    "requests",
    (
        Mark("stock", 1_000, 0.0, second=True),
        Mark("stock", 10_000, 10.0, second=True),
        Mark("items & prices", 100_000, 1_000.0),
    ),
)
EVERY = (*CPU.marks, *REQUESTS.marks)


def drawn() -> ET.Element:
    return ET.fromstring(draw("Cost", "measured <today>", [[CPU], [REQUESTS]], "hollow: writes"))  # noqa: S314 - our own


def circles() -> list[tuple[str, float, float]]:
    """What is said of each point, and where it lies."""
    found = []
    for circle in drawn().iter(f"{SVG}circle"):
        title = circle.find(f"{SVG}title")
        assert title is not None
        found.append((title.text or "", float(circle.get("cx", "")), float(circle.get("cy", ""))))
    return found


def place(text: str) -> tuple[float, float]:
    [(_, x, y)] = [each for each in circles() if each[0] == text]
    return x, y


def test_every_point_is_drawn_once_and_says_its_values() -> None:
    assert sorted(text for text, _, _ in circles()) == sorted(
        f"{mark.series}, {mark.rows:,} rows: {mark.value:,.4g}" for mark in EVERY
    )


def test_ten_times_as_many_rows_lie_as_far_apart_everywhere() -> None:
    one, ten, million = (
        place(f"stock, {told}")[0] for told in ("1,000 rows: 2", "10,000 rows: 4", "1,000,000 rows: 20")
    )
    assert million - one == pytest.approx(WIDTH, abs=0.2)
    assert ten - one == pytest.approx(WIDTH / 3, abs=0.2)
    assert place("stock, 1,000 rows: 0")[0] == one


def test_twice_the_value_lies_as_far_apart_everywhere_and_zero_lies_lowest() -> None:
    two, four, twenty = (
        place(f"stock, {told}")[1] for told in ("1,000 rows: 2", "10,000 rows: 4", "1,000,000 rows: 20")
    )
    assert (two - twenty) / (two - four) == pytest.approx(3.32, abs=0.05)
    nothing, ten, thousand = (
        place(told)[1]
        for told in ("stock, 1,000 rows: 0", "stock, 10,000 rows: 10", "items & prices, 100,000 rows: 1,000")
    )
    assert nothing > ten > thousand
    assert nothing - thousand == pytest.approx(HEIGHT, abs=0.2)


def test_nothing_lies_outside_the_picture_and_nothing_has_no_text() -> None:
    picture = drawn()
    _, _, width, height = map(float, picture.get("viewBox", "").split())
    texts = list(picture.iter(f"{SVG}text"))
    for _, x, y in circles():
        assert 0 < x < width
        assert 0 < y < height
    assert all(text.text and 0 <= float(text.get("x", "")) < width for text in texts)
    assert all(0 < float(text.get("y", "")) < height for text in texts)
    told = {text.text for text in texts}
    assert {"stock", "items", "items & prices", "hollow: writes", "measured <today>", "1 k", "1 M", "0"} <= told


def test_each_series_has_a_colour_of_its_own_in_light_and_in_dark() -> None:
    style = drawn().findtext(f"{SVG}style") or ""
    light, dark = style.split("@media(prefers-color-scheme:dark)")
    for part in (light, dark):
        colours = re.findall(r"\.s\d path,\.s\d circle{stroke:(#\w+)}", part)
        assert len(colours) == len(set(colours)) >= 3


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([2.0, 20.0], Scale(0, 2)),
        ([100.0, 1_000.0], Scale(2, 3)),
        ([5.0], Scale(0, 1)),
        ([0.0, 5.0], Scale(0, 1, with_zero=True)),
        ([0.0], Scale(0, 1, with_zero=True)),
    ],
)
def test_a_scale_goes_by_whole_powers_of_ten(values: list[float], scale: Scale) -> None:
    assert Scale.of(values) == scale
