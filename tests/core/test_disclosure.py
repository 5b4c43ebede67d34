"""No small count can be worked out from what is shown."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.disclosure import SMALL, is_small, may_show_share, protect

COUNTS = st.lists(st.integers(0, 14), min_size=1, max_size=4)


def _possible(shown: tuple[int | None, ...], total: int, real: list[int]) -> list[tuple[int, ...]]:
    """All rows a reader must think possible who knows which hidden cells are small and what they sum up to."""
    hidden = [place for place, count in enumerate(shown) if count is None]
    ranges = [range(1, SMALL) if is_small(real[place]) else range(SMALL, total + 1) for place in hidden]
    left = total - sum(count for count in shown if count is not None)
    return [guess for guess in product(*ranges) if sum(guess) == left]


@given(COUNTS)
def test_a_hidden_small_cell_cannot_be_solved(counts: list[int]) -> None:
    row = protect(counts)
    assert all(shown is None for shown, count in zip(row.cells, counts, strict=True) if is_small(count))
    if row.total is None:
        return
    guesses = _possible(row.cells, row.total, counts)
    hidden = [place for place, count in enumerate(row.cells) if count is None]
    for order, place in enumerate(hidden):
        if is_small(counts[place]):
            assert len({guess[order] for guess in guesses}) > 1


@given(COUNTS)
def test_what_is_shown_is_true(counts: list[int]) -> None:
    row = protect(counts)
    assert all(shown in (None, count) for shown, count in zip(row.cells, counts, strict=True))
    assert row.total in (None, sum(counts))


def test_nothing_is_hidden_without_need() -> None:
    assert protect([12, 0, 30]).cells == (12, 0, 30)
    assert protect([3, 40, 9]).cells == (None, 40, None)


def test_a_share_names_nobody_on_either_side() -> None:
    assert may_show_share(18, 23)
    assert not may_show_share(48, 50)
    assert not may_show_share(2, 50)
    assert not may_show_share(2, 4)
