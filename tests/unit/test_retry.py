from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.faults import NotYet, Outage, Retryable, Transient
from shared.retry import NOT_YET, TRANSIENT, GiveUp, RetryPolicy, TryAgain, decide

NO_AGE = timedelta(0)


def test_the_wait_grows_with_each_attempt() -> None:
    waits = [
        decide(Transient("away"), attempt=attempt, age=NO_AGE, draw=0.5) for attempt in (1, 2, 3)
    ]

    assert waits == [TryAgain(timedelta(seconds=s)) for s in (4, 16, 64)]


def test_the_wait_the_source_asked_for_is_a_floor() -> None:
    fault = Transient("slow down", retry_after=timedelta(seconds=77))

    assert decide(fault, attempt=1, age=NO_AGE, draw=0.99) == TryAgain(timedelta(seconds=77))


def test_the_last_attempt_gives_up() -> None:
    verdict = decide(Transient("away"), attempt=TRANSIENT.attempts, age=NO_AGE, draw=0.5)

    assert verdict == GiveUp("8 attempts failed")


def test_an_old_message_is_given_up() -> None:
    age = TRANSIENT.age + timedelta(seconds=1)

    assert isinstance(decide(Transient("away"), attempt=1, age=age, draw=0.5), GiveUp)


def test_an_outage_is_never_given_up() -> None:
    fault = Outage("no answer", dependency="ecpay")

    verdict = decide(fault, attempt=1000, age=timedelta(days=30), draw=0.5)

    assert isinstance(verdict, TryAgain)


def test_a_missing_predecessor_has_a_cap_of_its_own() -> None:
    fault = NotYet("the claim is still on its way")

    assert isinstance(decide(fault, attempt=8, age=NO_AGE, draw=0.5), TryAgain)
    assert isinstance(decide(fault, attempt=NOT_YET.attempts, age=NO_AGE, draw=0.5), GiveUp)


@given(
    attempt=st.integers(1, 7),
    draw=st.floats(0, 1, exclude_max=True),
    asked=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_no_wait_is_shorter_than_asked_or_longer_than_the_ceiling(
    attempt: int, draw: float, asked: timedelta
) -> None:
    fault: Retryable = Transient("away", retry_after=asked)

    verdict = decide(fault, attempt=attempt, age=NO_AGE, draw=draw)

    assert isinstance(verdict, TryAgain)
    assert asked <= verdict.after <= max(asked, TRANSIENT.ceiling)


@pytest.mark.parametrize(
    ("attempts", "first", "ceiling", "growth"),
    [(0, 1, 1, 2), (1, 0, 1, 2), (1, 2, 1, 2), (1, 1, 1, 0)],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_refused(
    attempts: int, first: int, ceiling: int, growth: int
) -> None:
    with pytest.raises(ValueError, match="retry policy"):
        RetryPolicy(
            attempts=attempts,
            first=timedelta(seconds=first),
            growth=growth,
            ceiling=timedelta(seconds=ceiling),
            age=timedelta(days=1),
        )


def test_eight_tries_take_several_hours_at_the_most() -> None:
    fault = Transient("away")

    waits = [decide(fault, attempt=n, age=NO_AGE, draw=1.0) for n in range(1, TRANSIENT.attempts)]

    total = sum((w.after for w in waits if isinstance(w, TryAgain)), timedelta(0))
    assert timedelta(hours=6) < total < timedelta(hours=8)
