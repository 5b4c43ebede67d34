"""The dot strip: its geometry for any values, and that it keeps inside its drawing in every mode."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_web.dots import DotStrip
from zhibu_web.render import environment

VALUES = st.lists(st.integers(0, 100), min_size=8, max_size=400).map(sorted)


def strip_of(values: list[int], own: int) -> DotStrip:
    """A strip with the places that a sorted list has."""
    size = len(values)
    return DotStrip(tuple(values), values[size // 4], values[size // 2], values[3 * size // 4], own)


@given(VALUES, st.integers(0, 100))
def test_every_unit_has_a_dot_inside_the_drawing(values: list[int], own: int) -> None:
    strip = strip_of(values, own)
    assert Counter(dot.x for dot in strip.dots) == Counter(strip.x(value) for value in values)
    assert len(set(strip.dots)) == len(values)
    assert all(3 <= float(dot.y) < strip.base for dot in strip.dots)
    assert all(0 <= float(strip.x(value)) <= 100 for value in (*values, own, strip.start, 100))
    assert strip.height <= 14
    assert strip.ticks[0] == strip.start
    assert strip.ticks[-1] == 100


@given(VALUES, st.integers(0, 100))
def test_no_word_grows_over_an_edge_or_over_the_other_line(values: list[int], own: int) -> None:
    median, mine = strip_of(values, own).labels
    assert (median.of, mine.of) == ("median", "own")
    assert {median.row, mine.row} == {1, 2}
    for label in (median, mine):
        assert label.anchor != "end" or label.place() >= 30
        assert label.anchor != "start" or label.place() <= 70
    lower, upper = (median, mine) if median.row == 2 else (mine, median)
    if abs(lower.place() - upper.place()) < 40:
        assert (upper.place() >= lower.place()) == (lower.anchor == "end") or upper.place() == lower.place()


@pytest.mark.parametrize(("lowest", "start"), [(100, 60), (64, 60), (63, 40), (40, 20), (23, 0), (0, 0)])
def test_the_scale_begins_where_the_lowest_has_room(lowest: int, start: int) -> None:
    assert strip_of([lowest, *[100] * 8], 100).start == start


def test_the_drawing_has_a_name_and_no_style() -> None:
    macro = environment().get_template("components/figure.html").module.dot_strip  # type: ignore[attr-defined]
    drawn = str(macro(strip_of([70, 75, 80, 80, 85, 85, 90, 95], 85), "本支部85", "本支部", "中位数"))
    assert 'role="img" aria-label="本支部85"' in drawn
    assert "style=" not in drawn
    assert drawn.count("<circle") == 8 + 1
    assert "中位数 85" in drawn
