from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.faults import Bug, Invalid, Misconfigured, NotYet, Outage, Retryable, Transient
from shared.pipeline.outcomes import Dead, Done, Incoming, Retry
from shared.pipeline.verdict import OUTAGE_CEILING, OUTAGE_FIRST, RetryAt, judge
from shared.retry import NOT_YET, TRANSIENT
from tests.harness.plant import NOW, QUEUE, payment

FIRST = Incoming(payment(1), QUEUE, 1, NOW)
DRAWS = st.floats(min_value=0, max_value=1, exclude_max=True)
AGES = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3))


@pytest.mark.parametrize("outcome", [Done(), Dead(Bug("x"))])
def test_an_outcome_that_is_final_stays(outcome: Done | Dead) -> None:
    assert judge(outcome, FIRST, now=NOW, draw=0.5) is outcome


def test_a_passing_fault_is_tried_again_as_the_next_attempt() -> None:
    fault = Transient("429", retry_after=timedelta(seconds=90))

    verdict = judge(Retry(fault), FIRST, now=NOW, draw=0.5)

    assert verdict == RetryAt(NOW + timedelta(seconds=90), 2, fault)


def test_a_handler_may_say_when() -> None:
    verdict = judge(Retry(NotYet("x"), timedelta(minutes=3)), FIRST, now=NOW, draw=0.5)

    assert isinstance(verdict, RetryAt)
    assert verdict.at == NOW + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("fault", "attempts"), [(Transient("x"), TRANSIENT.attempts), (NotYet("x"), NOT_YET.attempts)]
)
def test_the_last_attempt_is_given_up_with_its_writes(fault: Retryable, attempts: int) -> None:
    last = replace(FIRST, attempt=attempts)

    assert judge(Retry(fault), last, now=NOW, draw=0.5) == Dead(fault)
    before = judge(Retry(fault), replace(last, attempt=attempts - 1), now=NOW, draw=0.5)
    assert isinstance(before, RetryAt)


@pytest.mark.parametrize("fault", [Invalid("x"), Bug("x"), Misconfigured("x")])
def test_a_retry_of_what_cannot_succeed_is_given_up(
    fault: Invalid | Bug | Misconfigured,
) -> None:
    assert judge(Retry(fault), FIRST, now=NOW, draw=0.5) == Dead(fault)


@given(draw=DRAWS, age=AGES, attempt=st.integers(min_value=1, max_value=100))
def test_an_outage_is_never_given_up_and_waits_within_bounds(
    draw: float, age: timedelta, attempt: int
) -> None:
    incoming = Incoming(payment(1), QUEUE, attempt, NOW - age)

    verdict = judge(Retry(Outage("x", dependency="ecpay")), incoming, now=NOW, draw=draw)

    assert isinstance(verdict, RetryAt)
    assert verdict.attempt == attempt
    assert OUTAGE_FIRST / 2 <= verdict.at - NOW <= OUTAGE_CEILING


def test_an_outage_waits_as_long_as_its_source_asked() -> None:
    fault = Outage("x", dependency="ecpay", retry_after=timedelta(minutes=5))

    verdict = judge(Retry(fault), FIRST, now=NOW, draw=0.5)

    assert isinstance(verdict, RetryAt)
    assert verdict.at == NOW + timedelta(minutes=5)
