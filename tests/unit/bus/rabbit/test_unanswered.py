from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.rabbit.unanswered import Answer, Unanswered


def holding(*tags: int) -> Unanswered:
    unanswered = Unanswered()
    for tag in tags:
        unanswered.add(tag)
    return unanswered


@pytest.mark.parametrize(
    ("held", "settled", "answer"),
    [
        ((1, 2, 3), {1, 2, 3}, Answer(up_to=3, singly=())),
        ((1, 2, 3), {1, 2}, Answer(up_to=2, singly=())),
        ((1, 2, 3), {2, 3}, Answer(up_to=0, singly=(2, 3))),
        ((1, 2, 3, 4), {1, 3, 4}, Answer(up_to=1, singly=(3, 4))),
        ((7, 9), {7, 9}, Answer(up_to=9, singly=())),
    ],
)
def test_oldest_are_answered_together(
    held: tuple[int, ...], settled: set[int], answer: Answer
) -> None:
    assert holding(*held).settle(settled) == answer


def test_gap_left_by_an_earlier_answer_is_bridged() -> None:
    unanswered = holding(1, 2, 3, 4)
    unanswered.remove([2])

    assert unanswered.settle({1, 3}) == Answer(up_to=3, singly=())
    assert len(unanswered) == 1


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_exactly_the_asked_tags_are_answered(wanted: list[bool]) -> None:
    unanswered = holding(*range(1, len(wanted) + 1))
    asked = {tag for tag, is_asked in enumerate(wanted, start=1) if is_asked}

    answer = unanswered.settle(asked)

    reached = {*range(1, answer.up_to + 1), *answer.singly}
    assert reached == asked
    assert len(unanswered) == len(wanted) - len(asked)
