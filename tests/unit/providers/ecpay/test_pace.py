"""Turn-taking within 600 calls a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import SteppedClock
from shared.faults import Transient
from shared.providers.ecpay.pace import Pace


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 8, 18, 6, tzinfo=UTC))


async def test_calls_beyond_the_minute_are_put_off_until_the_oldest_has_passed(
    clock: SteppedClock,
) -> None:
    pace = Pace(clock, per_minute=2)
    await pace.turn()
    clock.advance(timedelta(seconds=20))
    await pace.turn()

    with pytest.raises(Transient) as caught:
        await pace.turn()

    assert caught.value.retry_after == timedelta(seconds=40)


async def test_turns_come_back_as_the_minute_slides(clock: SteppedClock) -> None:
    pace = Pace(clock, per_minute=1)
    await pace.turn()
    clock.advance(timedelta(seconds=60))

    await pace.turn()

    with pytest.raises(Transient):
        await pace.turn()


async def test_a_wait_that_was_asked_for_holds_every_call_back(clock: SteppedClock) -> None:
    pace = Pace(clock)
    pace.hold(timedelta(seconds=30))

    with pytest.raises(Transient) as caught:
        await pace.turn()
    clock.advance(timedelta(seconds=30))
    await pace.turn()

    assert caught.value.retry_after == timedelta(seconds=30)
    assert caught.value.code == "RATE_LIMITED"
