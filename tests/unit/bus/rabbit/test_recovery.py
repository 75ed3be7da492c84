from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.rabbit.recovery import FIRST_WAIT, LONGEST_WAIT, wait_before


@pytest.mark.parametrize(("attempt", "ceiling"), [(0, 0.2), (1, 0.4), (3, 1.6), (20, 5.0)])
def test_ceiling_doubles_up_to_the_longest(attempt: int, ceiling: float) -> None:
    assert wait_before(attempt, draw=0.999_999) == pytest.approx(ceiling, rel=1e-3)


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_wait_is_drawn_between_nothing_and_the_longest(attempt: int, draw: float) -> None:
    assert 0 <= wait_before(attempt, draw=draw) < LONGEST_WAIT


def test_no_draw_no_wait() -> None:
    assert wait_before(5, draw=0) == 0
    assert FIRST_WAIT < LONGEST_WAIT
