from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.faults import Transient
from shared.http.limits import LONGEST, PATIENCE, Allowance, Limiter, allowance, asked_wait

NOW = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": "Tue, 01 Sep 2026 10:00:30 GMT"}, timedelta(seconds=30)),
        ({"retry-after": "Tue, 01 Sep 2026 09:00:00 GMT"}, timedelta(0)),
        ({"retry-after": "99999999"}, LONGEST),
        ({"retry-after": "soon"}, None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "4"}, timedelta(seconds=4)),
        ({"retry-after": "1", "x-rate-limit-reset": "9"}, timedelta(seconds=1)),
        ({}, None),
    ],
)
def test_wait_is_what_the_answer_asks_for(
    headers: dict[str, str], expected: timedelta | None
) -> None:
    assert asked_wait(headers, NOW) == expected


@pytest.mark.parametrize("remaining", ["", "-1", "many"])
def test_broken_headers_mean_that_nothing_is_known(remaining: str) -> None:
    assert allowance({"x-rate-limit-remaining": remaining, "x-rate-limit-reset": "1"}) is None


def test_allowance_is_read_from_the_headers() -> None:
    headers = {"x-rate-limit-remaining": "98", "x-rate-limit-reset": "1"}

    assert allowance(headers) == Allowance(98, timedelta(seconds=1))


async def test_limiter_without_knowledge_lets_calls_through() -> None:
    limiter = Limiter()

    await limiter.turn()
    limiter.learn(200, {})
    await limiter.turn()

    assert limiter._wait() == 0


async def test_limiter_holds_calls_back_when_nothing_is_left() -> None:
    limiter = Limiter()

    limiter.learn(200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "5"})

    assert 0 < limiter._wait() <= 5


async def test_limiter_counts_calls_whose_answers_are_still_out() -> None:
    limiter = Limiter()
    limiter.learn(200, {"x-rate-limit-remaining": "1", "x-rate-limit-reset": "5"})

    await limiter.turn()

    assert limiter._wait() > 0


async def test_an_answer_overtaken_by_another_gives_no_calls_back() -> None:
    limiter = Limiter()

    limiter.learn(200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "5"})
    limiter.learn(200, {"x-rate-limit-remaining": "3", "x-rate-limit-reset": "5"})

    assert limiter._wait() > 0


async def test_a_429_without_headers_still_holds_calls_back() -> None:
    limiter = Limiter()

    limiter.learn(429, {})

    assert limiter._wait() > 0


async def test_a_new_period_lets_calls_through_again() -> None:
    limiter = Limiter()
    limiter.learn(200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "0"})

    await limiter.turn()

    assert limiter._left is None


async def test_a_wait_that_is_too_long_is_left_to_the_message() -> None:
    limiter = Limiter("peer")
    limiter.learn(429, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1700000000"})

    with pytest.raises(Transient) as caught:
        await limiter.turn()

    assert caught.value.dependency == "peer"
    assert caught.value.retry_after is not None
    assert PATIENCE < caught.value.retry_after <= LONGEST
