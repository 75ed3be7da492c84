from __future__ import annotations

import asyncio

import pytest

from shared.faults import Bug, Outage, Transient
from shared.pipeline.patience import Interrupted, Patience


class Work:
    """Fails so many times, and then returns how often it was tried."""

    def __init__(self, fault: Exception, times: int) -> None:
        self.fault = fault
        self.times = times
        self.tries = 0

    async def __call__(self) -> int:
        self.tries += 1
        if self.tries <= self.times:
            raise self.fault
        return self.tries


@pytest.mark.parametrize("fault", [Outage("away", dependency="database"), Transient("deadlock")])
async def test_work_is_repeated_until_the_database_lets_it_happen(fault: Exception) -> None:
    held: list[str] = []
    patience = Patience(asyncio.Event(), lambda: held.append("held"))

    assert await patience(Work(fault, times=2)) == 3
    assert len(held) == 2


async def test_stopping_ends_the_wait() -> None:
    stopping = asyncio.Event()
    patience = Patience(stopping, stopping.set)

    with pytest.raises(Interrupted):
        await patience(Work(Transient("deadlock"), times=100))


async def test_what_waiting_cannot_mend_is_raised_at_once() -> None:
    work = Work(Bug("refused"), times=1)

    with pytest.raises(Bug):
        await Patience(asyncio.Event(), lambda: None)(work)

    assert work.tries == 1
